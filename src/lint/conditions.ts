import { nameOfParts, rangeVar } from '../project/relations.ts';
import type { Node } from '../project/sql.ts';
import { fieldsOf, list, names, nodeEntry, record, scalar, text } from '../project/syntax-tree.ts';

/** What a WHERE leaves over, as far as its text shows: all rows, or a handful. */

/** Whether a condition is true whatever the row holds (true, 1 = 1, id = id, x OR true). */
export function isAlwaysTrue(condition: unknown): boolean {
  const [kind, fields] = nodeEntry(condition) ?? [];
  if (fields === undefined) return false;
  if (kind === 'BoolExpr') {
    const args = list(fields.args);
    if (fields.boolop === 'AND_EXPR') return args.every(isAlwaysTrue);
    if (fields.boolop === 'OR_EXPR') return args.some(isAlwaysTrue);
    return isFalse(args[0]);
  }
  if (kind === 'A_Const' || kind === 'TypeCast') return /^(?:true|t|on|yes|1)$/i.test(scalar(condition) ?? '');
  return kind === 'A_Expr' && isOperator(fields, '=') && sameValue(fields.lexpr, fields.rexpr);
}

function isFalse(condition: unknown): boolean {
  return scalar(condition) === 'false';
}

/** `1 = 1`, `id = id`: of a column that may be NULL too, which no author of such a condition means. */
function sameValue(left: unknown, right: unknown): boolean {
  const constant = scalar(left);
  if (constant !== undefined) return constant === scalar(right);
  const column = columnName(left);
  return column !== undefined && column === columnName(right);
}

function isOperator({ kind, name }: Node, operator: string): boolean {
  return kind === 'AEXPR_OP' && names(name).join('.') === operator;
}

function columnName(expression: unknown): string | undefined {
  const parts = names(fieldsOf(expression, 'ColumnRef')?.fields);
  return parts.length === 0 ? undefined : parts.join('.');
}

/** What a statement's rows are looked up by. */
export interface Lookup {
  /** The table whose rows are changed, by its name and alias. */
  readonly table: ReadonlySet<string>;
  /** Other relations of the FROM or USING clause, by what they are called there; `true`: of a few rows. */
  readonly sources: ReadonlyMap<string, boolean>;
  /** WITH queries of a few rows. */
  readonly small: ReadonlySet<string>;
  readonly isKey: (column: string) => boolean;
  /** It stands in PL/pgSQL, where a bare name may be a variable's. */
  readonly variables: boolean;
}

/** The most rows that a LIMIT or a list may leave, to count as a batch. */
const BATCH = 100_000;

/** Whether a condition leaves a handful of rows: a key's value, a list of them, a batch that a LIMIT ends. */
export function isLimited(condition: unknown, by: Lookup): boolean {
  const [kind, fields] = nodeEntry(condition) ?? [];
  if (kind === undefined || fields === undefined) return false;
  switch (kind) {
    case 'BoolExpr': {
      const args = list(fields.args);
      if (fields.boolop === 'AND_EXPR') return args.some((one) => isLimited(one, by)) || isRange(args, by);
      return fields.boolop === 'OR_EXPR' && args.every((one) => isLimited(one, by));
    }
    case 'A_Const':
      return isFalse(condition);
    case 'CurrentOfExpr':
      return true;
    case 'SubLink':
      return (
        fields.subLinkType === 'ANY_SUBLINK' && fields.operName === undefined && isSmallQuery(fields.subselect, by)
      );
    case 'A_Expr':
      return comparison(fields, by);
    default:
      return false;
  }
}

function comparison(fields: Node, by: Lookup): boolean {
  const { kind, lexpr, rexpr } = fields;
  const equal = names(fields.name).at(-1) === '=';
  if (kind === 'AEXPR_BETWEEN')
    return isKeyOf(lexpr, by) && list(fieldsOf(rexpr, 'List')?.items).every((one) => isGiven(one, by));
  if (!equal) return false;
  if (kind === 'AEXPR_IN')
    return isKeyOf(lexpr, by) && list(fieldsOf(rexpr, 'List')?.items).every((one) => isGiven(one, by));
  if (kind === 'AEXPR_OP_ANY') return isSmallArray(rexpr, by) && (isKeyOf(lexpr, by) || isLimitedArray(rexpr, by));
  if (kind !== 'AEXPR_OP') return false;
  return pairs(lexpr, by, rexpr) || pairs(rexpr, by, lexpr);
}

/** `id = 5`, `id = (SELECT ...)`, or any column against one of a relation of a few rows. */
function pairs(own: unknown, by: Lookup, other: unknown): boolean {
  if (!isOwn(own, by)) return false;
  const source = names(fieldsOf(other, 'ColumnRef')?.fields);
  if (source.length > 1 && by.sources.get(source.at(-2) ?? '') === true) return true;
  return isKeyOf(own, by) && isGiven(other, by);
}

/** `id > 1000 AND id <= 2000`: a batch of keys. */
function isRange(conditions: readonly unknown[], by: Lookup): boolean {
  const bounds = conditions.flatMap((condition) => {
    const fields = fieldsOf(condition, 'A_Expr');
    if (fields?.kind !== 'AEXPR_OP' || !isKeyOf(fields.lexpr, by) || !isGiven(fields.rexpr, by)) return [];
    return names(fields.name).at(-1)?.[0] ?? [];
  });
  return bounds.includes('>') && bounds.includes('<');
}

