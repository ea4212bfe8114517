import { LockstepError } from '../../errors.ts';
import { decode } from '../decode.ts';
import type { At, GitFiles } from '../git-files.ts';
import type { TreeEntry } from '../git-tree.ts';
import { below, within } from '../layouts/names.ts';
import type { CommandTool } from './command-tool.ts';
import { commandToolNamed, commandTools } from './tools.ts';

/** Where a command tool's migrations are, and which of all files they are. */

export interface CommandFolder {
  readonly tool: CommandTool;
  readonly directory: string;
  /** Files that can be migrations. */
  readonly entries: readonly TreeEntry[];
}

interface Request {
  readonly files: GitFiles;
  readonly at: At;
  /** A name, or 'auto'. */
  readonly tool: string;
  readonly directory: string | undefined;
  /** Where the project is in the repository: '' or 'packages/api'. */
  readonly prefix: string;
}

/**
 * undefined: the settings name a tool of another kind, or (with 'auto') no file shows one. `listed`: with 'auto', what lies at
 * `markPaths`, among others.
 */
export async function findCommandFolder(
  request: Request,
  listed: readonly TreeEntry[],
): Promise<CommandFolder | undefined> {
  const { tool: name, directory, prefix } = request;
  const named = commandToolNamed(name);
  if (named === undefined && name !== 'auto') return undefined;
  const paths = new Set(listed.map(({ path }) => path));
  for (const root of rootsOf(prefix)) {
    const found = named ? await inPlaces(request, named, root) : await byMarks(request, root, paths);
    if (found !== undefined) return found;
  }
  if (named === undefined || directory === undefined) return undefined;
  return { tool: named, directory, entries: [] };
}

/** Every file that shows one of the tools, where Lockstep was started and at the root. */
export function markPaths(prefix: string): readonly string[] {
  return rootsOf(prefix).flatMap((root) =>
    commandTools.flatMap(({ marks }) => marks.map((mark) => within(root, mark))),
  );
}

function rootsOf(prefix: string): readonly string[] {
  return prefix === '' ? ['.'] : [prefix, '.'];
}

/** With `tool: auto`: a tool's own file at the root, and migrations that speak its language. */
async function byMarks(request: Request, root: string, paths: ReadonlySet<string>): Promise<CommandFolder | undefined> {
  const found: CommandFolder[] = [];
  for (const tool of commandTools) {
    if (!tool.marks.some((mark) => paths.has(within(root, mark)))) continue;
    const folder = await inPlaces(request, tool, root);
    if (folder !== undefined) found.push(folder);
  }
  const [first, second] = found;
  if (first !== undefined && second !== undefined) throw severalTools(first, second);
  return first;
}

/** Which marks of any tool are there, relative to where they are: where Lockstep was started, else at the root. */
export async function marksAt({ files, at }: Pick<Request, 'files' | 'at'>): Promise<readonly string[]> {
  const { prefix } = files.git;
  const there = (await files.list(at, markPaths(prefix))).map(({ path }) => path);
  const near = there.filter((path) => prefix !== '' && path.startsWith(`${prefix}/`));
  return near.length > 0 ? near.map((path) => below(prefix, path)) : there;
}

async function inPlaces(
  { files, at, directory }: Request,
  tool: CommandTool,
  root: string,
): Promise<CommandFolder | undefined> {
  const told = directory === undefined ? tool.places : [directory];
  const places = told.map((place) => (place === '.' ? root : within(root, place)));
  const entries = await files.list(at, places);
  for (const place of places) {
    const inside = entries.filter(
      ({ kind, path }) =>
        kind === 'file' && (place === '.' || path.startsWith(`${place}/`)) && tool.isMigration(below(place, path)),
    );
    const read = await files.read(inside);
    if (read.some(({ bytes }) => tool.speaks.test(decode(bytes).text)))
      return { tool, directory: place, entries: inside };
  }
  return undefined;
}

function severalTools(first: CommandFolder, second: CommandFolder): LockstepError {
  return new LockstepError(
    'migrations-ambiguous',
    `The files are those of ${first.tool.title} (${first.directory}) and of ${second.tool.title} (${second.directory}).`,
    { hint: `Say in lockstep.yml which one it is:\n  tool: ${first.tool.name}` },
  );
}
