import { rangeVar } from '../project/relations.ts';
import type { Node } from '../project/sql.ts';
import { descendants, fieldsOf, list, names, record, text } from '../project/syntax-tree.ts';
import { relationKey, written } from './made.ts';
import { columnType, typeNameOf } from './type-names.ts';
import type { Command, HazardScript } from './types.ts';

/** String literals of a statement that can be values of a type, by what is known of the columns they stand beside. */

/**
 * The texts of all string literals that may be of a type: not those with a cast to another type, nor those beside a column
 * that is known to be of another. `tree`: the part of the command to look at.
 */
export function literalsOf(type: string, tree: unknown, command: Command, script: HazardScript): ReadonlySet<string> {
  const table = rangeVar(command.tree.relation);
  const isOther = (column: string | undefined): boolean => {
    if (table === undefined || column === undefined) return false;
    const known = columnType(script, command, written(table), column);
    return known !== undefined && relationKey(known) !== relationKey(type);
  };
  const ruledOut = new Set<Node>();
  const found = new Set<string>();
  for (const constant of foreign(command.kind, command.tree, type, isOther)) ruledOut.add(constant);
  for (const [kind, fields] of descendants(tree)) {
    for (const constant of foreign(kind, fields, type, isOther)) ruledOut.add(constant);
    if (kind !== 'A_Const' || ruledOut.has(fields)) continue;
    const literal = text(record(fields.sval)?.sval);
    if (literal !== undefined) found.add(literal);
  }
  return found;
}

/** The constants below a node that are of another type. Nodes come before those below them. */
function foreign(kind: string, fields: Node, type: string, isOther: (column: string | undefined) => boolean): Node[] {
  switch (kind) {
    case 'TypeCast':
      return relationKey(names(record(fields.typeName)?.names).join('.')) === relationKey(type)
        ? []
        : constants(fields.arg);
    case 'ColumnDef':
      return relationKey(typeNameOf(fields)) === relationKey(type) ? [] : constants(fields.constraints);
    case 'ResTarget':
      return isOther(text(fields.name)) ? constants(fields.val) : [];
    case 'A_Expr': {
      const sides = [fields.lexpr, fields.rexpr];
      return sides.some((side) => isOther(columnOf(side))) ? constants(sides) : [];
    }
    case 'InsertStmt':
      return inserted(fields, isOther);
    case 'CommentStmt':
      return constants(fields);
    default:
      return [];
  }
}

function columnOf(expression: unknown): string | undefined {
  return names(fieldsOf(expression, 'ColumnRef')?.fields).at(-1);
}

/** INSERT INTO t (a, b) VALUES ('x', 'y'): by their positions. */
function inserted({ cols, selectStmt }: Node, isOther: (column: string | undefined) => boolean): Node[] {
  const columns = list(cols).map((item) => text(fieldsOf(item, 'ResTarget')?.name));
  const rows = list(fieldsOf(selectStmt, 'SelectStmt')?.valuesLists);
  return rows.flatMap((row) =>
    list(fieldsOf(row, 'List')?.items).flatMap((value, at) => (isOther(columns[at]) ? constants(value) : [])),
  );
}

function constants(value: unknown): Node[] {
  return [...descendants(value)].flatMap(([kind, fields]) => (kind === 'A_Const' ? [fields] : []));
}
