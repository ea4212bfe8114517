// Makes a git repository of an example: the project on `main`, a branch for each of its pull requests.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkOut, commitAll, initRepository, startBranch } from './scratch-git.mjs';

const PULL_REQUESTS = 'pull-requests';
const DESCRIPTION = 'pull-request.json';

/** The pull requests of an example, in the order of their names: what their pull-request.json says, and the name. */
export function readPullRequests(example) {
  const directory = join(example, PULL_REQUESTS);
  return readdirSync(directory)
    .sort()
    .filter((name) => existsSync(join(directory, name, DESCRIPTION)))
    .map((name) => ({ name, ...JSON.parse(readFileSync(join(directory, name, DESCRIPTION), 'utf8')) }));
}

/** Makes the repository in `directory`, which must not exist. Leaves `main` checked out. */
export function buildRepository(example, directory) {
  const notPartOfIt = new Set([join(example, PULL_REQUESTS), join(example, 'node_modules')]);
  cpSync(example, directory, { recursive: true, filter: (source) => !notPartOfIt.has(source) });
  initRepository(directory);
  commitAll(directory, 'The project as it stands', 1);

  for (const [index, { name, title, renames = {} }] of readPullRequests(example).entries()) {
    startBranch(directory, name, 'main');
    for (const [from, to] of Object.entries(renames)) {
      mkdirSync(dirname(join(directory, to)), { recursive: true });
      renameSync(join(directory, from), join(directory, to));
    }
    const overlay = join(example, PULL_REQUESTS, name);
    const description = join(overlay, DESCRIPTION);
    cpSync(overlay, directory, { recursive: true, filter: (source) => source !== description });
    commitAll(directory, title, index + 2);
  }
  checkOut(directory, 'main');
}