function isOwn(expression: unknown, { table }: Lookup): boolean {
  const parts = names(fieldsOf(expression, 'ColumnRef')?.fields);
  const of = parts.at(-2);
  return parts.length > 0 && (of === undefined || table.has(of));
}

function isKeyOf(expression: unknown, by: Lookup): boolean {
  const column = names(fieldsOf(bare(expression), 'ColumnRef')?.fields).at(-1);
  return column !== undefined && isOwn(bare(expression), by) && by.isKey(column);
}

/** Without a cast: id::text = '...'. */
function bare(expression: unknown): unknown {
  const cast = fieldsOf(expression, 'TypeCast');
  return cast === undefined ? expression : cast.arg;
}

/** A value that is the same for all rows: a constant, a parameter, a variable of PL/pgSQL, one row's of a subquery. */
function isGiven(expression: unknown, by: Lookup): boolean {
  const [kind, fields] = nodeEntry(bare(expression)) ?? [];
  if (kind === 'A_Const' || kind === 'ParamRef') return true;
  if (kind === 'SubLink') return fields?.subLinkType === 'EXPR_SUBLINK';
  if (kind === 'A_Expr') return [fields?.lexpr, fields?.rexpr].every((one) => one === undefined || isGiven(one, by));
  if (kind === 'FuncCall') return list(fields?.args).every((one) => isGiven(one, by));
  if (kind !== 'ColumnRef') return false;
  // A name of none of the relations is a variable: r.id in a loop over r, or v_id.
  const parts = names(fields?.fields);
  const of = parts.at(-2);
  return of === undefined ? by.variables : !by.table.has(of) && !by.sources.has(of);
}

function isSmallArray(expression: unknown, by: Lookup): boolean {
  const [kind] = nodeEntry(bare(expression)) ?? [];
  return (
    kind === 'A_ArrayExpr' ||
    kind === 'A_Const' ||
    kind === 'ParamRef' ||
    kind === 'ColumnRef' ||
    isLimitedArray(expression, by)
  );
}

/** ARRAY(SELECT ctid FROM t LIMIT 1000) */
function isLimitedArray(expression: unknown, by: Lookup): boolean {
  const link = fieldsOf(bare(expression), 'SubLink');
  return link?.subLinkType === 'ARRAY_SUBLINK' && isSmallQuery(link.subselect, by);
}

/** Whether a query gives a few rows: VALUES, LIMIT, no FROM, or rows of such queries alone. */
export function isSmallQuery(query: unknown, { small }: Pick<Lookup, 'small'>): boolean {
  const select = fieldsOf(query, 'SelectStmt');
  if (select === undefined) return false;
  if (select.op !== undefined && select.op !== 'SETOP_NONE')
    return [select.larg, select.rarg].every((side) => isSmallQuery({ SelectStmt: side }, { small }));
  const own = new Set([...small, ...smallQueries(select.withClause, small)]);
  if (list(select.valuesLists).length > 0 || list(select.fromClause).length === 0) return true;
  const limit = nodeEntry(select.limitCount);
  if (limit !== undefined) {
    const [kind, fields] = limit;
    if (kind !== 'A_Const') return true;
    return fields.isnull !== true && Number(scalar(select.limitCount)) <= BATCH;
  }
  return list(select.fromClause).every((item) => isSmallSource(item, own));
}

/** Of an item of a FROM clause. */
export function isSmallSource(item: unknown, small: ReadonlySet<string>): boolean {
  const subquery = fieldsOf(item, 'RangeSubselect')?.subquery;
  if (subquery !== undefined) return isSmallQuery(subquery, { small });
  const relation = fieldsOf(item, 'RangeVar');
  if (relation) return relation.schemaname === undefined && small.has(text(relation.relname) ?? '');
  // unnest(ARRAY[...]), json_to_recordset('[...]'): what stands in the text. Not what counts up.
  const called = fieldsOf(item, 'RangeFunction');
  return called !== undefined && !/"generate_series"/.test(JSON.stringify(called.functions ?? []));
}

/** The names of a WITH whose queries give a few rows. Data that a query changes counts by what it returns. */
export function smallQueries(withClause: unknown, around: ReadonlySet<string> = new Set()): ReadonlySet<string> {
  const small = new Set(around);
  for (const item of list(record(withClause)?.ctes)) {
    const query = fieldsOf(item, 'CommonTableExpr');
    const name = text(query?.ctename);
    if (name === undefined) continue;
    if (isSmallQuery(query?.ctequery, { small })) small.add(name);
    else small.delete(name);
  }
  return small;
}

/** What an item of a FROM clause is called in the query; joins are taken apart. */
export function sourceNames(item: unknown): { readonly name: string; readonly item: unknown }[] {
  const join = fieldsOf(item, 'JoinExpr');
  if (join) return [...sourceNames(join.larg), ...sourceNames(join.rarg)];
  const [, fields] = nodeEntry(item) ?? [];
  const alias = text(record(fields?.alias)?.aliasname);
  const name = alias ?? nameOfParts([rangeVar(fields)?.name ?? ''])?.name ?? '';
  return [{ name, item }];
}
