import { fieldsOf, list } from '../../project/syntax-tree.ts';
import type { Finding } from '../../report/model.ts';
import { existing, hazard } from '../hazard.ts';
import type { HazardScript } from '../types.ts';

/** LOCK TABLE in a mode that readers or writers wait for: they do until the migration's transaction ends. */
export function lockingTable(script: HazardScript): Finding[] {
  return script.commands.flatMap((command) => {
    const { kind, tree } = command;
    const mode = kind === 'LockStmt' ? MODES[Number(tree.mode)] : undefined;
    if (mode === undefined) return [];
    const tables = list(tree.relations).flatMap((item) => existing(script, command, fieldsOf(item, 'RangeVar')) ?? []);
    if (tables.length === 0) return [];
    const [words, who] = mode;
    const message = `${who} of ${tables.join(', ')} wait from here to the end of the transaction (${words}).`;
    return [hazard('locking-table', script, command, { message, relations: tables })];
  });
}

/** By Postgres' number of the mode (lockdefs.h): those that conflict with ROW EXCLUSIVE, which every write takes. */
const MODES: Readonly<Record<number, readonly [words: string, who: string]>> = {
  5: ['SHARE', 'Writes'],
  6: ['SHARE ROW EXCLUSIVE', 'Writes'],
  7: ['EXCLUSIVE', 'Writes'],
  8: ['ACCESS EXCLUSIVE', 'Reads and writes'],
};
