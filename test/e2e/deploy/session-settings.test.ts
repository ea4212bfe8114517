import { describe, expect, it } from 'vitest';
import { lockstep, project, start, targets } from '../../support/deploy.ts';
import { testMajors } from '../../support/scratch-postgres.ts';
import { eventually } from '../../support/traces.ts';

/** By what the server itself ends a session whose run is gone: asked in the very session that deploys. */

const SETTINGS = {
  client_connection_check_interval: '500',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '4',
  tcp_user_timeout: '30000',
  idle_in_transaction_session_timeout: '60000',
};

const seen = (table: string): string =>
  `CREATE TABLE ${table} AS SELECT pg_backend_pid() AS pid, name, setting FROM pg_settings
     WHERE name IN ('${Object.keys(SETTINGS).join("', '")}');\n`;

describe.each(testMajors)('on Postgres $major', ({ major }) => {
  const target = targets(major);

  it('they are set from the first migration on, and in the session after a lost connection as well', async () => {
    const shop = await target();
    // None of them is the server's own, or a role's.
    for (const name of Object.keys(SETTINGS)) await shop.admin.query(`ALTER ROLE ${shop.role} SET ${name} = 0`);
    const repo = project({
      '001_first.sql': `${seen('first')}CREATE TABLE gate (open bool);\n`,
      '002_waits.sql': `DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.05); END LOOP; END $$;\n${seen('second')}`,
      '003_steps.sql': `-- lockstep: no-transaction\n${seen('third')}`,
    });
    const run = start('apply', repo, shop);
    const waiting = `SELECT pid FROM pg_stat_activity WHERE usename = '${shop.role}' AND query LIKE '%WHILE NOT EXISTS%'`;
    expect(await eventually(async () => (await shop.rows(waiting)).length > 0, 30_000), run.printed()).toBe(true);
    await shop.admin.query(`SELECT pg_terminate_backend(pid, 10000) FROM (${waiting}) AS one`);
    await shop.admin.query('INSERT INTO gate VALUES (true)');
    const { report, printed } = await run.finished;
    expect(report.result, printed).toBe('applied');
    const pids = new Set<number>();
    for (const table of ['first', 'second', 'third']) {
      const rows = await shop.rows<{ pid: number; name: string; setting: string }>(`SELECT * FROM ${table}`);
      expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting])), table).toEqual(SETTINGS);
      for (const { pid } of rows) pids.add(pid);
    }
    expect(pids.size).toBe(2);
    expect((await lockstep('apply', repo, shop)).report.result).toBe('noop');
  });
});
