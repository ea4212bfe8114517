import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pushEvent } from '../../support/actions/events.ts';
import { ownAction } from '../../support/actions/own-action.ts';
import { runAction } from '../../support/actions/run-action.ts';
import {
  change,
  lockstep,
  project,
  readReport,
  start,
  type Target,
  targets,
  temporaryFolder,
} from '../../support/deploy.ts';
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

it.each([
  ["the run's last commits", "DELETE FROM lockstep.migrations WHERE id = '001_before'"],
  ['the whole run', 'DELETE FROM lockstep.migrations; DELETE FROM lockstep.runs'],
  ['that there was ever a run', 'DROP SCHEMA lockstep CASCADE'],
])('a server that does not know any more what this run has applied is not gone on with: %s', async (_, forget) => {
  const shop = await target();
  const { run } = await runAtWork(shop);
  // As a standby that takes over without the last commits of its primary.
  await shop.admin.query(forget);
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
    // What is not there any more is not told as applied.
    history: { applied: 0 },
    migrations: [
      { id: '001_before', status: 'failed', up: { error: { message: expect.stringContaining('does not know it') } } },
      { id: '002_slow', status: 'failed' },
    ],
  });
  expect(printed).toContain('(history-lost)');
  expect(printed).toContain('Another server may have taken over');
  expect(await shop.rows('SELECT applied FROM lockstep.runs').catch(() => [])).not.toContainEqual({ applied: 1 });
  expect(await shop.rows('SELECT id FROM lockstep.migrations').catch(() => [])).toEqual([]);
  expect(await shop.rows("SELECT to_regclass('slow') AS slow")).toEqual([{ slow: null }]);
  expect(await shop.rows(LOCKS)).toEqual([]);
});

it('nor is it a success when that comes out as the run writes its end: no code follows', async () => {
  const shop = await target();
  const folder = temporaryFolder();
  const [reached, free] = [join(folder, 'reached'), join(folder, 'free')];
  // All is recorded when it runs, and the run's end is not.
  const smoke = `smoke_command: 'touch ${reached}; until test -e ${free}; do sleep 0.05; done'\n`;
  const repo = project({}, smoke);
  change(repo, { '001_last.sql': 'CREATE TABLE last_one ();\n' }, smoke);
  const running = runAction({
    action: ownAction(),
    ...pushEvent(repo),
    with: { command: 'apply', environment: 'production', database_url: shop.url },
  });
  expect(await eventually(() => existsSync(reached), 60_000)).toBe(true);
  const holder = await shop.session();
  await holder.query('BEGIN; LOCK TABLE lockstep.runs IN SHARE MODE');
  writeFileSync(free, '');
  const closing = `SELECT FROM pg_stat_activity WHERE usename = '${shop.role}' AND wait_event_type = 'Lock'`;
  expect(await eventually(async () => (await shop.rows(closing)).length > 0, 20_000)).toBe(true);
  // In one go: the server that takes over has never had it.
  await shop.admin.query(`DROP TABLE last_one; DELETE FROM lockstep.migrations;
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${shop.role}'`);
  const { exitCode, outputs, log } = await running;
  await holder.query('COMMIT');
  expect(exitCode, log).toBe(2);
  expect(outputs).toMatchObject({ result: 'error', deploy_code: 'false', applied_count: '0' });
  expect(readReport(outputs.report_path ?? ''), log).toMatchObject({
    error: {
      code: 'history-lost',
      message: expect.stringContaining('001_last'),
      hint: expect.stringContaining('Another server may have taken over'),
    },
    history: { applied: 0 },
    migrations: [{ id: '001_last', status: 'failed' }],
  });
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
