import { type Node, parseScript, type Statement } from '../project/sql.ts';
import { fieldsOf, list, names, nodeEntry, text } from '../project/syntax-tree.ts';
import type { Script } from '../project/types.ts';
import { relationKey } from './made.ts';
import { rangeVarName } from './relations.ts';

/**
 * Columns that a valid CHECK (column IS NOT NULL) of an earlier migration proves: SET NOT NULL reads no rows then. The
 * migration itself does not count: in one transaction the lock of ADD CONSTRAINT is held until the end.
 */
export interface NotNullProofs {
  has(table: string, column: string): boolean;
}

interface Proof {
  readonly columns: readonly string[];
  readonly valid: boolean;
}

/** Of a long history, only what may bring, validate or drop such a constraint is parsed. */
const MAY_MATTER = /\bcheck\s*\([\s\S]{0,500}?\bis\s+not\s+null\b|\bvalidate\s+constraint\b|\bdrop\s+constraint\b/i;

/** From the up scripts before a migration, in their order. `loadParser` must have resolved. Read when first asked. */
export function notNullProofs(scripts: () => readonly Script[]): NotNullProofs {
  let proofs: ReadonlySet<string> | undefined;
  return {
    has: (table, column) => {
      proofs ??= provenColumns(scripts());
      return proofs.has(key(table, column));
    },
  };
}

function provenColumns(scripts: readonly Script[]): ReadonlySet<string> {
  const constraints = new Map<string, Proof & { readonly table: string }>();
  for (const script of scripts) {
    if (!MAY_MATTER.test(script.text)) continue;
    for (const { table, fields } of (parseScript(script).statements ?? []).flatMap(tableCommands)) {
      const name = text(fields.name) ?? '';
      const known = constraints.get(key(table, name));
      if (fields.subtype === 'AT_DropConstraint') constraints.delete(key(table, name));
      else if (fields.subtype === 'AT_ValidateConstraint' && known)
        constraints.set(key(table, name), { ...known, valid: true });
      else if (fields.subtype === 'AT_AddConstraint') {
        const added = proofOf(fields.def);
        if (added)
          constraints.set(key(table, added.name ?? `${table}_${added.columns[0] ?? ''}_check`), { ...added, table });
      }
    }
  }
  const valid = [...constraints.values()].filter((proof) => proof.valid);
  return new Set(valid.flatMap(({ table, columns }) => columns.map((column) => key(table, column))));
}

function key(table: string, name: string): string {
  return `${table}\0${name}`;
}

function tableCommands({ kind, tree }: Statement): { readonly table: string; readonly fields: Node }[] {
  const name = kind === 'AlterTableStmt' ? rangeVarName(tree.relation) : undefined;
  if (name === undefined) return [];
  const table = relationKey(name);
  return list(tree.cmds).flatMap((command) => {
    const fields = fieldsOf(command, 'AlterTableCmd');
    return fields ? [{ table, fields }] : [];
  });
}

function proofOf(definition: unknown): (Proof & { readonly name: string | undefined }) | undefined {
  const constraint = fieldsOf(definition, 'Constraint');
  if (constraint?.contype !== 'CONSTR_CHECK') return undefined;
  const columns = provenBy(constraint.raw_expr);
  if (columns.length === 0) return undefined;
  return { columns, valid: constraint.skip_validation !== true, name: text(constraint.conname) };
}

/** The columns that an expression proves: `a IS NOT NULL AND b IS NOT NULL` proves both. */
function provenBy(expression: unknown): string[] {
  const [kind, fields] = nodeEntry(expression) ?? [];
  if (kind === 'BoolExpr' && fields?.boolop === 'AND_EXPR') return list(fields.args).flatMap(provenBy);
  if (kind !== 'NullTest' || fields?.nulltesttype !== 'IS_NOT_NULL') return [];
  const column = names(fieldsOf(fields.arg, 'ColumnRef')?.fields);
  return column.length === 1 ? column : [];
}

/** The table and columns of ALTER TABLE ... ALTER COLUMN ... SET NOT NULL. */
export function setsNotNull(statement: Statement): { readonly table: string; readonly column: string }[] {
  return tableCommands(statement).flatMap(({ table, fields }) =>
    fields.subtype === 'AT_SetNotNull' ? [{ table, column: text(fields.name) ?? '' }] : [],
  );
}
