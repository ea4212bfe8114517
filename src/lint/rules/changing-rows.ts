import type { Finding } from '../../report/model.ts';
import { hazard } from '../hazard.ts';
import { goesThroughExisting, type RowChange, rowChanges } from '../row-changes.ts';
import type { Command, HazardScript } from '../types.ts';

/** UPDATE, DELETE and INSERT ... SELECT that go through a whole table, or through nobody knows how much of it. */
export function changingRows(script: HazardScript): Finding[] {
  return script.commands.flatMap((command) =>
    rowChanges(command, script).flatMap((change) => {
      if (script.made.hasBefore(command, change.table) || !goesThroughExisting(script, command, change)) return [];
      return [described(script, command, change)];
    }),
  );
}

function described(script: HazardScript, command: Command, { words, table, through, rows }: RowChange): Finding {
  const relations = [table];
  if (words === 'INSERT ... SELECT') {
    const from = [...new Set(through)].join(', ');
    const message = `INSERT INTO ${table} copies ${rows === 'all' ? 'all rows' : 'nobody knows how many rows'} of ${from} in one go.`;
    return hazard('unbatched-dml', script, command, { message, relations });
  }
  if (rows === 'all') {
    const message = `${words} without a condition ${words === 'DELETE' ? 'deletes' : 'writes'} every row of ${table}: all other writes to it wait until the transaction ends.`;
    const help = words === 'DELETE' ? DELETE_HELP : undefined;
    const severity = words === 'DELETE' ? undefined : 'warn';
    return hazard('changing-all-rows', script, command, { message, help, relations, severity });
  }
  const message = `${words} of ${table}: its condition names no key, no list and no batch, so that nobody knows how many rows it locks at once.`;
  return hazard('unbatched-dml', script, command, { message, relations });
}

const DELETE_HELP =
  "If all rows may go, TRUNCATE is one short lock; else name the ones that may, in batches, each with its own COMMIT, outside of the migrations:\nDELETE FROM events WHERE id IN (SELECT id FROM events WHERE created_at < now() - interval '1 year' LIMIT 5000);";
