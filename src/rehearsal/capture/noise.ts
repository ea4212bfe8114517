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
  'standard_conforming_strings',
  'timezone',
]);

/** Of a SELECT without a table: what asks and changes nothing. */
const HARMLESS_FUNCTIONS =
  /^(?:version|current_\w+|now|pg_(?:try_)?advisory_\w+|pg_backend_pid|set_config|to_regclass|has_\w+_privilege|coalesce|count|max|min|sum|exists|quote_ident|obj_description|col_description|format_type|array_agg|string_agg|json_agg|unnest|lower|upper|pg_get_\w+|regexp_\w+|length|btrim|row_number|pg_table_is_visible|pg_type_is_visible|array_to_string|array_position|generate_\w+|information_schema)$/;

export function isNoise(statement: Statement, own: readonly string[]): boolean {
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
    default: {
      const relations = relationsIn(tree);
      return relations.length > 0 && relations.every((name) => own.includes(name));
    }
  }
}

/** WITH ... AS (DELETE ...) SELECT ... */
function writes(tree: unknown): boolean {
  return ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'].some(
    (kind) => namesOf(tree, kind, () => kind).length > 0,
  );
}

/** Whether a query calls a function of which nobody knows that it only reads. */
function callsForEffect(tree: unknown): boolean {
  return namesOf(tree, 'FuncCall', (call) => {
    const parts = (call as { funcname?: readonly { String?: { sval?: string } }[] }).funcname ?? [];
    return parts.at(-1)?.String?.sval;
  }).some((name) => !HARMLESS_FUNCTIONS.test(name));
}

/** Bare names of the tables that a statement names. */
export function relationsIn(tree: unknown): string[] {
  const named = namesOf(tree, 'RangeVar', (range) => (range as { relname?: string }).relname);
  // The target of an INSERT, and of an index, stands there without its kind.
  const { relation } = (tree ?? {}) as { relation?: { relname?: string } };
  return relation?.relname === undefined ? named : [relation.relname, ...named];
}

function namesOf(node: unknown, kind: string, nameOf: (node: unknown) => string | undefined): string[] {
  if (Array.isArray(node)) return node.flatMap((inner) => namesOf(inner, kind, nameOf));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => {
    const name = key === kind ? nameOf(value) : undefined;
    return [...(name === undefined ? [] : [name]), ...namesOf(value, kind, nameOf)];
  });
}
