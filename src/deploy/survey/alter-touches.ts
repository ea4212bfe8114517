import type { LockMode } from '../../postgres/lock-modes.ts';
import { rangeVar, relationsBelow } from '../../project/relations.ts';
import type { Node } from '../../project/sql.ts';
import { fieldsOf, list, text } from '../../project/syntax-tree.ts';
import type { Touch } from './touches.ts';

/** ALTER TABLE and its relatives: the only statement whose lock depends on what it does. */

/** Everything else takes ACCESS EXCLUSIVE. */
const MILDER: readonly (readonly [pattern: RegExp, mode: LockMode])[] = [
  [
    /^AT_(SetStatistics|ValidateConstraint|ClusterOn|DropCluster|SetRelOptions|ResetRelOptions|SetOptions|ResetOptions|AttachPartition)$/,
    'ShareUpdateExclusiveLock',
  ],
  [/^AT_(Enable|Disable)(Always|Replica)?Trig(All|User)?$/, 'ShareRowExclusiveLock'],
];

export function alterTouches(tree: Node): Touch[] {
  const table = rangeVar(tree.relation);
  if (table === undefined) return [];
  return list(tree.cmds).flatMap((item) => {
    const command = fieldsOf(item, 'AlterTableCmd') ?? {};
    // In one statement the strongest lock is taken for all of it; a sum of what each waits for is the same.
    const mode = tree.objtype === 'OBJECT_INDEX' ? 'ShareUpdateExclusiveLock' : modeOf(command);
    return [{ of: table, modes: [mode], ...foreignKeysOf(command) }, ...others(command)];
  });
}

function modeOf(command: Node): LockMode {
  const subtype = text(command.subtype) ?? '';
  if (subtype === 'AT_AddConstraint' && fieldsOf(command.def, 'Constraint')?.contype === 'CONSTR_FOREIGN')
    return 'ShareRowExclusiveLock';
  return MILDER.find(([pattern]) => pattern.test(subtype))?.[1] ?? 'AccessExclusiveLock';
}

function foreignKeysOf({ subtype, name }: Node): Pick<Touch, 'foreignKeys'> {
  const named = text(name);
  if (named === undefined) return {};
  if (subtype === 'AT_DropConstraint') return { foreignKeys: { constraint: named } };
  if (subtype === 'AT_DropColumn' || subtype === 'AT_AlterColumnType') return { foreignKeys: { column: named } };
  return {};
}

/** The table that a new foreign key references; a partition that comes or goes; a parent. */
function others({ subtype, def }: Node): Touch[] {
  const adds = subtype === 'AT_AddConstraint' || subtype === 'AT_AddColumn';
  return relationsBelow(def).map((of) => ({ of, modes: [adds ? 'ShareRowExclusiveLock' : 'AccessExclusiveLock'] }));
}
