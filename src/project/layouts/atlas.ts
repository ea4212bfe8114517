import { readDirectives } from '../directives.ts';
import { type Source, sourceOf } from '../source.ts';
import type { IgnoredFile, Migration, RepoFile, SectionProblem } from '../types.ts';
import { atlasFile } from './atlas-file.ts';
import { type AtlasFacts, atlasHistory } from './atlas-history.ts';
import { type AtlasSum, atlasSum, differing } from './atlas-sum.ts';
import type { Layout } from './layout.ts';
import { below, compareText, fileName, ignoredFile, nextName, repairedEnding, saidOfAnyTool, within } from './names.ts';
import { plainFile } from './new-file.ts';

const SUM = 'atlas.sum';

/** Atlas, with files in its own format: every `*.sql` of the folder is a migration, the part before the first `_` its version. */
export const atlas: Layout = {
  name: 'atlas',
  order: 'lexical',
  orderNote: 'Atlas runs by file name as text ("10_" before "9_"), and refuses one that sorts before an applied one.',
  checksumNote:
    'Atlas keeps a hash of each file and those before it in atlas.sum, and refuses to run until `atlas migrate hash` has made it anew; environments that applied it keep what they have.',
  identityOf: ({ version }) => version,
  identityNote: 'Atlas records the version alone.',
  historyTable: atlasHistory,
  alsoReads: /^atlas\.sum$/,
  migrationPath: /^atlas\.sum$/,
  // Atlas reads the formats of other tools as well: then the folder is theirs.
  detect: (directory, files) =>
    files.some(({ path }) => path === within(directory, SUM)) && !files.some((file) => isForeign(directory, file)),
  read(directory, files, { placeholders }) {
    const paths = new Set(files.map(({ path }) => path));
    const chosen = files
      .filter(({ path }) => isMigration(below(directory, path)))
      .sort((a, b) => compareText(fileName(a.path), fileName(b.path)));
    const sum = atlasSum(chosen.map(({ path, bytes }) => ({ name: fileName(path), bytes })));
    const found = files.find(({ path }) => path === within(directory, SUM))?.bytes.toString('utf8');
    const read = chosen.map((file) => ({ file, source: sourceOf(file, placeholders) }));
    const isCheckpoint = ({ source }: (typeof read)[number]): boolean => atlasFile(source).isCheckpoint;
    // What came before a checkpoint makes the same schema, where it is there.
    const start = read.findLastIndex((one, index) => isCheckpoint(one) && read.slice(0, index).every(isCheckpoint));
    const left = read.filter((one, index) => isCheckpoint(one) && index !== start);
    const checkpoints = left.map(({ file }) => named(file.path).version).join(' ');
    const run = read.filter((one) => !left.includes(one));
    const migrations = run.map(({ source }, index) =>
      migration(source, { sum, checkpoints, broken: brokenSum(source.path, found, sum, index === run.length - 1) }),
    );
    const ignored = files
      .filter((file) => !chosen.includes(file))
      .flatMap((file) => passedOver(directory, file, paths))
      .sort((a, b) => compareText(a.path, b.path));
    return { tool: atlas.name, directory, migrations, ignored };
  },
  compare: (a, b) => compareText(fileName(a.path), fileName(b.path)),
  fileOf: (file) => (file.alone ? `-- atlas:txmode none\n\n${plainFile(file)}` : plainFile(file)),
  aloneNote: 'with `-- atlas:txmode none` in its first line and an empty line below it',
  nextName,
};

function isMigration(name: string): boolean {
  return name.endsWith('.sql') && !/[/\n]/.test(name) && !name.startsWith('.');
}

function isForeign(directory: string, { path, bytes }: RepoFile): boolean {
  if (!isMigration(below(directory, path))) return false;
  if (/\.(?:up|down)\.sql$|^[VRUB][\d_].*__.*\.sql$/.test(fileName(path))) return true;
  return /^--\s*(?:\+goose\s+up|migrate:up)\b/im.test(bytes.toString('latin1'));
}

function named(path: string): Pick<Migration, 'id' | 'version' | 'name' | 'path'> {
  const id = fileName(path).replace(/\.sql$/, '');
  const [version = ''] = id.split('_', 1);
  return { id, version, name: id.slice(version.length + 1), path };
}

interface Folder {
  readonly sum: AtlasSum;
  readonly checkpoints: string;
  readonly broken: readonly SectionProblem[];
}

function migration(source: Source, { sum, checkpoints, broken }: Folder): Migration {
  const { up, execution, isCheckpoint, problems, refusals } = atlasFile(source);
  const directives = readDirectives(source);
  const { name, ...names } = named(source.path);
  const facts: AtlasFacts = {
    description: name,
    hash: sum.hashes.get(fileName(source.path)) ?? '',
    kind: isCheckpoint ? 'checkpoint' : 'file',
    checkpoints,
  };
  const all = [...broken, ...refusals];
  return {
    ...names,
    name,
    up,
    down: undefined,
    checksum: source.checksum,
    toolFacts: facts,
    execution,
    alwaysWrapped: true,
    directives: {
      ...directives,
      noTransaction: execution !== 'transaction',
      problems: [...directives.problems, ...problems],
    },
    ...(all.length > 0 ? { sectionProblems: all } : {}),
  };
}

const HASH = 'If the files are as you want them, run `atlas migrate hash` and commit atlas.sum with them.';

/** A hash stands for all files up to its own: the first that differs, and all behind it, are what Atlas refuses. */
function brokenSum(path: string, found: string | undefined, sum: AtlasSum, isLast: boolean): SectionProblem[] {
  const problem = (message: string): SectionProblem[] => [{ path, line: 1, endLine: 1, message, help: HASH }];
  if (found === undefined)
    return isLast ? problem('Atlas refuses a folder without atlas.sum: `atlas migrate hash`') : [];
  if (found.replaceAll('\r\n', '\n') === sum.text) return [];
  const others = differing(found, sum);
  if (others.has(fileName(path)) || (isLast && others.size === 0)) {
    return problem(
      'atlas.sum is not that of these files, so that Atlas refuses to run: put right what was edited or added, or make it anew by `atlas migrate hash`',
    );
  }
  return [];
}

/** What the tool passes over in silence although it looks like a migration. */
function passedOver(directory: string, file: RepoFile, paths: ReadonlySet<string>): IgnoredFile[] {
  const name = fileName(file.path);
  if (name === SUM) return [];
  const said = saidOfAnyTool(file, paths);
  if (said) return said;
  const repaired = within(directory, repairedEnding(name) ?? name);
  const suggestion = paths.has(repaired) ? undefined : repaired;
  return below(directory, file.path).includes('/')
    ? [ignoredFile(file, 'Atlas does not look into sub-folders', suggestion)]
    : [ignoredFile(file, 'Its name does not end in `.sql` (in lower case)', suggestion)];
}
