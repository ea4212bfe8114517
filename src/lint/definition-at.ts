import { type Node, parseSql, type Statement } from '../project/sql.ts';
import { fieldsOf, list } from '../project/syntax-tree.ts';
import type { Located } from './squawk-findings.ts';

/** What a finding is about, of the columns and constraints that an ALTER TABLE adds. */
export function definitionAt({ end }: Located, statement: Statement): { column?: Node; constraint?: Node } | undefined {
  // Parsed by itself, so that its places count from its own beginning. They are bytes.
  const [alone] = parseSql(statement.sql).statements ?? [];
  const before = Buffer.byteLength(statement.sql.slice(0, Math.max(0, end - statement.start)));
  return list(alone?.tree.cmds)
    .flatMap((command) => {
      const definition = fieldsOf(command, 'AlterTableCmd')?.def;
      const column = fieldsOf(definition, 'ColumnDef');
      const constraint = fieldsOf(definition, 'Constraint');
      const location = (column ?? constraint)?.location;
      if (typeof location !== 'number' || location >= before) return [];
      return [{ ...(column && { column }), ...(constraint && { constraint }) }];
    })
    .at(-1);
}
