import { noTransactionMarker, readDirectives, saysNoTransaction } from '../directives.ts';
import { keepOnly } from '../place.ts';
import { literal, tableSql } from '../quoting.ts';
import { oncePerSource, type Source, scriptOf, sourceOf } from '../source.ts';
import type { Directives, Execution, IgnoredFile, Migration, RepoFile, Script, SectionProblem } from '../types.ts';
import type { HistoryTable } from './bookkeeping.ts';
import type { Layout } from './layout.ts';
import { below, compareText, fileName, ignoredFile, nextName, repairedEnding, saidOfAnyTool, within } from './names.ts';
import { WAY_BACK } from './new-file.ts';

/** Its own patterns: https://github.com/amacneil/dbmate, pkg/dbmate/db.go and migration.go. */
const NAME = /^(\d+)[^\n]*\.sql$/;
const MARKER = /^--\s*migrate:(up|down)(?=\s|$)([^\r\n]*)/gm;

const historyTable: HistoryTable = {
  usual: 'public.schema_migrations',
  in: (table) => {
    const name = tableSql(table);
    return {
      table,
      create: `CREATE TABLE IF NOT EXISTS ${name} (version varchar primary key)`,
      columns: ['version'],
      // golang-migrate's has the same name.
      foreignColumns: ['dirty'],
      select: `SELECT version FROM ${name}`,
      history: (rows) => ({ applied: rows.map(({ version }) => String(version)), failed: [] }),
      record: ({ version }) => `INSERT INTO ${name} (version) VALUES (${literal(version)})`,
      forget: ({ version }) => `DELETE FROM ${name} WHERE version = ${literal(version)}`,
    };
  },
};

/** dbmate: `-- migrate:up` and `-- migrate:down` in one file; several sections of a kind run one after the other. */
export const dbmate: Layout = {
  name: 'dbmate',
  order: 'lexical',
  orderNote: 'dbmate runs by file name as text ("10_" before "9_").',
  checksumNote: 'dbmate keeps no checksum: environments that applied it will notice nothing and keep what they have.',
  identityOf: ({ version }) => version,
  identityNote: 'dbmate records the version alone.',
  historyTable,
  // By most files: a marker in one of many does not make the others invalid.
  detect: (_directory, files) => {
    const versioned = files.filter(({ path }) => NAME.test(fileName(path)));
    const marked = versioned.filter(
      ({ bytes }) => bytes.includes('migrate:up') && /^--\s*migrate:up/m.test(bytes.toString('latin1')),
    );
    return marked.length > 0 && marked.length * 2 >= versioned.length;
  },
  read(directory, files, { placeholders }) {
    const paths = new Set(files.map(({ path }) => path));
    const scripts = files.filter(({ path }) => isMigration(directory, path));
    const migrations = scripts.map((file) => migration(sourceOf(file, placeholders))).sort(dbmate.compare);
    const newest = migrations.at(-1)?.version;
    const ignored = files
      .filter((file) => !scripts.includes(file))
      .flatMap((file) => passedOver(directory, file, paths, newest))
      .sort((a, b) => compareText(a.path, b.path));
    return { tool: dbmate.name, directory, migrations, ignored };
  },
  compare: (a, b) => compareText(fileName(a.path), fileName(b.path)),
  // It refuses a file without the second mark.
  fileOf: ({ statements, alone }) =>
    [`-- migrate:up${alone ? ' transaction:false' : ''}`, ...statements, '', '-- migrate:down', WAY_BACK].join('\n'),
  aloneNote: 'alone below `-- migrate:up transaction:false`',
  aloneIsOneQuery: true,
  nextName,
};

function isMigration(directory: string, path: string): boolean {
  const name = below(directory, path);
  return NAME.test(name) && !name.includes('/');
}

