import type { IgnoredFile, RepoFile } from '../types.ts';
import {
  below,
  compareVersions,
  fileName,
  ignoredFile,
  isLeftoverCopy,
  isNoConcern,
  lineBreakInName,
  nextName,
  repairedEnding,
  versionedName,
} from './names.ts';

/** The files of a numbered folder by their part: up scripts, the down file of each (by the up's path), the rest. */
interface NumberedFiles {
  readonly ups: readonly RepoFile[];
  readonly downs: ReadonlyMap<string, RepoFile>;
  readonly ignored: readonly IgnoredFile[];
}

const DOWN_WORD = '(?:down|rollback|revert|undo)';
/** '001_x.down.sql': never a migration of its own. */
const DOWN_ENDING = new RegExp(`\\.${DOWN_WORD}\\.sql$`, 'i');
/** '001_x_down.sql': one only beside its twin, since 'scale_down' is a name like any other. */
const DOWN_WORD_ENDING = new RegExp(`[_-]${DOWN_WORD}\\.sql$`, 'i');
/** 'down/001_x.sql', 'rollbacks/001_x.sql' */
const DOWN_FOLDER = new RegExp(`^${DOWN_WORD}s?$`, 'i');
const UP_ENDING = /[._-]up\.sql$/i;
/** Flyway's undo scripts. */
const UNDO_PREFIX = /^[Uu](?=\d)/;

export function sortFiles(directory: string, files: readonly RepoFile[]): NumberedFiles {
  const paths = new Set(files.map(({ path }) => path));
  const ignored: IgnoredFile[] = [];
  const scripts: RepoFile[] = [];
  for (const file of files) {
    const name = fileName(file.path);
    if (isNoConcern(name) || isLeftoverCopy(file.path, paths)) continue;
    const broken = lineBreakInName(file);
    if (broken) {
      ignored.push(broken);
      continue;
    }
    const repaired = repairedEnding(name);
    if (repaired === undefined) scripts.push(file);
    else ignored.push(misspelt(file, file.path.slice(0, -name.length) + repaired, paths));
  }
  const { ups, downs, unnumbered } = byRole(directory, scripts);
  const newest = newestVersion(ups);
  for (const file of unnumbered) {
    // The time of day plays no part in what a commit holds: for timestamps the suggestion follows the newest one.
    const suggestion = nextName(newest, file.path, new Date(0));
    ignored.push(ignoredFile(file, 'Its name does not begin with a version number, so nothing runs it', suggestion));
  }
  return { ...paired(directory, ups, downs, ignored), ignored };
}

function misspelt(file: RepoFile, suggestion: string, paths: ReadonlySet<string>): IgnoredFile {
  const reason = 'Its name does not end in `.sql` (in lower case), so nothing runs it';
  return ignoredFile(file, reason, paths.has(suggestion) ? undefined : suggestion);
}

function newestVersion(ups: readonly RepoFile[]): string | undefined {
  return ups
    .map(({ path }) => versionedName(fileName(path))?.version ?? '0')
    .sort(compareVersions)
    .at(-1);
}

function byRole(directory: string, scripts: readonly RepoFile[]) {
  const keys = new Set(scripts.filter((file) => !isDown(directory, file)).map(({ path }) => upKey(directory, path)));
  const roles = { ups: [] as RepoFile[], downs: [] as RepoFile[], unnumbered: [] as RepoFile[] };
  for (const file of scripts) {
    if (isDown(directory, file) || isTwin(directory, file, keys)) roles.downs.push(file);
    else if (versionedName(fileName(file.path))) roles.ups.push(file);
    else roles.unnumbered.push(file);
  }
  return roles;
}

/** Whether a file is a down script by its own name or folder, whatever lies beside it. */
function isDown(directory: string, { path }: RepoFile): boolean {
  const segments = below(directory, path).split('/');
  const name = segments.pop() ?? '';
  if (DOWN_ENDING.test(name)) return true;
  if (!versionedName(name.replace(UNDO_PREFIX, ''))) return false;
  const isBare = /^\d+$/.test(name.replace(DOWN_WORD_ENDING, '')); // '001_down.sql'
  return UNDO_PREFIX.test(name) || isBare || segments.some((segment) => DOWN_FOLDER.test(segment));
}

function isTwin(directory: string, { path }: RepoFile, keys: ReadonlySet<string>): boolean {
  return DOWN_WORD_ENDING.test(path) && keys.has(downKey(directory, path));
}

/** Two files are a pair when their keys agree: the path without what tells up from down. */
function upKey(directory: string, path: string): string {
  return key(directory, path, (name) => name.replace(UP_ENDING, '.sql').replace(/^[Vv](?=\d)/, ''));
}

function downKey(directory: string, path: string): string {
  return key(directory, path, (name) =>
    name
      .replace(UNDO_PREFIX, '')
      .replace(/^[Vv](?=\d)/, '')
      .replace(DOWN_ENDING, '.sql')
      .replace(DOWN_WORD_ENDING, '.sql'),
  );
}

function key(directory: string, path: string, plain: (name: string) => string): string {
  const segments = below(directory, path).split('/');
  const name = plain(segments.pop() ?? '');
  return [...segments.filter((segment) => !DOWN_FOLDER.test(segment) && !/^ups?$/i.test(segment)), name].join('/');
}

function paired(
  directory: string,
  candidates: readonly RepoFile[],
  downFiles: readonly RepoFile[],
  ignored: IgnoredFile[],
): Omit<NumberedFiles, 'ignored'> {
  const ups = withoutNearMisses(candidates, ignored);
  const downs = new Map<string, RepoFile>();
  const byKey = new Map(ups.map((up) => [upKey(directory, up.path), up]));
  const unmatched: RepoFile[] = [];
  for (const file of downFiles) {
    const up = byKey.get(downKey(directory, file.path));
    if (!up) unmatched.push(file);
    else if (downs.has(up.path)) ignored.push(ignoredFile(file, `A second down script of ${up.path}`));
    else downs.set(up.path, file);
  }
  // '007_drop_users.down.sql' belongs to '007_create_users.sql' when nothing else has this number.
  for (const file of unmatched) {
    const version = versionedName(fileName(file.path).replace(UNDO_PREFIX, ''))?.version;
    const same = ups.filter(({ path }) => {
      const other = versionedName(fileName(path))?.version;
      return version !== undefined && other !== undefined && compareVersions(version, other) === 0;
    });
    const [up] = same;
    if (up && same.length === 1 && !downs.has(up.path)) downs.set(up.path, file);
    else ignored.push(ignoredFile(file, 'A down script without its up script'));
  }
  return { ups, downs };
}

/** Among Flyway's `V1__x.sql` a `V2_x.sql` with one underscore is a slip that Flyway passes over in silence. */
function withoutNearMisses(ups: readonly RepoFile[], ignored: IgnoredFile[]): RepoFile[] {
  const named = ups.map((file) => ({ file, name: versionedName(fileName(file.path)) }));
  if (!named.some(({ name }) => name?.prefix && name.separator === '__')) return [...ups];
  return named.flatMap(({ file, name }) => {
    if (!name?.prefix || name.separator === '__') return [file];
    const folder = file.path.slice(0, -fileName(file.path).length);
    const suggestion = `${folder}${name.prefix}${name.version}__${name.rest}`;
    ignored.push(ignoredFile(file, 'One underscore after the version, where Flyway expects two', suggestion));
    return [];
  });
}
