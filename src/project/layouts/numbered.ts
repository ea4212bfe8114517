import { withoutComments } from '../comments.ts';
import { noTransactionMarker, readDirectives } from '../directives.ts';
import { lazily } from '../lazily.ts';
import { oncePerSource, type Source, scriptOf, sourceOf, wholeScript } from '../source.ts';
import type { Directives, Execution, Migration, RepoFile, Script } from '../types.ts';
import type { Layout } from './layout.ts';
import { below, byVersion, compareText, fileName, nextName, versionedName } from './names.ts';
import { WAY_BACK } from './new-file.ts';
import { sortFiles } from './numbered-files.ts';
import { wayBackIn } from './rollback-block.ts';
import { sections, strayDown } from './sections.ts';

/**
 * Plain numbered SQL, with no tool of its own: Lockstep runs it and keeps its history. Every `.sql` file whose name
 * begins with a number is a migration, in sub-folders too; the number decides the order, wherever the file lies, then
 * the path. The id is the path below the migrations folder without `.sql` or `.up.sql`.
 */
export const numbered: Layout = {
  name: 'numbered',
  order: 'numeric',
  orderNote: 'Numbered SQL runs by version number (9 before 10), then by path.',
  checksumNote:
    'The ledger keeps a sha256 of the file: where it is applied, the next plan reports "edited after apply", even for a comment.',
  identityOf: ({ id }) => id,
  identityNote: 'The ledger knows a migration by its path below the migrations folder.',
  detect: (_directory, files) => files.some(isVersioned),
  read(directory, files, { placeholders, upOnly = false }) {
    const { ups, downs, ignored } = sortFiles(directory, files);
    const paths = new Set(ups.map(({ path }) => path));
    const migrations = ups.map((up) => {
      const twin = downs.get(up.path);
      const id = idOf(directory, up.path, paths);
      return migration(id, sourceOf(up, placeholders), twin && sourceOf(twin, placeholders), upOnly);
    });
    return {
      tool: numbered.name,
      directory,
      migrations: migrations.sort(byVersion),
      ignored: [...ignored].sort((a, b) => compareText(a.path, b.path)),
    };
  },
  compare: byVersion,
  fileOf: (file) =>
    file.hasDown ? ['-- up', ...file.statements, '', '-- down', WAY_BACK].join('\n') : file.statements.join('\n'),
  nextName,
};

function isVersioned({ path }: RepoFile): boolean {
  return path.endsWith('.sql') && versionedName(fileName(path)) !== undefined;
}

const UP_ENDING = /\.up\.sql$/i;

/** '001_x' for '001_x.sql' and '001_x.up.sql'; where both are there, they are two. */
function idOf(directory: string, path: string, paths: ReadonlySet<string>): string {
  const plain = path.replace(UP_ENDING, '.sql');
  return below(directory, paths.has(plain) ? path : plain).replace(/\.sql$/, '');
}

function migration(id: string, source: Source, twin: Source | undefined, upOnly: boolean): Migration {
  const { version = '', rest = '' } = versionedName(fileName(source.path)) ?? {};
  // Who deploys has applied nearly all of them, and asks those for no more than this.
  const named = {
    id,
    version,
    name: rest.replace(/\.?sql$/, '').replace(/[._-]up$/i, ''),
    path: source.path,
    checksum: source.checksum,
  };
  if (!upOnly) return { ...named, ...contentsOf(source, twin, upOnly) };
  const contents = lazily(() => contentsOf(source, twin, upOnly));
  return {
    ...named,
    get up() {
      return contents().up;
    },
    get down() {
      return contents().down;
    },
    get execution() {
      return contents().execution;
    },
    get downExecution() {
      return contents().downExecution;
    },
    get directives() {
      return contents().directives;
    },
  };
}

type Contents = Pick<Migration, 'up' | 'down' | 'execution' | 'downExecution' | 'directives'>;

function contentsOf(source: Source, twin: Source | undefined, upOnly: boolean): Contents {
  const own = upOnly ? readHalves(source, upOnly) : halvesOf(source);
  const execution = executionOf(source, 'up');
  const down = twin ? wholeScript(twin) : own.down;
  const downExecution = twin ? executionOf(twin, 'down') : own.inSections ? executionOf(source, 'down') : execution;
  return {
    up: own.up,
    down,
    execution,
    ...(down && downExecution !== execution ? { downExecution } : {}),
    directives: directivesOf(source, twin, down ? undefined : own.irreversible),
  };
}

function executionOf({ comments }: Source, half: 'up' | 'down'): Execution {
  return noTransactionMarker(comments, half) ? 'autocommit' : 'transaction';
}

function directivesOf(source: Source, twin: Source | undefined, prose: Directives['irreversible']): Directives {
  const directives = readDirectives(source, twin);
  const stray = strayDown(source);
  const problems =
    stray === undefined
      ? directives.problems
      : [
          ...directives.problems,
          {
            line: stray,
            message:
              'a `-- down` without `-- up` above it divides nothing: the SQL below runs with the rest. Put `-- migrate:up` and `-- migrate:down` above the two halves',
          },
        ];
  const irreversible = directives.irreversible ?? prose;
  return { ...directives, problems, ...(irreversible ? { irreversible } : {}) };
}

interface Halves {
  readonly up: Script;
  readonly down: Script | undefined;
  readonly inSections: boolean;
  readonly irreversible?: { readonly reason: string; readonly line: number };
}

/** What one file holds of both halves, worked out once per file. */
const halvesOf = oncePerSource(readHalves);

function readHalves(source: Source, upOnly = false): Halves {
  const divided = sections(source);
  const up = divided ? scriptOf(source, divided.up) : wholeScript(source);
  if (divided && hasCode(source, divided.down)) return { up, down: scriptOf(source, divided.down), inSections: true };
  const { down: commented, irreversible } = upOnly ? {} : wayBackIn(source);
  if (commented) return { up, down: commented, inSections: false };
  // A section without SQL is a down script all the same: one that reverses nothing.
  const down = divided && scriptOf(source, divided.down);
  return { up, down, inSections: divided !== undefined, ...(irreversible ? { irreversible } : {}) };
}

/** Whether a part of the file holds more than comments. */
function hasCode({ text, comments }: Source, part: string): boolean {
  const code = withoutComments(text, comments);
  return (
    /\S/.test(part) &&
    [...part.matchAll(/\S+/g)].some(({ 0: word, index }) => /\S/.test(code.slice(index, index + word.length)))
  );
}
