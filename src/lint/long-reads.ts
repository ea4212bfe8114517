import { relationsBelow } from '../project/relations.ts';
import type { Node } from '../project/sql.ts';
import { descendants, fieldsOf, list, names, record } from '../project/syntax-tree.ts';
import { isSmallQuery, smallQueries } from './conditions.ts';
import { written } from './made.ts';
import { isCatalog, isOneRow } from './row-changes.ts';
import type { Command, HazardScript } from './types.ts';

/** Queries that take as long as a table is big, or as somebody has told them to; as far as their text shows it. */

interface LongRead {
  readonly words: string;
  /** Tables that are read; none for what merely waits. */
  readonly tables: readonly string[];
}

export function longReads(command: Command, script: HazardScript): LongRead[] {
  const { kind, tree } = command;
  if (kind === 'SelectStmt') return [...ofQuery('SELECT', tree, command, script), ...sleeps(tree)];
  if (kind !== 'CreateTableAsStmt') return [];
  const query = fieldsOf(tree.query, 'SelectStmt');
  const words = tree.objtype === 'OBJECT_MATVIEW' ? 'CREATE MATERIALIZED VIEW' : 'CREATE TABLE AS';
  return query === undefined || isWithoutData(tree) ? [] : ofQuery(words, query, command, script);
}

/** WITH NO DATA. */
function isWithoutData({ into }: Node): boolean {
  return record(into)?.skipData === true;
}

function ofQuery(words: string, select: Node, command: Command, script: HazardScript): LongRead[] {
  const small = smallQueries(select.withClause);
  if (isSmallQuery({ SelectStmt: select }, { small }) || isOneRow(select, command, script, small)) return [];
  if (isQuick(select)) return [];
  const tables = relationsBelow(select)
    .map(written)
    .filter((name) => !script.made.hasBefore(command, name) && !isCatalog(name));
  return tables.length === 0 ? [] : [{ words, tables: [...new Set(tables)] }];
}

/** SELECT setval('orders_id_seq', max(id)) FROM orders: an index has the answer. */
function isQuick(select: Node): boolean {
  const calls = [...descendants({ select: select.targetList })].flatMap(([kind, { funcname }]) =>
    kind === 'FuncCall' ? (names(funcname).at(-1) ?? []) : [],
  );
  const alone = select.whereClause === undefined && list(select.groupClause).length === 0;
  return alone && calls.length > 0 && calls.every((name) => QUICK.has(name));
}

const QUICK: ReadonlySet<string> = new Set(['max', 'min', 'setval', 'pg_get_serial_sequence']);

const SLEEPS: ReadonlySet<string> = new Set(['pg_sleep', 'pg_sleep_for', 'pg_sleep_until']);

function sleeps(tree: Node): LongRead[] {
  for (const [kind, { funcname }] of descendants({ targets: tree.targetList })) {
    const name = kind === 'FuncCall' ? names(funcname).at(-1) : undefined;
    if (name !== undefined && SLEEPS.has(name)) return [{ words: `${name}()`, tables: [] }];
  }
  return [];
}
