import { cpSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownAction } from '../actions/own-action.ts';
import { type GitRepo, gitRepo } from '../git-repo.ts';
import { testTools } from '../postgres.ts';
import { temporaryFolder } from './sources.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDER = '.github/workflows';

/**
 * lockstep-dev/lockstep as GitHub has it: action.yml, the bundle that the tests run as dist/, and the workflows that
 * others call. `refs`: tags that lead to it.
 */
export function ownRepository(refs: readonly string[] = ['v0']): GitRepo {
  const repo = gitRepo();
  cpSync(ownAction(), repo.dir, { recursive: true });
  const names = readdirSync(root + FOLDER).filter((name) => /\.ya?ml$/.test(name));
  const workflows = names.map((name) => [`${FOLDER}/${name}`, readFileSync(`${root}${FOLDER}/${name}`)] as const);
  repo.commit('a release', Object.fromEntries(workflows));
  for (const ref of refs) repo.git('tag', ref);
  return repo;
}

/** `runner` of a run in which Lockstep finds the programs that tests have downloaded before. */
export function withTools(): { readonly tool_cache: string } {
  const folder = temporaryFolder('lockstep-tools-');
  symlinkSync(testTools, join(folder, 'lockstep'));
  return { tool_cache: folder };
}
