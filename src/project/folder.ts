import { LockstepError } from '../errors.ts';
import type { Location } from '../settings/types.ts';
import { type CommandFolder, findCommandFolder, markPaths } from './command-tools/find.ts';
import { commandLayout } from './command-tools/layout-of.ts';
import type { At, GitFiles } from './git-files.ts';
import type { TreeEntry } from './git-tree.ts';
import { detectLayout, isRead } from './layouts/detect.ts';
import { FOREIGN_MARKS } from './layouts/foreign.ts';
import type { Layout } from './layouts/layout.ts';
import { within } from './layouts/names.ts';
import { chooseDirectory, holdsMigrations, usualPlaces } from './locate.ts';
import { toolLayout } from './tool-layout.ts';

/** A migrations folder at one commit (or in the working tree), and the layout its files are in. */
export interface Folder {
  readonly directory: string;
  readonly layout: Layout;
  /** What lies in it, at any depth. */
  readonly entries: readonly TreeEntry[];
}

export interface Search {
  readonly files: GitFiles;
  readonly at: At;
  readonly location: Location;
}

interface Found {
  readonly folder: Folder | undefined;
  /** All that was looked at. */
  readonly entries: readonly TreeEntry[];
}

/** Finds the folder that a location tells, or the one among the usual places. Throws `migrations-ambiguous`. */
export async function findFolder({ files, at, location }: Search): Promise<Found> {
  const { prefix } = files.git;
  const asked = location.directory;
  const named = commandLayout(location.tool) !== undefined;
  // A folder told on the command line of a sub-directory may be meant from there.
  const places = asked === undefined ? usualPlaces(prefix) : prefix === '' ? [asked] : [asked, `${prefix}/${asked}`];
  const looksForMarks = location.tool === 'auto';
  const entries = await files.list(at, [...(named ? [] : places), ...(looksForMarks ? markPaths(prefix) : [])]);
  const command = await findCommandFolder({ files, at, tool: location.tool, directory: asked, prefix }, entries);
  const byCommand = command && folderOf(command);
  if (named) return { folder: byCommand, entries: byCommand?.entries ?? [] };
  const directory =
    asked === undefined
      ? chooseDirectory(entries, prefix)
      : places.find((place) => inFolder(entries, place).length > 0);
  if (directory === undefined) {
    if (byCommand !== undefined) return { folder: byCommand, entries };
    const marks = await files.list(
      at,
      [...new Set(['.', prefix || '.'])].flatMap((root) => FOREIGN_MARKS.map((mark) => within(root, mark))),
    );
    return { folder: undefined, entries: [...entries, ...marks] };
  }
  const own = inFolder(entries, directory);
  const layout = location.tool === 'auto' ? await detect(files, directory, own) : toolLayout(location.tool);
  const folder = layout && { directory, layout, entries: own };
  if (folder !== undefined && byCommand !== undefined && byCommand.directory !== directory)
    throw bothKinds(folder, byCommand);
  // SQL files beside programs are what these read.
  return { folder: byCommand ?? folder, entries };
}

function folderOf({ tool, directory, entries }: CommandFolder): Folder | undefined {
  const layout = commandLayout(tool.name);
  return layout && { directory, layout, entries };
}

function bothKinds(sql: Folder, command: Folder): LockstepError {
  return new LockstepError(
    'migrations-ambiguous',
    `There are migrations in SQL (${sql.directory}) and ${command.layout.name}'s (${command.directory}).`,
    {
      hint: `Say in lockstep.yml which ones are meant, for example:\n  tool: ${command.layout.name}\n  migrations:\n    directory: ${command.directory}`,
    },
  );
}

/**
 * Where base keeps what `head` holds: where base's configuration says, else in the same folder, else in the usual place
 * that head has moved away from. undefined: base has none yet.
 */
export async function findFolderAtBase(base: Search, headSearch: Search, head: Folder): Promise<Folder | undefined> {
  if (base.location.directory !== undefined) return (await findFolder(base)).folder;
  const same = await findFolder({ ...base, location: { ...base.location, directory: head.directory } });
  if (same.folder) return same.folder;
  // No tool would know what lies there: it is read with head's eyes, so that its files are not taken for new ones.
  const entries = inFolder(same.entries, head.directory);
  if (entries.length > 0) return { ...head, entries };
  return goneFrom(base, headSearch);
}

/**
 * The folder of a base whose migrations head does not have any more. With a told folder, that one; what merely lies in
 * a usual place at base is none of it while head keeps it there.
 */
export async function goneFrom(base: Search, head: Search): Promise<Folder | undefined> {
  const { folder } = await findFolder(base).catch(nowhere);
  const there = folder && (await head.files.list(head.at, [folder.directory]));
  const stillThere = there && holdsMigrations(there, folder.directory);
  return stillThere ? undefined : folder;
}

/** Several folders at base, none of them head's: none is the one that head has moved away from. */
function nowhere(error: unknown): { readonly folder: undefined } {
  if (error instanceof LockstepError && error.code === 'migrations-ambiguous') return { folder: undefined };
  throw error;
}

/** Files whose bytes the folder's layout looks at. */
export function filesRead({ directory, layout, entries }: Folder): TreeEntry[] {
  // Of a tool that runs its migrations itself they have been chosen already.
  if (commandLayout(layout.name) !== undefined) return [...entries];
  return entries.filter(({ kind, path }) => kind === 'file' && isRead(directory, path, layout));
}

async function detect(files: GitFiles, directory: string, entries: readonly TreeEntry[]): Promise<Layout | undefined> {
  const there = entries.filter(({ kind }) => kind === 'file');
  const read = there.filter(({ path }) => isRead(directory, path));
  return detectLayout(
    directory,
    await files.read(read),
    there.map(({ path }) => path),
  );
}

function inFolder(entries: readonly TreeEntry[], directory: string): TreeEntry[] {
  return directory === '.' ? [...entries] : entries.filter(({ path }) => path.startsWith(`${directory}/`));
}
