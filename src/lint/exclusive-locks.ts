import { droppedNames, nameOfParts, rangeVar } from '../project/relations.ts';
import { fieldsOf, list } from '../project/syntax-tree.ts';
import { type Alteration, alterations } from './hazard.ts';
import { written } from './made.ts';
import type { Command } from './types.ts';

/** What takes a lock milder than ACCESS EXCLUSIVE in ALTER TABLE (AlterTableGetLockLevel in Postgres' tablecmds.c). */
const MILDER =
  /^AT_(?:SetStatistics|ValidateConstraint|ClusterOn|DropCluster|SetRelOptions|ResetRelOptions|SetOptions|ResetOptions|AttachPartition|(?:Enable|Disable)(?:Always|Replica)?Trig(?:All|User)?)$/;

/** Whether one of the things that an ALTER TABLE does takes ACCESS EXCLUSIVE on its table. */
export function takesExclusive({ subtype, constraint }: Alteration): boolean {
  return !MILDER.test(subtype) && constraint?.contype !== 'CONSTR_FOREIGN';
}

/** The relations that a command holds ACCESS EXCLUSIVE on, to the end of its transaction; as they are written. */
export function exclusivelyLocked(command: Command): string[] {
  const { kind, tree } = command;
  const one = (value: unknown): string[] => {
    const name = rangeVar(value);
    return name === undefined ? [] : [written(name)];
  };
  switch (kind) {
    case 'AlterTableStmt':
      return alterations(command).some(takesExclusive) ? one(tree.relation) : [];
    case 'RenameStmt':
      return TABLES.has(tree.renameType) ||
        tree.renameType === 'OBJECT_COLUMN' ||
        tree.renameType === 'OBJECT_TABCONSTRAINT'
        ? one(tree.relation)
        : [];
    case 'AlterObjectSchemaStmt':
    case 'RuleStmt':
      return one(tree.relation);
    case 'CreatePolicyStmt':
    case 'AlterPolicyStmt':
      return one(tree.table);
    case 'LockStmt':
      return tree.mode === 8 ? list(tree.relations).flatMap((item) => one(fieldsOf(item, 'RangeVar'))) : [];
    case 'TruncateStmt':
      return list(tree.relations).flatMap((item) => one(fieldsOf(item, 'RangeVar')));
    case 'DropStmt': {
      // Who asks for it waits, for what the same transaction mostly makes in its place.
      if (tree.removeType === 'OBJECT_MATVIEW') return droppedNames(tree).flatMap((all) => nameOf(all));
      // The last part is the trigger's or the policy's own name.
      const parts = ON_TABLE.has(tree.removeType) ? droppedNames(tree).map((all) => all.slice(0, -1)) : [];
      return parts.flatMap(nameOf);
    }
    default:
      return [];
  }
}

function nameOf(parts: readonly string[]): string[] {
  const name = nameOfParts(parts);
  return name === undefined ? [] : [written(name)];
}

const TABLES: ReadonlySet<unknown> = new Set(['OBJECT_TABLE']);
const ON_TABLE: ReadonlySet<unknown> = new Set(['OBJECT_TRIGGER', 'OBJECT_POLICY', 'OBJECT_RULE']);
