import { rangeVar } from '../../project/relations.ts';
import type { Finding } from '../../report/model.ts';
import { takesExclusive } from '../exclusive-locks.ts';
import { alterations, existing, hazard } from '../hazard.ts';
import { relationKey, written } from '../made.ts';
import type { Command, HazardScript } from '../types.ts';

/** Several ALTER TABLE of one table, one after the other, that could be one: each one locks it, and may read it, by itself. */
export function mergeableAlterTables(script: HazardScript): Finding[] {
  const groups = new Map<string, { readonly table: string; readonly commands: Command[] }>();
  const done: { readonly table: string; readonly commands: readonly Command[] }[] = [];
  const close = (key: string): void => {
    const group = groups.get(key);
    if (group && group.commands.length > 1) done.push(group);
    groups.delete(key);
  };
  for (const command of script.commands) {
    const table =
      command.inside === undefined && isMergeable(command)
        ? existing(script, command, command.tree.relation)
        : undefined;
    if (table === undefined) {
      // What may need the statements before it to have run: only ALTER TABLE of others may stand between.
      if (alterations(command).length === 0 || isAboutKnown(command, groups))
        for (const key of [...groups.keys()]) close(key);
      continue;
    }
    const key = relationKey(table);
    const group = groups.get(key);
    if (group) group.commands.push(command);
    else groups.set(key, { table, commands: [command] });
  }
  for (const key of [...groups.keys()]) close(key);
  return done.flatMap(({ table, commands: [first, ...more] }) => {
    if (first === undefined) return [];
    const lines = more.map(({ line }) => line).join(', ');
    const message = `${more.length + 1} statements alter ${table} (also ${more.length === 1 ? 'line' : 'lines'} ${lines}); in one statement, with commas, they need one lock, and read or rewrite the table once.`;
    return [hazard('mergeable-alter-tables', script, first, { message, relations: [table], evidence: 'confirmed' })];
  });
}

function isAboutKnown(command: Command, groups: ReadonlyMap<string, unknown>): boolean {
  const name = rangeVar(command.tree.relation);
  return name !== undefined && groups.has(relationKey(written(name)));
}

/** These stand alone in an ALTER TABLE. */
const ALONE = /^AT_(?:AttachPartition|DetachPartition|DetachPartitionFinalize)$/;

function isMergeable(command: Command): boolean {
  // What takes a milder lock is better apart: a foreign key is checked while reads go on, VALIDATE while writes do.
  const all = alterations(command);
  return all.length > 0 && all.every((one) => takesExclusive(one) && !ALONE.test(one.subtype));
}
