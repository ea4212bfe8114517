import type { TableName } from '../../project/quoting.ts';
import { parseSql, type Statement } from '../../project/sql.ts';
import type { SentStatement } from '../server/statement-log.ts';
import { isNamed, isNoise, type Named } from './noise.ts';

/** What a migration tool sent, put down to its migrations by the rows that it wrote into its history. Pure. */

interface OwnTables {
  /** The history table; undefined: there is none, and nothing tells one migration from the next. */
  readonly history: TableName | undefined;
  /** All of the tool's own tables. */
  readonly own: readonly TableName[];
}

export interface Piece {
  readonly sql: string;
  /** It stood in a transaction that the tool had opened. */
  readonly wrapped: boolean;
}

export interface Chunk {
  /** Values that were written into the history right after it. */
  readonly values: readonly string[];
  readonly pieces: readonly Piece[];
}

interface Sent {
  /** One for each row of the history, in order. */
  readonly chunks: readonly Chunk[];
  /** What came after the last of them. */
  readonly rest: readonly Piece[];
  /** Of `rest`, what was rolled back in the end: what failed is the last of it. */
  readonly undone: readonly Piece[];
}

interface Marked extends Piece {
  readonly session: number;
}

/** `loadParser` must have resolved. What does not parse is kept as it is. */
export function chunksOf(sent: readonly SentStatement[], tables: OwnTables): Sent {
  const chunks: Chunk[] = [];
  let open: Marked[] = [];
  let undone: readonly Piece[] = [];
  const inTransaction = new Set<number>();
  /** Names of savepoints, with how much there was before them. */
  const savepoints = new Map<number, { readonly name: string; readonly length: number }[]>();
  const takeBack = (session: number, from: number): void => {
    undone = open.slice(from).filter((one) => one.session === session);
    open = open.filter((one, index) => index < from || one.session !== session);
  };
  for (const { session, sql, values, wrapped } of sent) {
    for (const statement of parseSql(sql).statements ?? [undefined]) {
      if (statement?.kind === 'TransactionStmt') {
        const { kind, savepoint_name: name } = statement.tree as { kind: string; savepoint_name?: string };
        if (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') {
          inTransaction.add(session);
          savepoints.set(session, [{ name: '', length: open.length }]);
        } else if (kind === 'TRANS_STMT_SAVEPOINT') {
          savepoints.get(session)?.push({ name: name ?? '', length: open.length });
        } else if (kind === 'TRANS_STMT_ROLLBACK_TO') {
          const at = savepoints.get(session)?.findLast((one) => one.name === name);
          if (at) takeBack(session, at.length);
        } else if (kind === 'TRANS_STMT_ROLLBACK') {
          takeBack(session, savepoints.get(session)?.[0]?.length ?? open.length);
          inTransaction.delete(session);
        } else if (kind === 'TRANS_STMT_COMMIT') inTransaction.delete(session);
        continue;
      }
      const isOwn = statement !== undefined && isNoise(statement, tables.own);
      const written = values ?? writtenTo(statement, tables.history);
      // What else a write into the history does belongs to the migration. Where rows are told, this is told beside them.
      if (!isOwn && values === undefined)
        open.push({ session, sql: (statement?.sql ?? sql).trim(), wrapped: wrapped ?? inTransaction.has(session) });
      if (written !== undefined) {
        chunks.push({ values: written, pieces: open.map(piece) });
        open = [];
        undone = [];
        for (const marks of savepoints.values())
          for (const [index, mark] of marks.entries()) marks[index] = { ...mark, length: 0 };
      }
    }
  }
  return { chunks, rest: open.map(piece), undone: undone.map(piece) };
}

function piece({ sql, wrapped }: Piece): Piece {
  return { sql, wrapped };
}

/** The values of a statement that writes into the history, in their order; undefined: it does not. */
function writtenTo(statement: Statement | undefined, history: TableName | undefined): readonly string[] | undefined {
  if (statement === undefined || history === undefined) return undefined;
  if (!['InsertStmt', 'UpdateStmt', 'DeleteStmt'].includes(statement.kind)) return undefined;
  const target = statement.tree.relation as Named | undefined;
  return target !== undefined && isNamed(target, history) ? constantsIn(statement.tree) : undefined;
}

function constantsIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(constantsIn);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    if (key === 'A_Const') return constant(value);
    return constantsIn(value);
  });
}

function constant(value: unknown): string[] {
  const { sval, ival, fval } = value as {
    sval?: { sval?: string };
    ival?: { ival?: number };
    fval?: { fval?: string };
  };
  const found = sval?.sval ?? ival?.ival ?? fval?.fval;
  return found === undefined ? [] : [String(found)];
}
