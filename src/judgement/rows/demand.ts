import { type Catalog, find, joinNames } from '../../postgres/catalog/catalog.ts';
import { rangeVar } from '../../project/relations.ts';
import { type Node, parseSql, type Statement } from '../../project/sql.ts';
import { fieldsOf, list, names, record, text } from '../../project/syntax-tree.ts';
import type { ErrorSubject } from '../../rehearsal/seed/subject.ts';
import type { SqlErrorReport } from '../../report/model.ts';
import { afterKeyword, fromByte, inParentheses } from './source.ts';

/** What a failing statement demands of the rows that are there. */

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

export type Demand = { readonly table: TableName } & (
  | { readonly kind: 'not null'; readonly columns: readonly [string] }
  /** `key`: as SQL, where it is not of columns alone. */
  | {
      readonly kind: 'unique';
      readonly columns: readonly string[];
      readonly key?: string;
      readonly where?: string;
      readonly nullsEqual: boolean;
    }
  /** Without `parentColumns` the primary key is meant. */
  | {
      readonly kind: 'foreign key';
      readonly columns: readonly string[];
      readonly parent: TableName;
      readonly parentColumns: readonly string[];
    }
  | { readonly kind: 'check'; readonly columns: readonly string[]; readonly expression: string }
  /** `plain`: the values go over as they are, by no expression but casts. */
  | { readonly kind: 'type'; readonly columns: readonly [string]; readonly plain: boolean }
);

interface Failing {
  readonly statement: Statement;
  /** Of the whole script. */
  readonly text: string;
  readonly error: SqlErrorReport;
  readonly subject: ErrorSubject;
  readonly before: Catalog;
  /** Finds the table that a name without a schema means; undefined: none that is known. */
  readonly tableOf: (value: unknown) => TableName | undefined;
}

/** undefined: it cannot be told from the statement. */
export function demandOf(failing: Failing): Demand | undefined {
  const { statement, error, subject } = failing;
  const table = failing.tableOf(statement.tree.relation);
  if (table === undefined) return undefined;
  if (statement.kind === 'IndexStmt') return error.sqlstate === '23505' ? indexDemand(failing, table) : undefined;
  if (statement.kind !== 'AlterTableStmt') return undefined;
  const { sqlstate = '' } = error;
  if (sqlstate === '23502') {
    const { column } = subject;
    return column === undefined ? undefined : { kind: 'not null', table, columns: [column] };
  }
  if (sqlstate.startsWith('22')) return typeDemand(statement, table);
  const kinds = KINDS[sqlstate];
  return kinds === undefined ? undefined : constraintDemand(failing, table, kinds);
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  '23505': ['CONSTR_UNIQUE', 'CONSTR_PRIMARY'],
  '23503': ['CONSTR_FOREIGN'],
  '23514': ['CONSTR_CHECK'],
};

