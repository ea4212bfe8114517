import { droppedNames, nameOfParts, type RelationName, rangeVar, targetsOf } from '../../project/relations.ts';
import type { Statement } from '../../project/sql.ts';
import { fieldsOf, list } from '../../project/syntax-tree.ts';

interface Gated {
  /** Tables, or indexes of them. */
  readonly relations: readonly RelationName[];
  /** The weakest lock that the statement has to wait for, whatever it does with the table. */
  readonly mode: 'ROW EXCLUSIVE' | 'SHARE UPDATE EXCLUSIVE';
}

/**
 * Where a statement that runs in no transaction can be stopped. CONCURRENTLY waits for everybody who may write; a VACUUM
 * gets along with them, and waits for its like alone.
 */
export function gateFor(statement: Pick<Statement, 'kind' | 'tree'>): Gated {
  const { kind, tree } = statement;
  const mode = kind === 'VacuumStmt' ? 'SHARE UPDATE EXCLUSIVE' : 'ROW EXCLUSIVE';
  return { relations: [...relationsOf(kind, statement), ...detached(tree.cmds)], mode };
}

function relationsOf(kind: string, statement: Pick<Statement, 'kind' | 'tree'>): RelationName[] {
  const { tree } = statement;
  if (kind !== 'DropStmt') return targetsOf(statement);
  return droppedNames(tree)
    .map(nameOfParts)
    .filter((name) => name !== undefined);
}

/** ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY names a second table. */
function detached(commands: unknown): RelationName[] {
  return list(commands).flatMap((command) => {
    const partition = fieldsOf(fieldsOf(command, 'AlterTableCmd')?.def, 'PartitionCmd');
    return rangeVar(partition?.name) ?? [];
  });
}
