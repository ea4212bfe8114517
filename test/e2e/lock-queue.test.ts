import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { expect, it } from 'vitest';
import { lockstep, project, start, type Target, targets } from '../support/deploy.ts';
import { eventually } from '../support/traces.ts';

/**
 * An ALTER TABLE that waits for its lock stands in a queue, and every later query of the table stands behind it: for as long
 * as the first reader goes on. With Lockstep the queue is broken up after lock_timeout, again and again, until there is room.
 */

const LOCK_TIMEOUT_MS = 1_000;
/** The reader's transaction takes at least this long. */
const READER_MS = 7_000;
/** What a busy machine adds. */
const TOLERANCE_MS = 1_500;
const CONNECTIONS = 4;
const ALTER = 'ALTER TABLE orders ADD COLUMN note text;\n';

const target = targets();

it('an application is stalled for lock_timeout at most while a migration waits for a long reader, which the report names', async () => {
  const shop = await target();
  const repo = project({ '001_orders.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY);\n' });
  await lockstep('apply', repo, shop);
  await shop.admin.query(`GRANT pg_read_all_stats TO ${shop.role}`);
  repo.commit('note', { 'migrations/002_note.sql': ALTER, 'lockstep.yml': `lock_timeout: ${LOCK_TIMEOUT_MS}ms\n` });

  const reader = await readingOrders(shop);
  const { rows } = await reader.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const application = await startApplication(shop);
  const run = start('apply', repo, shop);
  await sleep(READER_MS);
  expect(await eventually(() => run.printed().includes('got no lock'), 20_000)).toBe(true);
  await reader.query('COMMIT');
  const { report, exitCode, stderr } = await run.finished;
  const withLockstep = await application.longestStall();

  expect(exitCode, stderr).toBe(0);
  expect(report.migrations).toMatchObject([{ id: '002_note', status: 'applied' }]);
  const attempts = report.migrations[0]?.up?.attempts ?? [];
  expect(attempts.length).toBeGreaterThan(0);
  expect(attempts.flatMap(({ blockers = [] }) => blockers)).toContainEqual(
    expect.objectContaining({ pid: rows[0]?.pid, application: 'nightly export' }),
  );

  const without = await stallWithoutTimeout(await target());
  console.info(
    `behind a reader of ${READER_MS} ms the application's longest stall was ${withLockstep} ms with Lockstep ` +
      `(lock_timeout ${LOCK_TIMEOUT_MS} ms, ${attempts.length} attempts in vain), and ${without} ms without lock_timeout`,
  );
  expect(withLockstep).toBeLessThan(LOCK_TIMEOUT_MS + TOLERANCE_MS);
  expect(without).toBeGreaterThan(READER_MS - TOLERANCE_MS);
});

/** The same ALTER as psql would send it. */
async function stallWithoutTimeout(shop: Target): Promise<number> {
  await shop.admin.query('CREATE TABLE orders (id bigint PRIMARY KEY)');
  const reader = await readingOrders(shop);
  const application = await startApplication(shop);
  const altering = shop.admin.query(ALTER);
  await sleep(READER_MS);
  await reader.query('COMMIT');
  await altering;
  return application.longestStall();
}

/** A transaction that has read the table, and stays open. */
async function readingOrders(shop: Target): Promise<Client> {
  const reader = await shop.session();
  await reader.query("SET application_name = 'nightly export'; BEGIN; SELECT count(*) FROM orders");
  return reader;
}

/** Several connections that query the table every few milliseconds. */
async function startApplication(shop: Target): Promise<{ longestStall(): Promise<number> }> {
  let stopped = false;
  let longest = 0;
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => shop.session()));
  const working = clients.map(async (client) => {
    while (!stopped) {
      const started = performance.now();
      await client.query('SELECT count(*) FROM orders');
      longest = Math.max(longest, performance.now() - started);
      await sleep(5);
    }
  });
  return {
    async longestStall() {
      stopped = true;
      await Promise.all(working);
      return Math.round(longest);
    },
  };
}
