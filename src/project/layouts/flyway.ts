import { readDirectives } from '../directives.ts';
import { type Source, sourceOf, wholeScript } from '../source.ts';
import type { Directives, Migration, RepoFile } from '../types.ts';
import { flywayFile } from './flyway-file.ts';
import { type FlywayFacts, flywayFacts, flywayHistory, flywayIdentity } from './flyway-history.ts';
import { compareNames, type FlywayName, flywayName, passedOver, sameVersion } from './flyway-names.ts';
import { flywayChecksum, flywayExecution, missingValues, repeatableText } from './flyway-script.ts';
import type { Layout, ReadOptions } from './layout.ts';
import { below, compareText, compareVersions, fileName, ignoredFile, nextName, versionedName } from './names.ts';

/**
 * Flyway: `V1__x.sql`, with `U1__x.sql` to undo it, `R__x.sql` run again whenever it has changed, and `B2__x.sql` in place of all
 * versions up to 2 where those are gone; in sub-folders too.
 */
export const flyway: Layout = {
  name: 'flyway',
  order: 'numeric',
  orderNote: 'Flyway runs by version number (9 before 10), then the repeatable ones, and refuses to go back.',
  checksumNote:
    'Flyway keeps a checksum of all lines, comments included: where it is applied, `flyway migrate` refuses to go on until it is repaired.',
  identityOf: flywayIdentity,
  identityNote: 'Flyway records the version, or what a repeatable one is called.',
  historyTable: flywayHistory,
  // By most files: one of its names among plain numbers does not make them all invisible.
  detect: (_directory, files) => {
    const names = files.map(({ path }) => fileName(path));
    const versions = names.filter((name) => /^V\d/.test(name) && name.includes('__') && flywayName(name)).length;
    const plain = names.filter((name) => /^\d.*\.sql$/.test(name) && versionedName(name)).length;
    return versions > 0 && versions >= plain;
  },
  read(directory, files, options) {
    const paths = new Set(files.map(({ path }) => path));
    const named = files.flatMap((file) => {
      const name = flywayName(fileName(file.path));
      return name === undefined ? [] : [{ ...name, file }];
    });
    const versions = named.filter(({ kind }) => kind === 'V');
    const undos = named.filter(({ kind }) => kind === 'U');
    // Versions up to it make the same schema, where they are there.
    const baseline = named
      .filter((one) => one.kind === 'B' && versions.every(({ version }) => compareVersions(version, one.version) > 0))
      .sort(compareNames)
      .at(-1);
    const chosen = [...(baseline ? [baseline] : []), ...versions, ...named.filter(({ kind }) => kind === 'R')];
    const confs = new Map(files.filter(({ path }) => path.endsWith('.sql.conf')).map((file) => [file.path, file]));
    // Of several the first.
    const undoOf = new Map([...undos].reverse().map((undo) => [sameVersion(undo.version), undo]));
    const undone = (one: NamedFile): NamedFile | undefined =>
      one.kind === 'V' ? undoOf.get(sameVersion(one.version)) : undefined;
    const used = new Set(chosen.map(undone));
    const migrations = chosen.map((one) => migration({ directory, confs, options }, one, undone(one)));
    const ignored = [
      ...undos
        .filter((one) => !used.has(one))
        .map(({ file }) => ignoredFile(file, 'An undo script without its migration')),
      ...files
        .filter(({ path }) => flywayName(fileName(path)) === undefined)
        .flatMap((file) => passedOver(directory, file, paths)),
    ];
    return {
      tool: flyway.name,
      directory,
      migrations: migrations.sort(flyway.compare),
      ignored: ignored.sort((a, b) => compareText(a.path, b.path)),
    };
  },
  compare: (a, b) => compareNames(nameOf(a), nameOf(b)) || compareText(a.path, b.path),
  fileOf: flywayFile,
  aloneNote: 'with `executeInTransaction=false` in a file of its name and `.conf` beside it',
  nextName,
};

type NamedFile = FlywayName & { readonly file: RepoFile };

function nameOf(migration: Migration): FlywayName {
  const { version, description } = flywayFacts(migration);
  return { kind: migration.repeatable ? 'R' : 'V', version, description };
}

interface Reading {
  readonly directory: string;
  /** Settings beside scripts, by path. */
  readonly confs: ReadonlyMap<string, RepoFile>;
  readonly options: ReadOptions;
}

function migration(reading: Reading, { kind, version, description, file }: NamedFile, undo?: NamedFile): Migration {
  const { directory, confs, options } = reading;
  const source = sourceOf(file, options.placeholders);
  const twin = undo && sourceOf(undo.file, options.placeholders);
  const confOf = ({ path }: RepoFile): string => confs.get(`${path}.conf`)?.bytes.toString('utf8') ?? '';
  const up = flywayExecution(source, confOf(file), options);
  const down = undo && twin && flywayExecution(twin, confOf(undo.file), options);
  const refusals = [source, ...(twin ? [twin] : [])].flatMap((one) =>
    missingValues(one, confs.get(`${one.path}.conf`)),
  );
  const plainChecksum = flywayChecksum(file.bytes);
  const facts: FlywayFacts = {
    type: kind === 'B' ? 'SQL_BASELINE' : 'SQL',
    version,
    description: description.length > 200 ? `${description.slice(0, 197)}...` : description,
    script: shortScript(below(directory, file.path)),
    checksum: kind === 'R' ? flywayChecksum(repeatableText(file.bytes, options.placeholders)) : plainChecksum,
    plainChecksum,
  };
  return {
    id: below(directory, file.path).replace(/\.sql$/, ''),
    version,
    name: description,
    path: file.path,
    up: wholeScript(source),
    down: twin && wholeScript(twin),
    checksum: source.checksum,
    toolFacts: facts,
    ...(kind === 'R' ? { repeatable: true as const } : {}),
    execution: up.execution,
    ...(up.told ? { alwaysWrapped: true as const } : {}),
    ...(down && down.execution !== up.execution ? { downExecution: down.execution } : {}),
    directives: directivesOf(source, twin, up),
    ...(refusals.length + up.refusals.length > 0 ? { sectionProblems: [...refusals, ...up.refusals] } : {}),
  };
}

/** As wide as its column. */
function shortScript(script: string): string {
  return script.length > 1000 ? `...${script.slice(3 - 1000)}` : script;
}

function directivesOf(
  source: Source,
  twin: Source | undefined,
  { execution, problems }: ReturnType<typeof flywayExecution>,
): Directives {
  const directives = readDirectives(source, twin);
  return {
    ...directives,
    noTransaction: execution !== 'transaction',
    problems: [...directives.problems, ...problems],
  };
}
