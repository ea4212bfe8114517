import { noTransactionMarker, readDirectives, saysNoTransaction } from '../directives.ts';
import { keepOnly, LineIndex } from '../place.ts';
import { oncePerSource, type Source, scriptOf, sourceOf, wholeScript } from '../source.ts';
import type { Directives, IgnoredFile, Migration, RepoFile, Script, SectionProblem } from '../types.ts';
import { foreignProgram } from './foreign-program.ts';
import type { Layout } from './layout.ts';
import { below, compareText, fileName, ignoredFile, nextName, repairedEnding, saidOfAnyTool, within } from './names.ts';
import { WAY_BACK } from './new-file.ts';
import { migrationName, nodePgMigrateHistory } from './node-pg-migrate-history.ts';

/** As the tool reads names and files: https://github.com/salsita/node-pg-migrate, src/utils/fileNameUtils.ts and src/sqlMigration.ts. */
const NAME = /^(\d+)[^\n]*\.sql$/i;
const PROGRAM = /^(\d+)[^\n/]*\.[cm]?[jt]s$/i;
/** The tool's patterns let white space run over lines, which finds the same markers and takes the square of a file's length. */
const UP = /^[^\S\r\n]*--(?:-|[^\S\r\n])*up\s+migration/im;
const DOWN = /^[^\S\r\n]*--(?:-|[^\S\r\n])*down\s+migration/im;

/** node-pg-migrate's SQL files: `-- Up Migration` and `-- Down Migration` in one file. */
export const nodePgMigrate: Layout = {
  name: 'node-pg-migrate',
  order: 'numeric',
  orderNote:
    'node-pg-migrate runs by number (9 before 10), then by name, and stops at a file that sorts before one that has run, unless its checkOrder is off.',
  checksumNote:
    'node-pg-migrate keeps no checksum: environments that applied it will notice nothing and keep what they have.',
  identityOf: migrationName,
  identityNote: "node-pg-migrate records the file's name without its ending.",
  historyTable: nodePgMigrateHistory,
  alsoReads: PROGRAM,
  // By most files: the tool runs one without markers as a whole, which any file might be.
  detect: (_directory, files) => {
    const versioned = files.filter(({ path }) => NAME.test(fileName(path)));
    const marked = versioned.filter(({ bytes }) => UP.test(bytes.toString('latin1')));
    return marked.length > 0 && marked.length * 2 >= versioned.length;
  },
  read(directory, files, { placeholders }) {
    const paths = new Set(files.map(({ path }) => path));
    const scripts = files.filter(({ path }) => NAME.test(below(directory, path)) && isDirect(directory, path));
    const programs = files.filter(({ path }) => PROGRAM.test(below(directory, path)));
    const migrations = [
      ...scripts.map((file) => migration(sourceOf(file, placeholders))),
      ...programs.map((file) => foreignProgram(file, named(file.path), 'node-pg-migrate')),
    ];
    migrations.sort(nodePgMigrate.compare);
    const newest = migrations.at(-1)?.version;
    const ignored = files
      .filter((file) => !scripts.includes(file) && !programs.includes(file))
      .flatMap((file) => passedOver(directory, file, paths, newest));
    return {
      tool: nodePgMigrate.name,
      directory,
      migrations,
      ignored: ignored.sort((a, b) => compareText(a.path, b.path)),
    };
  },
  compare: (a, b) =>
    numberOf(a.version) - numberOf(b.version) ||
    compareNames(fileName(a.path), fileName(b.path)) ||
    compareText(a.path, b.path),
  fileOf: ({ statements, alone, hasDown }) =>
    [
      ...(alone ? ['-- lockstep: no-transaction'] : []),
      '-- Up Migration',
      ...statements,
      ...(hasDown ? ['', '-- Down Migration', WAY_BACK] : []),
    ].join('\n'),
  aloneNote:
    'marked with `-- lockstep: no-transaction`: Lockstep alone can run it, node-pg-migrate opens a transaction',
  nextName,
};

