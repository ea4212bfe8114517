import { rangeVar, relationsBelow } from '../project/relations.ts';
import type { Node } from '../project/sql.ts';
import { descendants, fieldsOf, list, names, record, text } from '../project/syntax-tree.ts';
import {
  isAlwaysTrue,
  isLimited,
  isSmallQuery,
  isSmallSource,
  type Lookup,
  smallQueries,
  sourceNames,
} from './conditions.ts';
import { isUniqueColumn } from './keys.ts';
import { relationKey, written } from './made.ts';
import type { Command, HazardScript } from './types.ts';

/** Which rows a command changes, and how many, as far as its text shows it. Also in WITH. */

export interface RowChange {
  readonly words: 'UPDATE' | 'DELETE' | 'INSERT ... SELECT' | 'MERGE' | 'SELECT ... FOR UPDATE';
  /** As it is written. */
  readonly table: string;
  /** Tables that it goes through: those that it reads, and the one that it changes; not what an INSERT alone fills. */
  readonly through: readonly string[];
  /** `all`: without a condition. `many`: nobody can say. A handful is no RowChange. */
  readonly rows: 'all' | 'many';
}

/** Changes of more than a handful of rows. `loadParser` must have resolved. */
export function rowChanges(command: Command, script: HazardScript): RowChange[] {
  if (!CHANGES.has(command.kind)) return [];
  const nodes = [[command.kind, command.tree] as const, ...(hasWith(command) ? descendants(command.tree) : [])];
  // All WITH queries of the statement: they can be named from inside one another only downwards, which does no harm here.
  const small = smallQueries(command.tree.withClause);
  return nodes.flatMap(([kind, fields]) => {
    const change = CHANGES.get(kind)?.(
      fields,
      command,
      script,
      new Set([...small, ...smallQueries(fields.withClause, small)]),
    );
    return change === undefined ? [] : [change];
  });
}

function hasWith({ kind, tree }: Command): boolean {
  return (
    tree.withClause !== undefined ||
    (kind === 'InsertStmt' && record(fieldsOf(tree.selectStmt, 'SelectStmt'))?.withClause !== undefined)
  );
}

type Reader = (
  fields: Node,
  command: Command,
  script: HazardScript,
  small: ReadonlySet<string>,
) => RowChange | undefined;

const CHANGES: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [
    'UpdateStmt',
    (fields, command, script, small) => changed('UPDATE', fields, list(fields.fromClause), command, script, small),
  ],
  [
    'DeleteStmt',
    (fields, command, script, small) => changed('DELETE', fields, list(fields.usingClause), command, script, small),
  ],
  ['InsertStmt', inserted],
  ['MergeStmt', merged],
  ['SelectStmt', locked],
  ['CreateTableAsStmt', ({ query }, ...rest) => locked(fieldsOf(query, 'SelectStmt') ?? {}, ...rest)],
]);

function changed(
  words: RowChange['words'],
  fields: Node,
  from: readonly unknown[],
  command: Command,
  script: HazardScript,
  small: ReadonlySet<string>,
): RowChange | undefined {
  const name = rangeVar(fields.relation);
  if (name === undefined) return undefined;
  const table = written(name);
  const { whereClause } = fields;
  const sources = from.flatMap(sourceNames);
  const through = [table, ...relationsBelow(from).map(written)];
  if (whereClause === undefined || isAlwaysTrue(whereClause)) return { words, table, through, rows: 'all' };
  const alias = text(record(record(fields.relation)?.alias)?.aliasname);
  const lookup: Lookup = {
    table: new Set([alias ?? name.name]),
    sources: new Map(sources.map(({ name: called, item }) => [called, isSmallSource(item, small)])),
    small,
    isKey: (column) => isUniqueColumn(script, command, table, column),
    variables: command.inside !== undefined,
  };
  if (isLimited(whereClause, lookup) && !loopsOverMany(command, script) && !addsUp(command, whereClause, script))
    return undefined;
  return { words, table, through, rows: 'many' };
}

