import { noTransactionMarker, readDirectives, saysNoTransaction } from '../directives.ts';
import { type Source, sourceOf, wholeScript } from '../source.ts';
import type { Directives, Execution, IgnoredFile, Migration, RepoFile } from '../types.ts';
import { golangMigrateHistory, versionNumber } from './golang-migrate-history.ts';
import type { Layout } from './layout.ts';
import {
  below,
  byVersion,
  compareText,
  fileName,
  ignoredFile,
  nextName,
  repairedEnding,
  saidOfAnyTool,
  versionedName,
  within,
} from './names.ts';

/** Its own pattern: https://github.com/golang-migrate/migrate, source/parse.go. Other endings than .sql are left out. */
const NAME = /^([0-9]+)_([^\n]*)\.(down|up)\.sql$/;

/** golang-migrate: pairs of `001_x.up.sql` and `001_x.down.sql` in one folder, matched by version. */
export const golangMigrate: Layout = {
  name: 'golang-migrate',
  order: 'numeric',
  orderNote: 'golang-migrate runs by version number (9 before 10), and skips versions below the newest applied one.',
  checksumNote:
    'golang-migrate keeps no checksum: environments that applied it will notice nothing and keep what they have.',
  identityOf: versionNumber,
  identityNote: 'golang-migrate records the version number alone.',
  historyTable: golangMigrateHistory,
  // By most files: one pair among plain numbered files does not make them all invisible.
  detect: (_directory, files) => {
    const names = files.map(({ path }) => fileName(path)).filter((name) => name.endsWith('.sql'));
    const ups = names.filter((name) => /\.up\.sql$/.test(name) && NAME.test(name)).length;
    const plain = names.filter((name) => !NAME.test(name) && versionedName(name)).length;
    return ups > 0 && ups >= plain;
  },
  read(directory, files, { placeholders }) {
    const paths = new Set(files.map(({ path }) => path));
    const isScript = ({ path }: RepoFile): boolean => NAME.test(below(directory, path));
    const scripts = files.filter(isScript);
    const downs = scripts.filter(({ path }) => half(path) === 'down');
    const ups = scripts.filter(({ path }) => half(path) === 'up');
    const downsOf = new Map<bigint, RepoFile[]>();
    for (const down of downs) downsOf.set(numberOf(down), [...(downsOf.get(numberOf(down)) ?? []), down]);
    const used = new Set<RepoFile>();
    const migrations = ups.map((up): Migration => {
      const down = downOf(up, downsOf.get(numberOf(up)) ?? [], used);
      if (down) used.add(down);
      const source = sourceOf(up, placeholders);
      const twin = down && sourceOf(down, placeholders);
      const [, version = '', name = ''] = NAME.exec(fileName(up.path)) ?? [];
      return {
        id: `${version}_${name}`,
        version,
        name,
        path: up.path,
        up: wholeScript(source),
        down: twin && wholeScript(twin),
        checksum: source.checksum,
        execution: executionOf(source),
        ...(twin === undefined || executionOf(twin) === executionOf(source)
          ? {}
          : { downExecution: executionOf(twin) }),
        directives: directivesOf(source, twin),
      };
    });
    const ignored = [
      ...downs
        .filter((down) => !used.has(down))
        .map((down) => ignoredFile(down, 'A down script without its up script')),
      ...files.filter((file) => !isScript(file)).flatMap((file) => passedOver(directory, file, paths)),
    ];
    return {
      tool: golangMigrate.name,
      directory,
      migrations: migrations.sort(byVersion),
      ignored: ignored.sort((a, b) => compareText(a.path, b.path)),
    };
  },
  compare: byVersion,
  aloneNote: 'with nothing else in its file',
  nextName,
};

function half(path: string): string | undefined {
  return NAME.exec(fileName(path))?.[3];
}

/** 1 and 001 are the same. */
function numberOf({ path }: RepoFile): bigint {
  return BigInt(NAME.exec(fileName(path))?.[1] ?? 0);
}

/** The tool pairs by version; the name decides only between several. `same`: down scripts of its version. */
function downOf(up: RepoFile, same: readonly RepoFile[], used: ReadonlySet<RepoFile>): RepoFile | undefined {
  const twin = up.path.replace(/\.up\.sql$/, '.down.sql');
  return same.find(({ path }) => path === twin) ?? same.find((down) => !used.has(down));
}

/** The tool sends a file as one query, whatever its comments say. Ours says that Lockstep runs it in the tool's place. */
function executionOf({ comments }: Source): Execution {
  return saysNoTransaction(comments) ? 'autocommit' : 'implicit';
}

function directivesOf(source: Source, twin: Source | undefined): Directives {
  const directives = readDirectives(source, twin);
  const marker = noTransactionMarker(source.comments, 'up');
  if (!marker || saysNoTransaction(source.comments)) return directives;
  const message =
    'golang-migrate sends the file as one query whatever its comments say, so that this has no effect: put the statement into a file of its own, or write `-- lockstep: no-transaction` if Lockstep alone runs it';
  return { ...directives, noTransaction: false, problems: [...directives.problems, { line: marker.line, message }] };
}

/** What the tool passes over in silence although it looks like a migration. */
function passedOver(directory: string, file: RepoFile, paths: ReadonlySet<string>): IgnoredFile[] {
  const name = fileName(file.path);
  const said = saidOfAnyTool(file, paths);
  if (said) return said;
  if (NAME.test(name)) {
    return [ignoredFile(file, 'golang-migrate does not look into sub-folders', within(directory, name))];
  }
  const stem = (repairedEnding(name) ?? name).replace(/\.sql$/, '');
  const { version, rest } = versionedName(`${stem}.sql`) ?? {};
  const base = version && /^\d+$/.test(version) ? `${version}_${rest?.replace(/\.?sql$/, '')}` : undefined;
  const half = /\.(?:up|down)$/i;
  const suggestion =
    base &&
    within(directory, `${half.test(base) ? base.replace(half, (word) => word.toLowerCase()) : `${base}.up`}.sql`);
  return [
    ignoredFile(
      file,
      'golang-migrate runs only files named <number>_<name>.up.sql and .down.sql',
      suggestion && !paths.has(suggestion) ? suggestion : undefined,
    ),
  ];
}
