import type { TableName } from '../../project/quoting.ts';
import type { Statement } from '../../project/sql.ts';

/** What a migration tool sends for its own sake, and that is no part of any migration. */

/** Settings of a connection; what a migration sets on purpose (timeouts, the search path, a role) stays. */
const CONNECTION_SETTINGS = new Set([
  'application_name',
  'client_encoding',
  'client_min_messages',
  'datestyle',
  'extra_float_digits',
  'intervalstyle',
  'jit',
  'standard_conforming_strings',
  'timezone',
]);

/** Functions of Postgres' own that ask and change nothing, and advisory locks. Exact names: any other may be the project's. */
const HARMLESS_FUNCTIONS = new Set(
  `version now current_database current_query current_schema current_schemas current_setting pg_backend_pid to_regclass
  pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared
  pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock pg_try_advisory_lock_shared
  pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared
  has_any_column_privilege has_column_privilege has_database_privilege has_function_privilege has_schema_privilege
  has_sequence_privilege has_table_privilege has_type_privilege
  count max min sum array_agg string_agg json_agg row_number unnest generate_series generate_subscripts
  lower upper length btrim quote_ident array_to_string array_position
  clock_timestamp statement_timestamp transaction_timestamp timezone date_trunc date_part extract to_char to_timestamp
  md5 encode gen_random_uuid
  regexp_count regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array
  regexp_split_to_table regexp_substr
  obj_description col_description format_type pg_table_is_visible pg_type_is_visible
  pg_get_constraintdef pg_get_expr pg_get_function_arguments pg_get_function_identity_arguments pg_get_function_result
  pg_get_functiondef pg_get_indexdef pg_get_keywords pg_get_partition_constraintdef pg_get_partkeydef pg_get_ruledef
  pg_get_serial_sequence pg_get_statisticsobjdef pg_get_triggerdef pg_get_userbyid pg_get_viewdef`.split(/\s+/),
);

export function isNoise(statement: Statement, own: readonly TableName[]): boolean {
  const { kind, tree } = statement;
  switch (kind) {
    case 'VariableShowStmt':
    case 'DeallocateStmt':
    case 'DiscardStmt':
    case 'ListenStmt':
    case 'UnlistenStmt':
    case 'PrepareStmt':
      return true;
    case 'VariableSetStmt':
      return CONNECTION_SETTINGS.has(String(tree.name ?? '').toLowerCase());
    case 'SelectStmt':
      return (
        tree.intoClause === undefined && tree.lockingClause === undefined && !writes(tree) && !callsForEffect(tree)
      );
    default:
      return isBookkeeping(statement, own);
  }
}

/** What tools do to their own tables. Any other statement that names one may do something else besides. */
const BOOKKEEPING = new Set([
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'CreateStmt',
  'IndexStmt',
  'LockStmt',
  'AlterTableStmt',
]);

/** Whether it concerns nothing but the tool's own tables. */
function isBookkeeping({ kind, tree }: Statement, own: readonly TableName[]): boolean {
  if (!BOOKKEEPING.has(kind)) return false;
  // A part of WITH may write, and its name may be that of a table.
  if (nodesIn(tree, 'CommonTableExpr').length > 0 || callsForEffect(tree)) return false;
  const relations = relationsIn(tree);
  return relations.length > 0 && relations.every((named) => own.some((table) => isNamed(named, table)));
}

/** WITH ... AS (DELETE ...) SELECT ... */
function writes(tree: unknown): boolean {
  return ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'].some((kind) => nodesIn(tree, kind).length > 0);
}

/** Whether a statement calls a function of which nobody knows that it only reads. */
function callsForEffect(tree: unknown): boolean {
  return nodesIn<FunctionCall>(tree, 'FuncCall').some((call) => !isHarmless(call));
}

interface FunctionCall {
  readonly funcname?: readonly { readonly String?: { readonly sval?: string } }[];
  readonly args?: readonly { readonly A_Const?: { readonly sval?: { readonly sval?: string } } }[];
}

function isHarmless({ funcname = [], args = [] }: FunctionCall): boolean {
  const parts = funcname.map(({ String: part }) => part?.sval ?? '');
  const name = parts.at(-1) ?? '';
  if (parts.length > 1 && (parts.length > 2 || parts[0] !== 'pg_catalog')) return false;
  if (name !== 'set_config') return HARMLESS_FUNCTIONS.has(name);
  return CONNECTION_SETTINGS.has(args[0]?.A_Const?.sval?.sval?.toLowerCase() ?? '');
}

/** A table as a statement names it. */
export interface Named {
  readonly schemaname?: string;
  readonly relname?: string;
}

/** One that is named without its schema is found by the search path. */
export function isNamed({ schemaname, relname }: Named, { schema, relation }: TableName): boolean {
  return relname === relation && (schemaname === undefined || schemaname === '' || schemaname === schema);
}

/** All that are named, at any depth: the parser tells the kind of some of them (a target, what a foreign key refers to) nowhere. */
function relationsIn(node: unknown): Named[] {
  if (Array.isArray(node)) return node.flatMap(relationsIn);
  if (typeof node !== 'object' || node === null) return [];
  const inner = Object.values(node).flatMap(relationsIn);
  return 'relname' in node ? [node as Named, ...inner] : inner;
}

/** Of a kind, at any depth. */
function nodesIn<T>(node: unknown, kind: string): T[] {
  if (Array.isArray(node)) return node.flatMap((inner) => nodesIn<T>(inner, kind));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => [
    ...(key === kind ? [value as T] : []),
    ...nodesIn<T>(value, kind),
  ]);
}