/** FOR row IN SELECT ... FROM orders LOOP UPDATE ... WHERE id = row.id: one by one, and all in one transaction. */
function loopsOverMany(command: Command, script: HazardScript): boolean {
  const select = fieldsOf(command.over, 'SelectStmt');
  const small = new Set<string>();
  if (select === undefined || isSmallQuery(command.over, { small }) || isOneRow(select, command, script, small))
    return false;
  return relationsBelow(select)
    .map(written)
    .some((name) => !script.made.hasBefore(command, name) && !isCatalog(name));
}

/** Batch after batch in a loop that commits none of them: they are one. The value of a key is no batch. */
function addsUp(command: Command, condition: unknown, { commands }: HazardScript): boolean {
  if (command.looped !== true || !isBatch(condition)) return false;
  return !commands.some(
    ({ kind, inside, statement, looped }) =>
      kind === 'TransactionStmt' && looped === true && inside === command.inside && statement === command.statement,
  );
}

/** Bounds, or a LIMIT: of `id = 5` there is one row. */
function isBatch(condition: unknown): boolean {
  const operators = [...descendants({ condition })].flatMap(([kind, { name }]) =>
    kind === 'A_Expr' ? (names(name).at(-1) ?? []) : [],
  );
  return operators.some((one) => /^[<>]/.test(one)) || /"limitCount"/.test(JSON.stringify(condition));
}

function inserted(
  fields: Node,
  command: Command,
  script: HazardScript,
  small: ReadonlySet<string>,
): RowChange | undefined {
  const name = rangeVar(fields.relation);
  const select = fieldsOf(fields.selectStmt, 'SelectStmt');
  if (name === undefined || select === undefined || isSmallQuery(fields.selectStmt, { small })) return undefined;
  const through = relationsBelow(select).map(written);
  if (through.length === 0 || isOneRow(select, command, script, small)) return undefined;
  return {
    words: 'INSERT ... SELECT',
    table: written(name),
    through,
    rows: select.whereClause === undefined ? 'all' : 'many',
  };
}

/** INSERT ... SELECT ... FROM users WHERE id = 5 */
export function isOneRow(select: Node, command: Command, script: HazardScript, small: ReadonlySet<string>): boolean {
  const [only, ...more] = list(select.fromClause);
  const relation = fieldsOf(only, 'RangeVar');
  const name = rangeVar(relation);
  if (name === undefined || more.length > 0 || select.whereClause === undefined) return false;
  const alias = text(record(relation?.alias)?.aliasname);
  return isLimited(select.whereClause, {
    table: new Set([alias ?? name.name]),
    sources: new Map(),
    small,
    isKey: (column) => isUniqueColumn(script, command, written(name), column),
    variables: command.inside !== undefined,
  });
}

/** SELECT ... FOR UPDATE, FOR SHARE: rows that are locked as if they were written. */
function locked(
  select: Node,
  command: Command,
  script: HazardScript,
  small: ReadonlySet<string>,
): RowChange | undefined {
  if (list(select.lockingClause).length === 0 || isSmallQuery({ SelectStmt: select }, { small })) return undefined;
  const through = relationsBelow(select).map(written);
  const [table] = through;
  if (table === undefined || isOneRow(select, command, script, small)) return undefined;
  return { words: 'SELECT ... FOR UPDATE', table, through, rows: 'many' };
}

function merged(fields: Node, _: Command, __: HazardScript, small: ReadonlySet<string>): RowChange | undefined {
  const name = rangeVar(fields.relation);
  if (name === undefined || isSmallSource(fields.sourceRelation, small)) return undefined;
  const table = written(name);
  return {
    words: 'MERGE',
    table,
    through: [table, ...relationsBelow(fields.sourceRelation).map(written)],
    rows: 'many',
  };
}

/** Whether a change goes through a table that was there before the change set: a new one has few rows, and no readers. */
export function goesThroughExisting({ made }: HazardScript, command: Command, { through }: RowChange): boolean {
  return through.some((name) => !made.hasBefore(command, name) && !isCatalog(name));
}

/** The catalogs' rows are few. */
export function isCatalog(name: string): boolean {
  return /^(?:pg_|information_schema\.)/.test(relationKey(name));
}