function isDirect(directory: string, path: string): boolean {
  return !below(directory, path).includes('/');
}

/** 17 digits are a time in UTC to the millisecond, and compared as such with what `Date.now()` has named. */
function numberOf(version: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(version) ?? [];
  if (parts.length === 0) return Number(version);
  const [year, month, day, hour, minute, second, millisecond] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millisecond}Z`);
}

/** The tool's comparison of names, in one language whatever the machine's is. */
function compareNames(a: string, b: string): number {
  return a.localeCompare(b, 'en', { usage: 'sort', numeric: true, sensitivity: 'variant', ignorePunctuation: true });
}

function migration(source: Source): Migration {
  const { up, down, problems } = sectionsOf(source);
  const ours = saysNoTransaction(source.comments);
  return {
    ...named(source.path),
    up,
    down,
    checksum: source.checksum,
    // Our own word for it says that Lockstep alone runs the file: the tool has none for SQL.
    execution: ours ? 'autocommit' : 'transaction',
    alwaysWrapped: true,
    directives: directivesOf(source, ours),
    ...(problems.length > 0 ? { sectionProblems: problems } : {}),
  };
}

function named(path: string): Pick<Migration, 'id' | 'version' | 'name' | 'path'> {
  const id = migrationName({ path });
  const [version = ''] = /^\d+/.exec(id) ?? [];
  return { id, version, name: id.slice(version.length).replace(/^[_.\-\s]+/, ''), path };
}

interface SqlSections {
  readonly up: Script;
  readonly down: Script | undefined;
  readonly problems: readonly SectionProblem[];
}

const sectionsOf = oncePerSource(readSections);

/** The first marker of each kind counts; each section reaches to the other's marker, or to the end. */
function readSections(source: Source): SqlSections {
  const { text, path } = source;
  const up = text.search(UP);
  const down = text.search(DOWN);
  const section = (from: number, other: number): Script =>
    scriptOf(source, keepOnly(text, [[from, other < from ? text.length : other]]));
  const downScript = down < 0 ? undefined : section(down, up);
  if (up >= 0) return { up: section(up, down), down: downScript, problems: [] };
  const whole = wholeScript(source);
  if (down < 0) return { up: whole, down: undefined, problems: [] };
  const marker = text.slice(down).search(/\S/) + down;
  const { line } = new LineIndex(text).place(marker);
  const message =
    'Without `-- Up Migration` in the file, node-pg-migrate runs all of it as up, what follows `-- Down Migration` included';
  return { up: whole, down: downScript, problems: [{ path, line, endLine: line, message }] };
}

function directivesOf(source: Source, ours: boolean): Directives {
  const directives = readDirectives(source);
  const marker = noTransactionMarker(source.comments, 'up');
  if (marker === undefined || ours) return directives;
  const message =
    'node-pg-migrate runs SQL files in a transaction whatever their comments say, so that this has no effect: `-- lockstep: no-transaction` says that Lockstep alone runs the file';
  return { ...directives, noTransaction: false, problems: [...directives.problems, { line: marker.line, message }] };
}

/** What the tool passes over, or stops at, although it looks like a migration. */
function passedOver(
  directory: string,
  file: RepoFile,
  paths: ReadonlySet<string>,
  newest: string | undefined,
): IgnoredFile[] {
  const name = fileName(file.path);
  const said = saidOfAnyTool(file, paths);
  if (said) return said;
  if (!isDirect(directory, file.path)) {
    return [ignoredFile(file, 'node-pg-migrate does not look into sub-folders', within(directory, name))];
  }
  if (NAME.test(name) || /\.sql$/i.test(name)) {
    const reason =
      'Its name does not begin with a number: node-pg-migrate stops at it, unless `ignore-pattern` leaves it out';
    return [ignoredFile(file, reason, nextName(newest, file.path, new Date(0)))];
  }
  const repaired = repairedEnding(name);
  return [ignoredFile(file, 'Its name does not end in `.sql`', repaired && within(directory, repaired))];
}
