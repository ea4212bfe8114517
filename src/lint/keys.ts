import { rangeVar } from '../project/relations.ts';
import type { Statement } from '../project/sql.ts';
import { fieldsOf, list, names, text } from '../project/syntax-tree.ts';
import { relationKey, written } from './made.ts';
import type { Command, HazardScript } from './types.ts';

/** Names of columns that are as good as always unique in their table. `ctid` is the row's place. */
const KEYS = /^(?:id|uuid|guid|pk|ctid|key|code|slug|email|username)$/i;

const DEFINES = /\b(?:unique|primary\s+key)\b/i;

/**
 * Whether a column's value finds one row at most: by its name, or by what earlier migrations and the statements before say of
 * the table. `table`: as it is written.
 */
export function isUniqueColumn(
  { past, statements }: HazardScript,
  at: Command,
  table: string,
  column: string,
): boolean {
  const bare = table.replace(/^.*\./, '');
  if (KEYS.test(column) || column === `${bare}_id` || column === `${bare.replace(/s$/, '')}_id`) return true;
  const before = statements.filter(({ index }) => index < at.statement.index);
  return [...past.statements(DEFINES, bare), ...before].some((statement) =>
    makesUnique(statement, relationKey(table), column),
  );
}

function makesUnique({ kind, tree }: Statement, table: string, column: string): boolean {
  const name = rangeVar(tree.relation);
  if (name === undefined || relationKey(written(name)) !== table) return false;
  if (kind === 'IndexStmt') {
    const [only, ...more] = list(tree.indexParams);
    return (
      tree.unique === true &&
      tree.whereClause === undefined &&
      more.length === 0 &&
      fieldsOf(only, 'IndexElem')?.name === column
    );
  }
  const definitions =
    kind === 'CreateStmt'
      ? list(tree.tableElts)
      : kind === 'AlterTableStmt'
        ? list(tree.cmds).map((item) => fieldsOf(item, 'AlterTableCmd')?.def)
        : [];
  return definitions.some((definition) => {
    const own = fieldsOf(definition, 'ColumnDef');
    if (own)
      return (
        own.colname === column &&
        list(own.constraints).some((one) => UNIQUE.has(text(fieldsOf(one, 'Constraint')?.contype) ?? ''))
      );
    const constraint = fieldsOf(definition, 'Constraint');
    const keys = names(constraint?.keys);
    return UNIQUE.has(text(constraint?.contype) ?? '') && keys.length === 1 && keys[0] === column;
  });
}

const UNIQUE: ReadonlySet<string> = new Set(['CONSTR_PRIMARY', 'CONSTR_UNIQUE']);
