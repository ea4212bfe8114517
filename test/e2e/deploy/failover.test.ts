import { expect, it } from 'vitest';
import { change, lockstep, project, start, type Target, targets } from '../../support/deploy.ts';
import { eventually } from '../../support/traces.ts';

/** In the middle of a migration the server forgets what it knew, or the run is killed. */

const target = targets();

const files = {
  '001_before.sql': 'CREATE TABLE before_it ();\n',
  '002_slow.sql': 'CREATE TABLE slow ();\nSELECT pg_sleep(60);\n',
};

const SLEEPING = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";

const LOCKS = `SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** A run that has come to the second migration. */
async function runAtWork(shop: Target) {
  const repo = project(files);
  const run = start('apply', repo, shop);
  expect(await eventually(async () => (await shop.rows(SLEEPING)).length > 0, 30_000), run.printed()).toBe(true);
  return { repo, run };
}

it('a server that does not know any more what this run has applied is not gone on with', async () => {
  const shop = await target();
  const { run } = await runAtWork(shop);
  // As a standby that takes over without the last commits of its primary.
  await shop.admin.query("DELETE FROM lockstep.migrations WHERE id = '001_before'");
  await shop.admin.query(`SELECT pg_terminate_backend(pid) FROM (${SLEEPING}) sleeping`);
  const { exitCode, report, printed } = await run.finished;
  expect(exitCode, printed).toBe(2);
  expect(report).toMatchObject({
    result: 'error',
    error: {
      code: 'history-lost',
      message: expect.stringContaining('001_before'),
      hint: expect.stringContaining('Another server may have taken over'),
    },
  });
  expect(printed).toContain('(history-lost)');
  expect(printed).toContain('Another server may have taken over');
  expect(await shop.rows('SELECT id FROM lockstep.migrations')).toEqual([]);
  expect(await shop.rows("SELECT to_regclass('slow') AS slow")).toEqual([{ slow: null }]);
  expect(await shop.rows(LOCKS)).toEqual([]);
});

it('a run that is killed leaves nothing at work: the lock is free long before its statement would have ended', async () => {
  const shop = await target();
  const { repo, run } = await runAtWork(shop);
  expect(await shop.rows(LOCKS)).toHaveLength(1);
  const ended = expect(run.finished).rejects.toThrow('no report was written');
  run.child.kill('SIGKILL');
  expect(await eventually(async () => (await shop.rows(LOCKS)).length === 0, 20_000)).toBe(true);
  await ended;
  change(repo, { '002_slow.sql': 'CREATE TABLE slow ();\n' });
  const next = await lockstep('apply', repo, shop);
  expect(next.report.migrations, next.printed).toMatchObject([{ id: '002_slow', status: 'applied' }]);
  expect(await shop.rows('SELECT result FROM lockstep.runs ORDER BY id')).toEqual([
    { result: 'lost' },
    { result: 'applied' },
  ]);
});
