import { type Catalog, find, items } from '../../postgres/catalog/catalog.ts';
import type { Statement } from '../../project/sql.ts';
import { wholeName } from '../sql-words.ts';
import type { Demand } from './demand.ts';
import { columnIn } from './query.ts';

/** Whether a statement fails whatever the rows hold, as soon as there are any. */

export function failsOnAnyRow(
  demand: Demand,
  statement: Statement,
  all: readonly Statement[],
  before: Catalog,
  after: Catalog | undefined,
): boolean {
  const { table, columns } = demand;
  if (demand.kind === 'type') {
    const [column] = demand.columns;
    const from = columnIn(before, table, column)?.type;
    const to = columnIn(after, table, column)?.type;
    return demand.plain && from !== undefined && to !== undefined && neverCasts(from, to, before);
  }
  const made = columns.filter((name) => columnIn(before, table, name) === undefined);
  const earlier = all.slice(0, all.indexOf(statement));
  return columns.length > 0 && made.length === columns.length && !made.some((name) => mayBeFilled(name, earlier));
}

/** Statements that write rows, or call code that may. */
const WRITES: ReadonlySet<string> = new Set([
  'UpdateStmt',
  'InsertStmt',
  'MergeStmt',
  'CopyStmt',
  'DoStmt',
  'CallStmt',
  'SelectStmt',
  'CreateTableAsStmt',
  'ExecuteStmt',
]);

function mayBeFilled(column: string, earlier: readonly Statement[]): boolean {
  // A call may lead to code whose text is elsewhere.
  const calls = earlier.some(({ kind }) => kind === 'CallStmt' || kind === 'ExecuteStmt');
  const word = wholeName(column, 'i');
  return calls || earlier.some(({ kind, sql }) => WRITES.has(kind) && word.test(sql));
}

const NUMBERS = /^(smallint|integer|bigint|numeric|real|double precision|oid)\b/;
/** Types of which no value is written like a number. Of dates one is: infinity, which not every number takes. */
const NO_NUMBER = /^(uuid|time|interval|boolean|macaddr|bytea|point|box|circle|polygon|path|lseg|line)\b/;
const WHOLE: ReadonlySet<string> = new Set(['smallint', 'integer', 'bigint', 'oid']);
const NO_UUID = /^(smallint|integer|bigint|date|timestamp|time|interval|boolean|macaddr|inet|cidr)\b/;
const NO_TIME = /^(uuid|boolean|macaddr|bytea|inet|cidr)\b/;
const NO_BOOLEAN = /^(uuid|date|timestamp|interval|macaddr|bytea|inet|cidr)\b/;

/** Whether no value of a type has a text that another type would take. Types are as `format_type` writes them. */
function neverCasts(from: string, to: string, catalog: Catalog): boolean {
  if (from.endsWith('[]') || to.endsWith('[]')) return false;
  if (/^(date|timestamp)\b/.test(from) && WHOLE.has(to)) return true;
  if (NUMBERS.test(to)) return NO_NUMBER.test(from) || hasNoNumber(labelsOf(from, catalog));
  if (to === 'uuid') return NO_UUID.test(from);
  if (/^(date|timestamp)\b/.test(to)) return NO_TIME.test(from);
  return to === 'boolean' && NO_BOOLEAN.test(from);
}

function labelsOf(type: string, catalog: Catalog): readonly string[] {
  return items((find(catalog, 'enum', type) ?? find(catalog, 'enum', `public.${type}`))?.facts.labels);
}

function hasNoNumber(labels: readonly string[]): boolean {
  return labels.length > 0 && labels.every((label) => !/\d/.test(label));
}
