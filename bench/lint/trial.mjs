// One application of a migration under load, and what was seen.
import { setTimeout as sleep } from 'node:timers/promises';
import { askAnew, startApplication } from './application.mjs';
import { onClone, readHoldings } from './databases.mjs';
import { migrate } from './migrate.mjs';
import { CLIENTS } from './queries.mjs';

const BEFORE_MS = 250;
const AFTER_MS = 350;

export function trial(connection, template, migration, rows) {
  const text = migration.files.map(({ sql }) => sql).join('\n');
  const about = CLIENTS.flatMap(({ tables }) => tables).filter((table) => new RegExp(`\\b${table}`).test(text));
  return onClone(connection, template.name, async (database) => {
    const application = await startApplication({ connection: database, rows, about });
    await sleep(BEFORE_MS);
    application.enter('during');
    const { ms, failed } = await migrate(database, migration);
    application.enter('after');
    await sleep(AFTER_MS);
    const { waits, errors, durations } = await application.stop();
    if (errors.before !== undefined) throw new Error(`errors before the migration: ${JSON.stringify(errors.before)}`);
    Object.assign(errors, await askAnew({ connection: database, rows }));
    const holds = await readHoldings(database);
    const lost = [...template.held].flatMap(([key, column]) => (holds.has(key) ? [] : [column]));
    return { ms, failed, waits, errors, durations, lost };
  });
}
