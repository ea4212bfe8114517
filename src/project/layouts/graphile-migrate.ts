import { noTransactionMarker, readDirectives, saysNoTransaction } from '../directives.ts';
import { oncePerSource, type Source, scriptOf, sourceOf, wholeScript } from '../source.ts';
import { rememberParsed } from '../sql.ts';
import type { Directives, Execution, IgnoredFile, Migration, RepoFile, Script, SectionProblem } from '../types.ts';
import { type CommittedFile, committedFile } from './graphile-migrate-file.ts';
import { graphileMigrateHistory, numberedFile } from './graphile-migrate-history.ts';
import type { Layout } from './layout.ts';
import { below, compareText, fileName, ignoredFile, nextName, repairedEnding, saidOfAnyTool, within } from './names.ts';
import { plainFile } from './new-file.ts';
import { rollbackBlock } from './rollback-block.ts';

/** VALID_FILE_REGEX in the tool's src/current.ts. */
const NAME = /^([0-9]+)(?:-([-_a-zA-Z0-9]*))?\.sql$/;
/** The folder of what is committed, below the tool's own, where that is the one that is read. */
const COMMITTED = 'committed/';

/** graphile-migrate: committed files, chained by hashes. What is still being written (`current.sql`) is left alone. */
export const graphileMigrate: Layout = {
  name: 'graphile-migrate',
  order: 'lexical',
  orderNote:
    'graphile-migrate chains its files: take it back with `graphile-migrate uncommit`, bring the branch up to date and commit it again.',
  checksumNote:
    'graphile-migrate keeps a hash of the text, comments included: it runs no file whose text has another one, and none that follows another hash.',
  identityOf: numberedFile,
  identityNote: 'graphile-migrate records the number and the hash.',
  historyTable: graphileMigrateHistory,
  ownPlaceholders: ({ name, owner }) => ({ DATABASE_NAME: name, DATABASE_OWNER: owner }),
  detect: (directory, files) => {
    const folder = chainFolder(directory, files);
    const committed = inFolder(folder, files).filter(({ path }) => NAME.test(below(folder, path)));
    const chained = committed.filter(({ bytes }) => bytes.includes('--! Previous:'));
    return chained.length > 0 && chained.length * 2 >= committed.length;
  },
  read(directory, files, { placeholders, upOnly = false }) {
    const folder = chainFolder(directory, files);
    const there = inFolder(folder, files);
    const paths = new Set(there.map(({ path }) => path));
    const scripts = there.filter(({ path }) => NAME.test(below(folder, path)));
    const migrations = scripts
      .map((file) => migration(file, sourceOf(file, placeholders), upOnly))
      .sort(graphileMigrate.compare);
    const newest = migrations.at(-1)?.version;
    const ignored = there
      .filter((file) => !scripts.includes(file))
      .flatMap((file) => passedOver(folder, file, paths, newest));
    return {
      tool: graphileMigrate.name,
      directory,
      migrations: migrations.map((one, index) => chained(one, index === 0 ? undefined : migrations[index - 1])),
      ignored: ignored.sort((a, b) => compareText(a.path, b.path)),
    };
  },
  compare: (a, b) => numberedFile(a).localeCompare(numberedFile(b), 'en') || compareText(a.path, b.path),
  fileOf: (file) => (file.alone ? `--! no-transaction\n${plainFile(file)}` : plainFile(file)),
  aloneNote: 'alone, with `--! no-transaction` in the first line below the headers',
  aloneIsOneQuery: true,
  nextName: (newest, path, now) => hyphenated(nextName(newest, path, now)),
};

/** Where what is committed lies: the folder itself, or `committed` in it, where that is the tool's own. */
function chainFolder(directory: string, files: readonly RepoFile[]): string {
  const isTools = files.some(({ path }) => below(directory, path).startsWith(COMMITTED));
  return isTools ? within(directory, 'committed') : directory;
}

/** The files in a folder, at any depth. */
function inFolder(folder: string, files: readonly RepoFile[]): readonly RepoFile[] {
  return folder === '.' ? files : files.filter(({ path }) => path.startsWith(`${folder}/`));
}

function migration(file: RepoFile, source: Source, upOnly: boolean): Migration {
  const name = fileName(file.path);
  const [, version = '', words = ''] = NAME.exec(name) ?? [];
  // The hash is that of the text before values are put into it.
  const committed = committedFile(file.bytes.toString('utf8'));
  const down = upOnly ? undefined : readDown(source);
  const { problem } = committed;
  return {
    id: name.replace(/\.sql$/, ''),
    version,
    name: words,
    path: file.path,
    up: wholeScript(source),
    down: down?.script,
    checksum: source.checksum,
    toolFacts: factsOf(committed),
    execution: executionOf(source, committed),
    alwaysWrapped: true,
    directives: directivesOf(source, committed, down?.irreversible),
    ...(problem && !source.unreadable ? { sectionProblems: [refusal(file.path, problem)] } : {}),
  };
}

