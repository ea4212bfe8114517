import type { Git } from './git.ts';

/** Where a file of a commit comes from. */
interface Origin {
  /** Of the commit that changed it last. */
  readonly author: string | undefined;
  /** The subject of the commit by which that came to the branch: itself, or the merge of its pull request. */
  readonly landed: string | undefined;
}

/** It informs, and nobody waits for it: a history of a hundred thousand commits takes git seconds. */
const TIMEOUT_MS = 3_000;
const MOST_COMMITS = '500';
/** A database that is new has them all before it: nobody reads who wrote each, and a command line has an end. */
const MOST_PATHS = 200;

/** What is found of the files that changed after `from` (undefined: lately) up to `to`. Never rejects for what git says. */
export async function originsOf(
  git: Git,
  { from, to, paths }: { readonly from: string | undefined; readonly to: string; readonly paths: readonly string[] },
): Promise<ReadonlyMap<string, Origin>> {
  // Where a shallow history ends, its last commit seems to have brought every file.
  if (paths.length > MOST_PATHS || (await git.isShallow())) return new Map();
  const known = from === undefined ? undefined : await git.resolve(from).catch(() => undefined);
  const range = known === undefined ? to : `${known}..${to}`;
  const changes = async (...how: string[]): Promise<Map<string, string>> => {
    const format = ['-z', '-n', MOST_COMMITS, '--name-only', '--no-renames', '--diff-filter=AM'];
    const { exitCode, stdout } = await git.try(['log', ...how, ...format, range, '--', ...paths], {
      timeoutMs: TIMEOUT_MS,
    });
    return exitCode === 0 ? newest(stdout.toString('utf8')) : new Map<string, string>();
  };
  const [authors, landed] = await Promise.all([
    changes('--no-merges', '--format=%x01%an'),
    changes('--first-parent', '-m', '--format=%x01%s'),
  ]);
  return new Map(paths.map((path) => [path, { author: authors.get(path), landed: landed.get(path) }]));
}

/** By path what the newest of its commits says: a text behind a mark, a line break, and names of files, each with a NUL byte. */
function newest(log: string): Map<string, string> {
  const found = new Map<string, string>();
  let text = '';
  for (const piece of log.split('\0')) {
    const path = piece.replace(/^\n/, '');
    if (piece.startsWith('\u0001')) text = piece.slice(1);
    else if (path !== '' && !found.has(path)) found.set(path, text);
  }
  return found;
}
