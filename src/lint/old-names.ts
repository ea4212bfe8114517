import { rangeVar } from '../project/relations.ts';
import { lifetimes, relationKey, written } from './made.ts';
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
