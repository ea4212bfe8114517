import { rangeVar } from '../project/relations.ts';
import { fieldsOf, names, text } from '../project/syntax-tree.ts';
import { lifetimes, relationKey, typeKey, written } from './made.ts';
import type { Command, HazardScript } from './types.ts';

/**
 * Whether a later statement of the same transaction makes something of the name that a relation had before it was renamed or
 * moved: a view for the code that knows only that.
 */
export function leavesOldName({ commands, execution }: HazardScript, renaming: Command): boolean {
  const old = rangeVar(renaming.tree.relation);
  if (old === undefined || execution === 'autocommit') return false;
  const key = relationKey(written(old));
  const after = commands.slice(commands.indexOf(renaming) + 1);
  return after.some((command) => lifetimes(command, () => false).made.includes(key));
}

/** The same of a type: Prisma takes a value from an enum by a new type that gets the old one's name. */
export function leavesOldType({ commands, execution }: HazardScript, renaming: Command): boolean {
  const old = typeKey(names(fieldsOf(renaming.tree.object, 'List')?.items));
  if (execution === 'autocommit') return false;
  return commands.slice(commands.indexOf(renaming) + 1).some((command) => {
    if (lifetimes(command, () => false).made.includes(old)) return true;
    if (command.kind !== 'RenameStmt' || command.tree.renameType !== renaming.tree.renameType) return false;
    const parts = names(fieldsOf(command.tree.object, 'List')?.items);
    return typeKey([...parts.slice(0, -1), text(command.tree.newname) ?? '']) === old;
  });
}
