import type { Git } from './git.ts';
import { gitFailed, objectMissing } from './git-errors.ts';
import type { GitObject } from './git-objects.ts';

/** A file's name in a commit or in the working tree. `oid` undefined: it is read from the disk. */
export interface TreeEntry {
  readonly path: string;
  readonly kind: 'file' | 'symlink' | 'submodule';
  readonly oid: string | undefined;
}

/** In more folders than these a git of their own (ls-tree) is faster than a question for each. */
const MOST_FOLDERS = 32;

/**
 * What lies below (or at) paths of a commit, sorted by path; no path, or '.', is the whole.
 * Asks the running git as long as that is fast, else one of its own.
 */
export async function listTree(git: Git, commit: string, paths: readonly string[]): Promise<TreeEntry[]> {
  const whole = paths.length === 0 || paths.includes('.');
  const found = whole ? undefined : await walk(git, commit, paths);
  if (found !== undefined) return [...found].sort((a, b) => (a.path < b.path ? -1 : 1));
  const args = ['ls-tree', '-r', '-z', '--full-tree', commit, ...(whole ? [] : ['--', ...paths])];
  const lines = (await git.run(args)).stdout.toString('utf8').split('\0').slice(0, -1);
  return lines.map((line) => {
    const [, mode = '', oid = '', path = ''] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    return { path, oid, kind: kindOf(mode) };
  });
}

/** undefined: there are too many folders. */
async function walk(git: Git, commit: string, paths: readonly string[]): Promise<TreeEntry[] | undefined> {
  const root = await git.objects.read(`${commit}^{tree}`);
  if (root === undefined) throw gitFailed(['ls-tree', commit], git.root, `${commit} is not here`);
  const trees = new Map([[root.oid, entriesOf(root)]]);
  const entriesIn = async (oid: string): Promise<readonly RawEntry[]> => {
    const tree = trees.get(oid) ?? entriesOf((await git.objects.read(oid)) ?? objectMissing(oid));
    trees.set(oid, tree);
    return tree;
  };
  const entries = new Map<string, TreeEntry>();
  let folders = 0;
  const add = async ({ mode, oid }: RawEntry, path: string): Promise<void> => {
    if (mode !== FOLDER) entries.set(path, { path, oid, kind: kindOf(mode) });
    else if (++folders <= MOST_FOLDERS) {
      const below = await entriesIn(oid);
      await Promise.all(below.map((entry) => add(entry, `${path}/${entry.name}`)));
    }
  };
  for (const path of paths) {
    let found: RawEntry | undefined = { mode: FOLDER, oid: root.oid, name: '' };
    for (const name of path.split('/')) {
      found = found?.mode === FOLDER ? (await entriesIn(found.oid)).find((entry) => entry.name === name) : undefined;
    }
    if (found !== undefined) await add(found, path);
  }
  return folders > MOST_FOLDERS ? undefined : [...entries.values()];
}

interface RawEntry {
  readonly mode: string;
  readonly name: string;
  readonly oid: string;
}

const FOLDER = '40000';

/** A tree: for each entry its mode, a space, its name, a NUL byte, and its object's name in bytes. */
function entriesOf({ oid: own, type, bytes }: GitObject): RawEntry[] {
  if (type !== 'tree') objectMissing(own);
  const length = own.length / 2;
  const entries: RawEntry[] = [];
  for (let start = 0; start < bytes.length; ) {
    const space = bytes.indexOf(' ', start);
    const end = bytes.indexOf(0, space);
    if (space < 0 || end < 0) objectMissing(own);
    // Old programs have written zeros before it.
    const mode = bytes.toString('latin1', start, space).replace(/^0+/, '');
    start = end + 1 + length;
    entries.push({ mode, name: bytes.toString('utf8', space + 1, end), oid: bytes.toString('hex', end + 1, start) });
  }
  return entries;
}

function kindOf(mode: string): TreeEntry['kind'] {
  return mode === '120000' ? 'symlink' : mode === '160000' ? 'submodule' : 'file';
}
