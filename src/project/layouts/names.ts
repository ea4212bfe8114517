import { sha256 } from '../source.ts';
import type { IgnoredFile, Migration, RepoFile } from '../types.ts';

/** What the layouts share: names of files, their order, and the names to suggest. */

/** Code unit order: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** '9' before '10', '1.2' before '1.10'; a missing part counts as 0. Any number of digits. */
export function compareVersions(a: string, b: string): number {
  const left = parts(a);
  const right = parts(b);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0n) - (right[index] ?? 0n);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

function parts(version: string): bigint[] {
  return version.split(/\D+/).map((digits) => BigInt(digits));
}

/** The tool's numeric order: by version, then by path. */
export function byVersion(a: Migration, b: Migration): number {
  return compareVersions(a.version, b.version) || compareText(a.path, b.path);
}

/** The last in the tool's order. What runs again whenever it has changed has no place in it. */
export function newestOf(migrations: readonly Migration[]): Migration | undefined {
  return migrations.findLast(({ repeatable }) => repeatable !== true);
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A path below a folder, relative to it; '.' is the repository's root. */
export function below(directory: string, path: string): string {
  return directory === '.' ? path : path.slice(directory.length + 1);
}

/** A name in a folder as a path. */
export function within(directory: string, name: string): string {
  return directory === '.' ? name : `${directory}/${name}`;
}

export function ignoredFile(file: RepoFile, reason: string, suggestion?: string): IgnoredFile {
  return { path: file.path, reason, checksum: sha256(file.bytes), ...(suggestion === undefined ? {} : { suggestion }) };
}

/** No tool's pattern matches a name with a line break in it, whatever it begins with. */
export function lineBreakInName(file: RepoFile): IgnoredFile | undefined {
  const name = fileName(file.path);
  const plain = name.replace(/[\r\n\u2028\u2029]+/g, '_');
  if (plain === name) return undefined;
  return ignoredFile(file, 'Its name holds a line break, so nothing runs it', file.path.slice(0, -name.length) + plain);
}

/**
 * Files that nobody expects to run although they lie among migrations: hidden ones, schema dumps, and whatever has no
 * name that speaks of SQL.
 */
export function isNoConcern(name: string): boolean {
  return name.startsWith('.') || /^(?:schema|structure|dump)\.sql$/i.test(name) || !/\.sql(?:$|[.~_-])/i.test(name);
}

/** '002_x.SQL' and '002_x.sql.txt' as they should be called; undefined: the name's end is right. */
export function repairedEnding(name: string): string | undefined {
  return name.endsWith('.sql') ? undefined : name.replace(/\.sql(?:[.~_-].*)?$/i, '.sql');
}

/** Whether a file is what an editor or a hand left beside a migration: '001_x.sql~', '001_x.sql.bak'. */
export function isLeftoverCopy(path: string, paths: ReadonlySet<string>): boolean {
  const name = fileName(path);
  const original = repairedEnding(name);
  // Only a longer name is a copy: '001_x.SQL' beside '001_x.sql' is another file.
  return original !== undefined && name.length > original.length && paths.has(path.slice(0, -name.length) + original);
}

/**
 * What there is to say of a file that is no migration, whatever the tool: nothing where nobody expects it to run, or that none
 * could run it. undefined: the tool has a say.
 */
export function saidOfAnyTool(file: RepoFile, paths: ReadonlySet<string>): IgnoredFile[] | undefined {
  if (isNoConcern(fileName(file.path)) || isLeftoverCopy(file.path, paths)) return [];
  const broken = lineBreakInName(file);
  return broken && [broken];
}

/** A file name whose beginning orders it. */
interface VersionedName {
  /** 'V' in Flyway's style, else ''. */
  readonly prefix: string;
  readonly version: string;
  readonly separator: string;
  /** What follows, with the ending: 'create_users.sql'. */
  readonly rest: string;
}

/** In this order: Flyway's `V1_2__x`, dates with separators, dotted versions, plain numbers. */
const VERSIONED: readonly RegExp[] = [
  /^([Vv])(\d+(?:[._]\d+)*)(__)(.*)$/,
  /^([Vv]?)((?:19|20)\d\d([-_.])\d\d\3\d\d(?:[-_.T]?\d{4}(?:\d\d)?(?!\d))?)([_.\-\s]+)(.*)$/,
  /^([Vv]?)(\d+(?:\.\d+)*)([_.\-\s]+)(.*)$/,
];

/** Reads a name like '001_x.sql', 'V2__y.sql', '20240131120000-z.sql' or '7.sql'; undefined when no number leads. */
export function versionedName(name: string): VersionedName | undefined {
  for (const pattern of VERSIONED) {
    const match = pattern.exec(name);
    if (!match) continue;
    const [, prefix = '', version = ''] = match;
    const [separator = '', rest = ''] = match.slice(-2);
    return { prefix, version, separator, rest };
  }
  return undefined;
}

/**
 * The path to give a file so that it sorts last: a number more than the newest version, as wide as it; for dates and
 * timestamps the time now, or a little more than the newest one, whichever is later.
 */
export function nextName(newestVersion: string | undefined, path: string, now: Date): string {
  const name = fileName(path);
  const known = versionedName(name);
  // '001init.sql' and Flyway's 'R__view.sql' name themselves without what made them no migrations.
  const { prefix, separator, rest } = known ?? { prefix: '', separator: '_', rest: name.replace(/^(?:R__|\d+)/, '') };
  return path.slice(0, -name.length) + prefix + nextVersion(newestVersion, now) + separator + rest;
}

function nextVersion(newest: string | undefined, now: Date): string {
  if (newest === undefined) return '001';
  const digits = newest.replace(/\D/g, '');
  const isTime = /^(?:19|20)\d{6}(?:\d{4}(?:\d\d)?)?$/.test(digits);
  const current = isTime ? inShapeOf(newest, timestamp(now)) : newest;
  if (compareVersions(current, newest) > 0) return current;
  const second = digits.length === 14 ? inShapeOf(newest, aSecondLater(digits)) : newest;
  if (isTime && compareVersions(second, newest) > 0) return second;
  const [last = ''] = /\d+$/.exec(newest) ?? [];
  return newest.slice(0, newest.length - last.length) + String(BigInt(last) + 1n).padStart(last.length, '0');
}

/** A version's separators with other digits. */
function inShapeOf(version: string, digits: string): string {
  let at = 0;
  return version.replace(/\d/g, () => digits[at++] ?? '0');
}

function aSecondLater(digits: string): string {
  const [year = 0, month = 1, day, hour, minute, second = 0] = (/^(\d{4})(..)(..)(..)(..)(..)$/.exec(digits) ?? [])
    .slice(1)
    .map(Number);
  return timestamp(new Date(Date.UTC(year, month - 1, day, hour, minute, second + 1)));
}

/** YYYYMMDDHHMMSS in UTC. */
function timestamp(time: Date): string {
  return time.toISOString().replace(/\D/g, '').slice(0, 14);
}
