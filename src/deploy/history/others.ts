import { LockstepError } from '../../errors.ts';
import type { Session } from '../../postgres/session.ts';
import { literal, qualified, type TableName, tableSql, tableText } from '../../project/quoting.ts';
import { allLayouts } from '../../project/tool-layout.ts';
import type { Relation } from '../ledger/read.ts';

/**
 * Histories of other tools in the target. Files alone may look like those of several tools; two histories that hold rows say
 * that somebody has to tell which one counts.
 */

interface Candidate {
  readonly tool: string;
  readonly table: TableName;
  readonly columns: readonly string[];
  readonly foreignColumns: readonly string[];
  /** A table without which it is another tool's of the same name. */
  readonly beside?: TableName;
}

export interface OtherHistory {
  readonly tool: string;
  /** 'schema.name' */
  readonly relation: string;
  readonly rows: number;
}

/** dbmate's table has the same name and column; this one stands beside Rails' alone. */
const RAILS: Candidate = {
  tool: 'rails',
  table: qualified('public.schema_migrations'),
  columns: ['version'],
  foreignColumns: ['dirty'],
  beside: qualified('public.ar_internal_metadata'),
};

/** One's own: the tool, and its table where it keeps one. */
interface Own {
  readonly tool: string;
  readonly table: TableName | undefined;
}

/** The histories that might be there, but for one's own. The first that fits a table is taken. */
function candidates(own: Own): readonly Candidate[] {
  const known = allLayouts.flatMap(({ name, historyTable }): Candidate[] => {
    // Objection's is Knex's; Rails' stands first, since dbmate's looks the same.
    if (historyTable === undefined || name === 'objection' || name === RAILS.tool) return [];
    const { table, columns, foreignColumns = [] } = historyTable.in(qualified(historyTable.usual));
    return [{ tool: name, table, columns, foreignColumns }];
  });
  const ownName = own.table === undefined ? undefined : tableText(own.table);
  // One's own table may be another's as well: what stands beside it shows that.
  return [RAILS, ...known].filter(
    ({ tool, table, beside }) => tableText(table) !== ownName || (beside !== undefined && tool !== own.tool),
  );
}

/** The tables to look up for that. */
export function otherTables(own: Own): readonly TableName[] {
  return candidates(own).flatMap(({ table, beside }) => [table, ...(beside === undefined ? [] : [beside])]);
}

/** Those that hold rows, given what was looked up. What the role may not read says nothing. */
export async function othersThere(
  session: Session,
  own: Own,
  relations: readonly Relation[],
): Promise<readonly OtherHistory[]> {
  const there = new Map(relations.filter(({ kind }) => kind !== undefined).map((one) => [tableText(one), one]));
  const found = new Map<string, Candidate>();
  for (const candidate of candidates(own)) {
    const name = tableText(candidate.table);
    if (!found.has(name) && fits(candidate, there)) found.set(name, candidate);
  }
  if (found.size === 0) return [];
  const counts = [...found].map(
    ([name, { tool, table }]) =>
      `SELECT ${literal(tool)} AS tool, ${literal(name)} AS relation, pg_catalog.count(*)::int AS rows FROM ${tableSql(table)}`,
  );
  const [result] = await session.run(counts.join(' UNION ALL '));
  return ((result?.rows ?? []) as readonly OtherHistory[]).filter(({ rows }) => rows > 0);
}

function fits({ table, columns, foreignColumns, beside }: Candidate, there: ReadonlyMap<string, Relation>): boolean {
  const relation = there.get(tableText(table));
  return (
    relation?.readable === true &&
    columns.every((column) => relation.columns.includes(column)) &&
    !foreignColumns.some((column) => relation.columns.includes(column)) &&
    (beside === undefined || there.has(tableText(beside)))
  );
}

interface Choice {
  /** The tool that the files look like. */
  readonly tool: string;
  /** Its history: the tool's table, or the ledger. */
  readonly relation: string;
  /** undefined: it is not there. */
  readonly rows: number | undefined;
  /** Whether Lockstep has applied or adopted something here: then the choice was made. */
  readonly inUse: boolean;
}

/** Refuses to guess. Throws `history-ambiguous`. */
export function requireUnambiguous({ tool, relation, rows = 0, inUse }: Choice, others: readonly OtherHistory[]): void {
  if (others.length === 0 || (rows > 0 && inUse)) return;
  const sharing = others.find((other) => other.relation === relation);
  if (sharing !== undefined) throw shared(tool, sharing);
  const found = others.map((other) => `${toldHistory(other)}, of ${other.tool}`).join('; ');
  const own = rows === 0 ? `${relation} of ${tool} has no rows` : toldHistory({ relation, rows });
  const names = [...new Set([...others.map((other) => other.tool).filter(isNameable), tool])];
  throw new LockstepError(
    'history-ambiguous',
    `The files look like those of ${tool}, and the target holds another history: ${found} (${own}).`,
    {
      hint: `Say in lockstep.yml by which one this project goes:\n${names.map((name) => `  tool: ${name}`).join('\nor\n')}`,
    },
  );
}

function shared(tool: string, other: OtherHistory): LockstepError {
  const beside = RAILS.beside === undefined ? '' : tableText(RAILS.beside);
  return new LockstepError(
    'history-ambiguous',
    `The files look like those of ${tool}, and its table is also that of ${other.tool}: ${toldHistory(other)}, with ${beside} beside it.`,
    {
      hint: `Give ${tool} a table of its own (dbmate: --migrations-table) and name it in lockstep.yml:\n  history:\n    table: public.${tool}_migrations\nor, when ${other.tool} has left it to this project:\n  tool: ${tool}`,
    },
  );
}

function isNameable(tool: string): boolean {
  return allLayouts.some(({ name }) => name === tool);
}

/** 'public.schema_migrations (12 rows)' */
export function toldHistory({ relation, rows }: Pick<OtherHistory, 'relation' | 'rows'>): string {
  return `${relation} (${rows} ${rows === 1 ? 'row' : 'rows'})`;
}