function factsOf({ hash, previous, computed, allowsInvalidHash }: CommittedFile): Record<string, string> {
  return {
    hash,
    ...(previous === undefined ? {} : { previous }),
    ...(hash === computed || allowsInvalidHash ? {} : { tampered: computed }),
  };
}

const AS_COMMITTED =
  'Put the file back as `graphile-migrate commit` wrote it. To change the newest one, `graphile-migrate uncommit`, edit and commit again.';

function refusal(path: string, { line, message }: NonNullable<CommittedFile['problem']>): SectionProblem {
  return { path, line, endLine: line, message: `graphile-migrate refuses this file: ${message}`, help: AS_COMMITTED };
}

/** A migration, and what the tool says of the link to the one before it. */
function chained(one: Migration, before: Migration | undefined): Migration {
  const expected = before?.toolFacts?.hash;
  const previous = one.toolFacts?.previous;
  if (one.sectionProblems || one.up.unreadable || previous === expected) return one;
  const message = `it follows ${previous ?? 'none'}, and the one before it is ${before === undefined ? 'none' : `${fileName(before.path)}, ${expected}`}`;
  return { ...one, sectionProblems: [refusal(one.path, { line: 1, message })] };
}

/** Outside a transaction the tool sends the file as one query. Ours says that Lockstep runs it in the tool's place. */
function executionOf({ comments }: Source, { transaction }: CommittedFile): Execution {
  if (saysNoTransaction(comments)) return 'autocommit';
  return transaction ? 'transaction' : 'implicit';
}

function directivesOf(source: Source, { transaction }: CommittedFile, prose: Directives['irreversible']): Directives {
  const directives = readDirectives(source);
  const irreversible = directives.irreversible ?? prose;
  const marker = noTransactionMarker(source.comments, 'up');
  const ours = saysNoTransaction(source.comments);
  const unread = marker !== undefined && transaction && !ours;
  const message =
    'graphile-migrate reads `--! no-transaction` in the first line below the headers alone; `-- lockstep: no-transaction` says that Lockstep alone runs the file';
  return {
    ...directives,
    noTransaction: ours || !transaction,
    problems: unread ? [...directives.problems, { line: marker.line, message }] : directives.problems,
    ...(irreversible ? { irreversible } : {}),
  };
}

interface Down {
  readonly script: Script | undefined;
  readonly irreversible?: { readonly reason: string; readonly line: number };
}

/** The tool has no way back; a commented one is Lockstep's own. */
const readDown = oncePerSource(commentedDown);

function commentedDown(source: Source): Down {
  const block = rollbackBlock(source);
  if (block?.kind !== 'sql') return { script: undefined, ...(block ? { irreversible: block } : {}) };
  const script = scriptOf(source, block.text);
  if (block.parsed) rememberParsed(script, block.parsed);
  return { script };
}

/** What the tool passes over in silence although it looks like a migration. */
function passedOver(
  folder: string,
  file: RepoFile,
  paths: ReadonlySet<string>,
  newest: string | undefined,
): IgnoredFile[] {
  const name = fileName(file.path);
  // What is still being written may lie beside what is committed.
  if (name === 'current.sql') return [];
  const said = saidOfAnyTool(file, paths);
  if (said) return said;
  if (below(folder, file.path).includes('/')) {
    return [ignoredFile(file, 'graphile-migrate does not look into sub-folders', within(folder, name))];
  }
  const repaired = repairedEnding(name) ?? name;
  const suggestion = /^\d/.test(repaired)
    ? within(folder, hyphenated(repaired))
    : hyphenated(nextName(newest, within(folder, repaired), new Date(0)));
  return [
    ignoredFile(
      file,
      'graphile-migrate runs only files named <number>.sql or <number>-<name>.sql, of letters and digits',
      paths.has(suggestion) ? undefined : suggestion,
    ),
  ];
}

/** '000002_x.sql' as the tool wants it: '000002-x.sql'. */
function hyphenated(path: string): string {
  const name = fileName(path);
  const [, number = '', rest = ''] = /^(\d+)[^a-zA-Z0-9]*(.*)\.sql$/.exec(name) ?? [];
  if (number === '') return path;
  const words = rest.replace(/[^-_a-zA-Z0-9]+/g, '-');
  return `${path.slice(0, -name.length)}${number}${words === '' ? '' : `-${words}`}.sql`;
}
