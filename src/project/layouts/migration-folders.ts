import type { IgnoredFile, RepoFile } from '../types.ts';
import { below, compareText, fileName, ignoredFile, nextName, saidOfAnyTool, versionedName } from './names.ts';

/** What the tools share that give each migration a folder: `<name>/migration.sql`. Drizzle 1.0, Prisma. */

interface MigrationFolder {
  /** The folder's: what the tool knows the migration by. */
  readonly name: string;
  readonly up: RepoFile;
  /** `down.sql` beside it, where people keep the way back that the tool does not know. */
  readonly down: RepoFile | undefined;
}

interface SortedFolders {
  /** In no order. */
  readonly folders: readonly MigrationFolder[];
  readonly ignored: readonly IgnoredFile[];
}

/** A path below the migrations folder that holds an up script. */
export const MIGRATION_PATH = /^[^/\n]+\/migration\.sql$/;
const DOWN_PATH = /^[^/\n]+\/down\.sql$/;

export function sortFolders(tool: string, directory: string, files: readonly RepoFile[]): SortedFolders {
  const paths = new Set(files.map(({ path }) => path));
  const downs = new Map(
    files.filter(({ path }) => DOWN_PATH.test(below(directory, path))).map((file) => [folderOf(file.path), file]),
  );
  const folders = files
    .filter(({ path }) => MIGRATION_PATH.test(below(directory, path)))
    .map((up) => ({ name: nameOf(up.path), up, down: downs.get(folderOf(up.path)) }));
  const used = new Set(folders.flatMap(({ up, down }) => (down ? [up, down] : [up])));
  const ignored = files.filter((file) => !used.has(file)).flatMap((file) => passedOver(tool, directory, file, paths));
  return { folders, ignored: ignored.sort((a, b) => compareText(a.path, b.path)) };
}

/** What the tool passes over in silence although it looks like a migration. */
function passedOver(tool: string, directory: string, file: RepoFile, paths: ReadonlySet<string>): IgnoredFile[] {
  const name = fileName(file.path);
  const said = saidOfAnyTool(file, paths);
  if (said) return said;
  const relative = below(directory, file.path);
  if (DOWN_PATH.test(relative)) return [ignoredFile(file, 'A down script without its up script')];
  const folder = relative.includes('/') ? file.path.slice(0, -name.length - 1) : file.path.replace(/\.sql.*$/i, '');
  const suggestion = `${folder}/migration.sql`;
  return [
    ignoredFile(
      file,
      `${tool} runs only files named <name>/migration.sql`,
      paths.has(suggestion) || relative.split('/').length > 2 ? undefined : suggestion,
    ),
  ];
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function nameOf(path: string): string {
  return fileName(folderOf(path));
}

let collator: Intl.Collator | undefined;

/** The tools sort by `localeCompare`; this is the same on every machine. */
export function compareNames(a: string, b: string): number {
  // To make one takes five milliseconds, at the start of every run.
  collator ??= new Intl.Collator('en');
  return collator.compare(a, b);
}

/** 'm/2025_x/migration.sql' -> 'm/2026_x/migration.sql'. A part of a file that is to be split ('migration_part_2.sql') gets a folder. */
export function nextFolder(newest: string | undefined, path: string, now: Date): string {
  const [, part = ''] = /^migration(.*)\.sql$/.exec(fileName(path)) ?? [];
  const folder = `${folderOf(path)}${part}`;
  return `${nextName(newest && versionedName(newest)?.version, folder, now)}/migration.sql`;
}