function migration(source: Source): Migration {
  const name = fileName(source.path);
  const [, version = ''] = NAME.exec(name) ?? [];
  const { up, down, execution, downExecution, problems, refusals } = sectionsOf(source);
  const directives = readDirectives(source);
  return {
    id: name.replace(/\.sql$/, ''),
    version,
    name: name.slice(version.length).replace(/^[_.\-\s]+|\.sql$/g, ''),
    path: source.path,
    up,
    down,
    checksum: source.checksum,
    execution,
    alwaysWrapped: true,
    ...(downExecution === execution ? {} : { downExecution }),
    directives: {
      ...directives,
      noTransaction: execution !== 'transaction',
      problems: [...directives.problems, ...problems],
    },
    ...(refusals.length > 0 ? { sectionProblems: refusals } : {}),
  };
}

/** What the tool passes over in silence although it looks like a migration. */
function passedOver(
  directory: string,
  file: RepoFile,
  paths: ReadonlySet<string>,
  newest: string | undefined,
): IgnoredFile[] {
  const name = fileName(file.path);
  const said = saidOfAnyTool(file, paths);
  if (said) return said;
  if (below(directory, file.path).includes('/')) {
    return [ignoredFile(file, 'dbmate does not look into sub-folders', within(directory, name))];
  }
  const repaired = repairedEnding(name);
  if (repaired === undefined) {
    const suggestion = nextName(newest, file.path, new Date(0));
    return [ignoredFile(file, 'Its name does not begin with a version number', suggestion)];
  }
  return [ignoredFile(file, 'Its name does not end in `.sql` (in lower case)', within(directory, repaired))];
}

interface DbmateSections {
  readonly up: Script;
  readonly down: Script | undefined;
  readonly execution: Execution;
  readonly downExecution: Execution;
  readonly problems: Directives['problems'];
  readonly refusals: readonly SectionProblem[];
}

const sectionsOf = oncePerSource(readSections);

function readSections(source: Source): DbmateSections {
  const { text } = source;
  const marks = [...text.matchAll(MARKER)];
  const ranges = { up: [] as [number, number][], down: [] as [number, number][] };
  const execution: Record<'up' | 'down', Execution> = { up: 'transaction', down: 'transaction' };
  const ours = saysNoTransaction(source.comments);
  marks.forEach(({ index, 1: word, 2: options = '' }, at) => {
    const half = word === 'up' ? 'up' : 'down';
    ranges[half].push([index, marks[at + 1]?.index ?? text.length]);
    // Outside a transaction dbmate sends the section as one query, which is an implicit transaction.
    if (/\btransaction:false\b/.test(options)) execution[half] = 'implicit';
    // Our own word for it stands for the whole file: Lockstep runs it, in dbmate's place.
    if (ours) execution[half] = 'autocommit';
  });
  return {
    up: scriptOf(source, keepOnly(text, ranges.up)),
    down: ranges.down.length > 0 ? scriptOf(source, keepOnly(text, ranges.down)) : undefined,
    execution: execution.up,
    downExecution: execution.down,
    problems: source.unreadable ? [] : problemsOf(source, marks),
    refusals: source.unreadable ? [] : refusalsOf(source, marks),
  };
}

/** What makes dbmate refuse the file; statements above the first marker are found in every layout's files alike. */
function refusalsOf({ path }: Source, [first]: readonly RegExpExecArray[]): SectionProblem[] {
  if (first?.[1] === 'up') return [];
  const message = first
    ? 'dbmate refuses a file whose first section is not `-- migrate:up`'
    : 'dbmate refuses a file without `-- migrate:up`';
  return [{ path, line: 1, endLine: 1, message }];
}

/** A section that dbmate misses, and markers of other tools that it does not read. */
function problemsOf({ comments }: Source, marks: readonly RegExpExecArray[]): Directives['problems'] {
  const problems: { line: number; message: string }[] = [];
  if (!marks.some(([, word]) => word === 'down')) {
    problems.push({ line: 1, message: 'dbmate needs a `-- migrate:down` section, even if it is empty' });
  }
  const foreign = noTransactionMarker(comments, 'up');
  if (foreign && !foreign.text.includes('migrate:up') && !saysNoTransaction(comments)) {
    problems.push({
      line: foreign.line,
      message:
        'dbmate reads this only as `-- migrate:up transaction:false`; `-- lockstep: no-transaction` says that Lockstep alone runs the file',
    });
  }
  return problems;
}
