import { droppedNames, nameOfParts, type RelationName, rangeVar, targetsOf } from '../../project/relations.ts';
import type { Statement } from '../../project/sql.ts';
import { fieldsOf, list } from '../../project/syntax-tree.ts';

/** A lock that the statement has to wait for. */
interface Barrier {
  /** Tables, or indexes of them. */
  readonly relations: readonly RelationName[];
  readonly mode: 'ACCESS SHARE' | 'ROW EXCLUSIVE' | 'SHARE UPDATE EXCLUSIVE';
}

/**
 * Where a statement that runs in no transaction can be stopped, one place after the other. CONCURRENTLY waits for everybody
 * who may write; a VACUUM gets along with them, and waits for its like alone. DETACH PARTITION ... CONCURRENTLY lets go of
 * its first lock before it takes the second.
 */
export function barriersFor(statement: Pick<Statement, 'kind' | 'tree'>): readonly Barrier[] {
  const { kind, tree } = statement;
  const partitions = detached(tree.cmds);
  const barriers: Barrier[] =
    partitions.length > 0
      ? [
          { relations: targetsOf(statement), mode: 'SHARE UPDATE EXCLUSIVE' },
          { relations: partitions, mode: 'ACCESS SHARE' },
        ]
      : [
          {
            relations: relationsOf(statement),
            mode: kind === 'VacuumStmt' ? 'SHARE UPDATE EXCLUSIVE' : 'ROW EXCLUSIVE',
          },
        ];
  return barriers.filter(({ relations }) => relations.length > 0);
}

function relationsOf(statement: Pick<Statement, 'kind' | 'tree'>): RelationName[] {
  if (statement.kind !== 'DropStmt') return targetsOf(statement);
  return droppedNames(statement.tree)
    .map(nameOfParts)
    .filter((name) => name !== undefined);
}

function detached(commands: unknown): RelationName[] {
  return list(commands).flatMap((command) => {
    const partition = fieldsOf(fieldsOf(command, 'AlterTableCmd')?.def, 'PartitionCmd');
    return rangeVar(partition?.name) ?? [];
  });
}