/** The columns of a violated key, as the server writes them: 'Key (lower(email))=(x) is duplicated.' */
function keyIn({ detail }: SqlErrorReport): string | undefined {
  return /^Key \((.*?)\)=\(/s.exec(detail ?? '')?.[1];
}

function indexDemand({ statement, error }: Failing, table: TableName): Demand {
  const { tree, sql } = statement;
  const parts = list(tree.indexParams).map((part) => text(fieldsOf(part, 'IndexElem')?.name));
  const columns = parts.filter((name) => name !== undefined);
  const key = columns.length < parts.length ? keyIn(error) : undefined;
  const where = tree.whereClause === undefined ? undefined : afterKeyword(sql, 'where');
  return {
    kind: 'unique',
    table,
    columns,
    nullsEqual: tree.nulls_not_distinct === true,
    ...(key === undefined ? {} : { key }),
    ...(where === undefined ? {} : { where }),
  };
}

interface Written {
  readonly fields: Node;
  /** The column that it stands beside. */
  readonly column?: string;
  /** What its places count in. */
  readonly text: string;
}

function constraintDemand(failing: Failing, table: TableName, kinds: readonly string[]): Demand | undefined {
  const written = list(failing.statement.tree.cmds).flatMap((cmd) => constraintsOf(cmd, failing, table));
  const wanted = written.filter(({ fields }) => kinds.includes(text(fields.contype) ?? ''));
  const { constraint } = failing.subject;
  const key = keyIn(failing.error);
  const usual = (one: Written): string => [table.name, ...columnsOf(one)].join('_');
  const found =
    wanted.find(({ fields }) => fields.conname === constraint) ??
    wanted.find((one) => columnsOf(one).length > 0 && columnsOf(one).join(', ') === key) ??
    wanted.find((one) => constraint?.startsWith(usual(one)) && one.fields.conname === undefined) ??
    (wanted.length === 1 ? wanted[0] : undefined);
  return found && demandBy(found, table, failing);
}

/** Constraints that a part of ALTER TABLE brings, or that it validates. */
function constraintsOf(cmd: unknown, { text: script, before }: Failing, table: TableName): Written[] {
  const fields = fieldsOf(cmd, 'AlterTableCmd');
  const definition = fields?.def;
  if (fields?.subtype === 'AT_AddColumn') {
    const made = fieldsOf(definition, 'ColumnDef');
    const column = text(made?.colname);
    return list(made?.constraints).flatMap((one) => {
      const constraint = fieldsOf(one, 'Constraint');
      return constraint && column !== undefined ? [{ fields: constraint, column, text: script }] : [];
    });
  }
  if (fields?.subtype === 'AT_AddConstraint') {
    const constraint = fieldsOf(definition, 'Constraint');
    return constraint ? [{ fields: constraint, text: script }] : [];
  }
  if (fields?.subtype !== 'AT_ValidateConstraint') return [];
  const name = text(fields.name) ?? '';
  const known = find(before, 'constraint', joinNames([table.schema, table.name, name]))?.facts.definition;
  return known === undefined ? [] : defined(name, known);
}

/** A constraint as the catalog describes it. */
function defined(name: string, definition: string): Written[] {
  const sql = `ALTER TABLE t ADD ${definition}`;
  const [statement] = parseSql(sql).statements ?? [];
  const constraint = fieldsOf(fieldsOf(list(statement?.tree.cmds)[0], 'AlterTableCmd')?.def, 'Constraint');
  return constraint === undefined ? [] : [{ fields: { ...constraint, conname: name }, text: sql }];
}

function columnsOf({ fields, column }: Written): string[] {
  const own = [...names(fields.keys), ...names(fields.fk_attrs)];
  return own.length > 0 || column === undefined ? own : [column];
}

function demandBy(written: Written, table: TableName, failing: Failing): Demand | undefined {
  const { fields } = written;
  const columns = columnsOf(written);
  if (fields.contype === 'CONSTR_CHECK') {
    const expression = inParentheses(fromByte(written.text, fields.location), 'check');
    if (expression === undefined) return undefined;
    return { kind: 'check', table, expression, columns: mentioned(fields.raw_expr) };
  }
  if (fields.contype === 'CONSTR_FOREIGN') {
    const parent = failing.tableOf(fields.pktable);
    if (parent === undefined) return undefined;
    const parentColumns = names(fields.pk_attrs);
    return { kind: 'foreign key', table, columns, parent, parentColumns };
  }
  return { kind: 'unique', table, columns, nullsEqual: fields.nulls_not_distinct === true };
}

/** Columns that an expression names. */
function mentioned(expression: unknown): string[] {
  const found = new Set<string>();
  const stack: unknown[] = [expression];
  while (stack.length > 0) {
    const item = stack.pop();
    if (typeof item !== 'object' || item === null) continue;
    const column = names(fieldsOf(item, 'ColumnRef')?.fields).at(-1);
    if (column !== undefined) found.add(column);
    stack.push(...Object.values(item));
  }
  return [...found];
}

function typeDemand({ tree }: Statement, table: TableName): Demand | undefined {
  const changes = list(tree.cmds).flatMap((cmd) => {
    const fields = fieldsOf(cmd, 'AlterTableCmd');
    const column = text(fields?.name);
    if (fields?.subtype !== 'AT_AlterColumnType' || column === undefined) return [];
    const using = fieldsOf(fields.def, 'ColumnDef')?.raw_default;
    return [{ column, plain: using === undefined || isCastOf(using, column) }];
  });
  const [only, ...more] = changes;
  if (only === undefined || more.length > 0) return undefined;
  return { kind: 'type', table, columns: [only.column], plain: only.plain };
}

/** `c`, `c::integer`, `c::text::integer` */
function isCastOf(expression: unknown, column: string): boolean {
  const cast = record(fieldsOf(expression, 'TypeCast'));
  if (cast !== undefined) return isCastOf(cast.arg, column);
  return names(fieldsOf(expression, 'ColumnRef')?.fields).at(-1) === column;
}

/** Resolves names by the catalogs, the first one first. */
export function tableFinder(
  catalogs: readonly Catalog[],
  searchPath: readonly string[],
): (value: unknown) => TableName | undefined {
  return (value) => {
    const named = rangeVar(value);
    if (named === undefined) return undefined;
    const schemas = named.schema === undefined ? searchPath : [named.schema];
    const known = (schema: string): boolean =>
      catalogs.some((catalog) => find(catalog, 'table', joinNames([schema, named.name])) !== undefined);
    const schema = schemas.find(known);
    return schema === undefined ? undefined : { schema, name: named.name };
  };
}
