import type { Node, Statement } from '../project/sql.ts';
import { descendants, fieldsOf, list, names, option, scalar } from '../project/syntax-tree.ts';
import type { Command, HazardScript } from './types.ts';

/** Whether an expression gives another value for each row: then a default of a new column is computed for all of them. */

/** Postgres' own volatile functions that give a value (pg_proc.provolatile, 18), and those of extensions that give keys. */
const VOLATILE =
  /^(?:random|random_normal|gen_random_uuid|gen_random_bytes|gen_salt|uuidv4|uuidv7|uuid_generate_v\w+|clock_timestamp|timeofday|nextval|setval|currval|lastval|array_shuffle|array_sample|nanoid|gen_ulid|ulid_generate|generate_ulid|pg_sleep)$/;

/** Postgres' functions that defaults are made of and that are computed once for all rows: stable or immutable. */
const STEADY =
  /^(?:now|statement_timestamp|transaction_timestamp|timezone|to_char|to_date|to_timestamp|to_number|date_trunc|date_part|extract|age|make_date|make_interval|make_timestamp|make_timestamptz|make_time|interval|justify_\w+|lower|upper|initcap|concat|concat_ws|format|length|char_length|octet_length|left|right|lpad|rpad|substr|substring|replace|translate|trim|btrim|ltrim|rtrim|repeat|reverse|split_part|regexp_replace|regexp_match|md5|sha224|sha256|sha384|sha512|encode|decode|convert_to|convert_from|quote_\w+|chr|ascii|abs|ceil|ceiling|floor|round|trunc|mod|power|sqrt|sign|greatest|least|coalesce|nullif|jsonb?_build_(?:object|array)|jsonb?_object|to_jsonb?|jsonb_set|jsonb_insert|jsonb_pretty|jsonb_strip_nulls|row_to_json|array_to_json|array_append|array_prepend|array_cat|array_fill|array_remove|array_to_string|string_to_array|cardinality|int4range|int8range|numrange|tsrange|tstzrange|daterange|current_setting|current_database|current_schema|version|pg_current_xact_id|txid_current|inet_client_addr|to_tsvector|plainto_tsquery|hashtext)$/;

/** `volatile`: it has a function that gives another value each time. `unknown`: it calls one that nobody here knows. */
type Volatility = 'volatile' | 'steady' | 'unknown';

export function volatilityOf(expression: unknown, script: HazardScript, at: Command): Volatility {
  const called = [...descendants(expression)].flatMap(([kind, fields]) =>
    kind === 'FuncCall' ? [names(fields.funcname).at(-1) ?? ''] : [],
  );
  const each = called.map((name) => ofFunction(name, script, at));
  if (each.includes('volatile')) return 'volatile';
  return each.includes('unknown') ? 'unknown' : 'steady';
}

function ofFunction(name: string, script: HazardScript, at: Command): Volatility {
  if (VOLATILE.test(name)) return 'volatile';
  const own = definitionOf(name, script, at);
  if (own) return isDeclaredSteady(own.tree) ? 'steady' : 'volatile';
  return STEADY.test(name) ? 'steady' : 'unknown';
}

const DEFINES = /\bfunction\b/i;

function definitionOf(name: string, { past, statements }: HazardScript, at: Command): Statement | undefined {
  const before = statements.filter(({ index }) => index < at.statement.index);
  return [...past.statements(DEFINES, name), ...before].findLast(
    ({ kind, tree }) => kind === 'CreateFunctionStmt' && names(tree.funcname).at(-1) === name,
  );
}

function isDeclaredSteady({ options }: Node): boolean {
  return ['immutable', 'stable'].includes(scalar(option(options, 'volatility')) ?? 'volatile');
}

/** The default of a column's definition, if it has one. */
export function defaultOf(column: Node): unknown {
  return constraintOf(column, 'CONSTR_DEFAULT')?.raw_expr;
}

export function constraintOf(column: Node, type: string): Node | undefined {
  return list(column.constraints)
    .map((one) => fieldsOf(one, 'Constraint'))
    .find((one) => one?.contype === type);
}
