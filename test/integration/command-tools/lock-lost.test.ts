import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOCK_KEY } from '../../../src/deploy/lock/key.ts';
import { plainUrl, toolProject } from '../../support/command-tool.ts';
import { type Target, targets } from '../../support/deploy.ts';
import { lockstepHere } from '../../support/in-process.ts';
import { eventually } from '../../support/traces.ts';

/** A command beside which another run could begin: it does not live on. */

const target = targets();

/** It tells when it is asked to end, and its session does not notice that it has ended. */
const RUNNER = `
import { writeFileSync } from 'node:fs';
import pg from 'pg';
process.on('SIGTERM', () => writeFileSync('asked', ''));
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query('CREATE TABLE IF NOT EXISTS app_history (file text PRIMARY KEY)');
await client.query('SET client_connection_check_interval = 0');
await client.query('BEGIN; LOCK TABLE app_history; CREATE TABLE a (id int); SELECT pg_sleep(60)');
`;

const SETTINGS = `tool: command
migrations:
  directory: steps
apply_command: [node, run.mjs]
lock_timeout: 60s
history:
  table: app_history
  id_column: file
`;

async function running(shop: Target) {
  const { repo } = toolProject({ 'run.mjs': RUNNER, 'steps/1.step': 'a', 'lockstep.yml': SETTINGS }, []);
  const result = lockstepHere('apply', repo, plainUrl(shop));
  const busy = () =>
    shop.rows(
      "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'lockstep command%' AND datname = current_database()",
    );
  const sleeps = () => shop.rows("SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state = 'active'");
  const isThere = eventually(async () => (await sleeps()).length === 1, 20_000);
  const early = await Promise.race([isThere.then(() => ''), result.then(({ printed }) => printed)]);
  expect(early).toBe('');
  return { repo, result, busy };
}

const END_APPLY =
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'lockstep apply%' AND datname = current_database()";

describe('a command whose run has lost the lock', () => {
  it('is killed with its sessions while another run has the lock', async () => {
    const shop = await target();
    const { repo, result, busy } = await running(shop);
    const other = await shop.session();
    const taken = other.query(`SELECT pg_advisory_lock(${LOCK_KEY})`);
    await shop.rows(END_APPLY);
    await taken;
    expect(await eventually(async () => (await busy()).length === 0, 20_000)).toBe(true);
    // Our own run still waits for the lock.
    expect(await Promise.race([result.then(() => 'ended'), 'waits'])).toBe('waits');
    await other.query(`SELECT pg_advisory_unlock(${LOCK_KEY})`);
    const { report, printed } = await result;
    expect(report.migrations[0]?.up?.error?.message, printed).toMatch(/was stopped, since the lock was lost/);
    expect(existsSync(join(repo.dir, 'asked'))).toBe(false);
    expect(await shop.rows("SELECT FROM pg_class WHERE relname = 'a'")).toEqual([]);
  });

  it('is found to have lost it while it keeps the history locked: the watch waits for no table', async () => {
    const shop = await target();
    const { result } = await running(shop);
    // It looks into the table only right after it was told that the lock is ours.
    const asked = new Set<unknown>();
    const look = async (): Promise<boolean> => {
      const [row] = await shop.rows(
        "SELECT query_start::text FROM pg_stat_activity WHERE application_name LIKE 'lockstep apply%' AND query LIKE '%SET LOCAL lock_timeout%app_history%' AND datname = current_database()",
      );
      if (row !== undefined) asked.add(row.query_start);
      return asked.size > 2;
    };
    const isAsking = await eventually(look, 10_000);
    await shop.rows(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'lockstep command%' AND datname = current_database()",
    );
    const { printed } = await result;
    expect(isAsking, printed).toBe(true);
  });
});
