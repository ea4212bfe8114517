import { isOn, option } from '../../project/syntax-tree.ts';
import type { Finding } from '../../report/model.ts';
import { existing, hazard } from '../hazard.ts';
import { tableOfIndex } from '../index-tables.ts';
import type { HazardScript } from '../types.ts';

/** REINDEX without CONCURRENTLY, in the forms that are easily overlooked too: (CONCURRENTLY false), REINDEX SYSTEM. */
export function blockingReindex(script: HazardScript): Finding[] {
  return script.commands.flatMap((command) => {
    const { kind, tree } = command;
    if (kind !== 'ReindexStmt' || isOn(option(tree.params, 'concurrently'))) return [];
    if (tree.relation === undefined) {
      const system = tree.kind === 'REINDEX_OBJECT_SYSTEM';
      const message = system
        ? 'REINDEX SYSTEM rebuilds the indexes of the system catalogs: queries that have to be planned wait meanwhile.'
        : 'The indexes of all these tables are rebuilt, one table after the other; who reads or writes it waits meanwhile.';
      const help = system ? 'Take the statement out, and run it by hand when the database is idle.' : undefined;
      return [hazard('blocking-reindex', script, command, { message, help })];
    }
    const name = existing(script, command, tree.relation);
    if (name === undefined) return [];
    const table = tree.kind === 'REINDEX_OBJECT_TABLE';
    const message = table
      ? `Every index of ${name} is rebuilt; reads and writes of the table wait meanwhile.`
      : `The index ${name} is rebuilt; reads and writes of its table wait meanwhile.`;
    const on = table ? name : tableOfIndex(script, command.statement, name);
    return [hazard('blocking-reindex', script, command, { message, relations: on === undefined ? [] : [on] })];
  });
}
