import type { FoundBy } from '../../project/command-tools/command-tool.ts';
import { factsOf, spokenTo } from '../../project/command-tools/layout-of.ts';
import type { Execution, Migration, Script } from '../../project/types.ts';
import type { Chunk, Piece } from './statements.ts';

/** Migrations with the SQL that their tool has sent in place of a program's text. Pure. */

/** Which of `known` a row of the history is about, by its values. */
export type Recognise = (values: readonly string[], known: readonly Migration[]) => Migration | undefined;

/** By migration; what is recorded of one that nobody knows goes to the next that is known. */
export function piecesOf(
  chunks: readonly Chunk[],
  known: readonly Migration[],
  recognise: Recognise,
): ReadonlyMap<Migration, readonly Piece[]> {
  const found = new Map<Migration, readonly Piece[]>();
  let loose: readonly Piece[] = [];
  for (const { values, pieces } of chunks) {
    const migration = recognise(values, known);
    if (migration === undefined) loose = [...loose, ...pieces];
    else {
      found.set(migration, [...(found.get(migration) ?? []), ...loose, ...pieces]);
      loose = [];
    }
  }
  return found;
}

/** The tool's own way to know one, else by its id. */
export function recogniser(foundBy: FoundBy | undefined): Recognise {
  return (values, known) => {
    if (foundBy === undefined) return known.find(({ id }) => values.includes(id));
    const id = foundBy(values, known.map(factsOf))?.id;
    return known.find((one) => one.id === id);
  };
}

/** `source`: the file's own text, whose comments may speak to Lockstep. */
export function withSql(
  migration: Migration,
  source: string,
  up: readonly Piece[],
  down: readonly Piece[] | undefined,
): Migration {
  const script = (pieces: readonly Piece[], head: string): Script => ({
    ...migration.up,
    text: head + pieces.map(({ sql }) => `${sql.replace(/;\s*$/, '')};\n`).join('\n'),
  });
  const execution = executionOf(up);
  return {
    ...migration,
    up: script(up, directivesOf(source)),
    execution,
    // The tool has opened the transaction, whatever stands in it.
    ...(execution === 'transaction' ? { alwaysWrapped: true as const } : {}),
    down: down && script(down, ''),
    ...(down && executionOf(down) !== execution ? { downExecution: executionOf(down) } : {}),
  };
}

/** One transaction round all of it, or statement by statement: then each commits by itself. */
function executionOf(pieces: readonly Piece[]): Execution {
  return pieces.every(({ wrapped }) => wrapped) ? 'transaction' : 'autocommit';
}

/** What the file says is about all that it sends: no line of it is a line of the SQL. */
function directivesOf(source: string): string {
  const said = spokenTo(source)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${line.replace(/^-- lockstep-ignore(?=\s)/, '-- lockstep-ignore-file')}\n`);
  return said.join('');
}
