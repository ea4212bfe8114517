import { posix } from 'node:path';
import type { Git } from './git.ts';
import type { GitFiles } from './git-files.ts';
import type { TreeEntry } from './git-tree.ts';
import { type LineRange, patchedLines } from './patch.ts';
import type { Range } from './refs.ts';

/** Lines of files as they stand at head, by path; what a change does not touch is not in it. */
type ChangedLines = ReadonlyMap<string, 'all' | readonly LineRange[]>;

/** Names to a command line, which is limited. */
const CHUNK = 1_000;
/** Files in one folder. */
const MANY = 20;
/** It is a detail of the report: nobody shall wait for it. */
const TIMEOUT_MS = 10_000;

const DIFF = [
  '-p',
  '-U0',
  '--no-renames',
  '--text',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--src-prefix=a/',
  '--dst-prefix=b/',
];

/**
 * Which lines of the given files a range adds or alters; for a pull request they are what GitHub shows as its diff.
 * Files that git knows as binary count by lines, too. Throws a LockstepError when git cannot tell.
 */
export async function changedLines(files: GitFiles, range: Range, paths: readonly string[]): Promise<ChangedLines> {
  const changed = new Map<string, 'all' | readonly LineRange[]>();
  const inside = [...new Set(paths)].filter(isInside);
  for (let from = 0; from < inside.length; from += CHUNK) {
    for (const [path, lines] of await changedOf(files, range, inside.slice(from, from + CHUNK))) {
      changed.set(path, lines);
    }
  }
  return changed;
}

/** Whether any of the lines, both ends included, is one that the change adds or alters. */
export function touches(changed: ChangedLines, path: string, line: number, endLine: number): boolean {
  const lines = changed.get(path) ?? [];
  return lines === 'all' || lines.some(({ first, last }) => first <= endLine && line <= last);
}

async function changedOf(files: GitFiles, range: Range, paths: readonly string[]): Promise<ChangedLines> {
  const { mergeBase, head } = range;
  const places = placesOf(paths);
  const [before, after] = await Promise.all([files.list(mergeBase, places), files.list(head, places)]);
  const wanted = new Set(paths);
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const here = after.filter(({ path }) => wanted.has(path));
  const added = here.filter(({ path }) => !old.has(path)).map(({ path }) => path);
  const altered = here.filter((entry) => differs(old.get(entry.path), entry)).map(({ path }) => path);
  const changed = new Map<string, 'all' | readonly LineRange[]>(await altersOf(files.git, range, altered));
  for (const path of added) changed.set(path, 'all');
  return changed;
}

async function altersOf(git: Git, { mergeBase, head }: Range, paths: readonly string[]): Promise<ChangedLines> {
  if (paths.length === 0) return new Map();
  const places = placesOf(paths);
  const below = places.includes('.') ? [] : ['--', ...places];
  const sides =
    head === 'worktree' ? ['diff-index', ...DIFF, mergeBase] : ['diff-tree', '-r', ...DIFF, mergeBase, head];
  // Names in quotes, whatever is in them: the only form that can be told from the lines around it.
  const { stdout } = await git.run(['-c', 'core.quotepath=on', ...sides, ...below], { timeoutMs: TIMEOUT_MS });
  return patchedLines(stdout);
}

/**
 * What to ask git for. A folder stands in for its files where they are many, which git finds faster, and where a name is
 * not UTF-8, which has lost its bytes on the way to us.
 */
function placesOf(paths: readonly string[]): string[] {
  const siblings = new Map<string, number>();
  for (const path of paths) siblings.set(posix.dirname(path), (siblings.get(posix.dirname(path)) ?? 0) + 1);
  const places = paths.map((path) => {
    const parts = path.split('/');
    const odd = parts.findIndex((part) => part.includes('\uFFFD'));
    if (odd !== -1) return parts.slice(0, odd).join('/') || '.';
    const folder = posix.dirname(path);
    return folder !== '.' && (siblings.get(folder) ?? 0) > MANY ? folder : path;
  });
  return [...new Set(places)];
}

/** On the disk a file has no name of its content: git has to look. */
function differs(before: TreeEntry | undefined, after: TreeEntry): boolean {
  return before !== undefined && (after.oid === undefined || before.oid !== after.oid);
}

/** Settings may come from outside the repository (`--config`); git would refuse such a path. */
function isInside(path: string): boolean {
  return path !== '' && !/^(?:[/\\]|[A-Za-z]:|\.\.?(?:\/|$))/.test(path);
}
