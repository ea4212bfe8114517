import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openTarget, type Target, type TargetRequest } from '../../src/deploy/target/target.ts';
import { bare, project } from '../support/deploy.ts';
import { type PgBouncer, type PgBouncerOptions, startPgBouncer } from '../support/pgbouncer.ts';
import { type ScratchPostgres, startScratchPostgres } from '../support/scratch-postgres.ts';

/** Which pooler stands before a server, with Debian's PgBouncer as the pooler. */

let server: ScratchPostgres;
let admin: Client;
beforeAll(async () => {
  server = await startScratchPostgres();
  admin = await server.connect('app');
});
afterAll(() => server?.stop());

async function bouncer(options: Omit<PgBouncerOptions, 'host' | 'port'>): Promise<PgBouncer> {
  const { host = '', port = 0 } = server.config();
  const started = await startPgBouncer({ host, port, ...options });
  onTestFinished(() => started.stop());
  return started;
}

function open(url: string, about: Partial<TargetRequest> = {}): Promise<Target> {
  return openTarget({
    url,
    applicationName: 'lockstep test',
    signal: new AbortController().signal,
    patienceMs: 0,
    ...about,
  });
}

async function client(url: string): Promise<Client> {
  const made = new Client({ connectionString: url });
  made.on('error', () => {});
  await made.connect();
  onTestFinished(() => made.end().catch(() => {}));
  return made;
}

/** Other clients of the pool, who keep it busy until the test ends. */
async function traffic(url: string, clients: number): Promise<void> {
  let over = false;
  const work = async (): Promise<void> => {
    const busy = new Client({ connectionString: url });
    busy.on('error', () => {});
    try {
      await busy.connect();
      while (!over) {
        await busy.query(`SELECT pg_sleep(${Math.random() * 0.02})`);
        await sleep(Math.random() * 10);
      }
    } catch {
      // The pooler ends with the test.
    }
    await busy.end().catch(() => {});
  };
  const all = Array.from({ length: clients }, work);
  onTestFinished(async () => {
    over = true;
    await Promise.all(all);
  });
  await sleep(100);
}

/** Fills the pool with so many server connections. */
async function warm(url: string, count: number): Promise<void> {
  const clients = await Promise.all(Array.from({ length: count }, () => client(url)));
  await Promise.all(clients.map((each) => each.query('SELECT pg_sleep(0.05)')));
  await Promise.all(clients.map((each) => each.end()));
}

async function leftovers(): Promise<unknown> {
  const { rows } = await admin.query("SELECT count(*)::int AS locks FROM pg_locks WHERE locktype = 'advisory'");
  return rows[0];
}

const ROUNDS = 8;

/** The verdict is the same each time. */
async function verdicts(url: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const target = await open(url);
    found.add(target.pooler);
    await target.session.close();
  }
  return [...found];
}

const SHAPES = [{ poolSize: 1 }, { poolSize: 2 }, { poolSize: 3 }, { poolSize: 20 }] as const;

describe.each([{ server_round_robin: 0 }, { server_round_robin: 1 }])('with %o', (settings) => {
  describe.each(['transaction', 'statement'] as const)('a pooler in %s mode', (poolMode) => {
    it.each(SHAPES)('is never taken for anything else: %o', async ({ poolSize }) => {
      const pooler = await bouncer({ poolMode, poolSize, settings });
      expect(await verdicts(pooler.url('app'))).toEqual(['transaction']);
      await warm(pooler.url('app'), poolSize);
      expect(await verdicts(pooler.url('app'))).toEqual(['transaction']);
      expect(await leftovers()).toEqual({ locks: 0 });
    });

    it.each([2, 5])('nor while %i others keep its pool of 3 busy', async (others) => {
      const pooler = await bouncer({ poolMode, poolSize: 3, settings });
      await traffic(pooler.url('app'), others);
      expect(await verdicts(pooler.url('app'))).toEqual(['transaction']);
    });

    it('nor when others leave it one server connection alone', async () => {
      const pooler = await bouncer({ poolMode: 'transaction', poolSize: 3, settings });
      for (const _ of [1, 2]) await (await client(pooler.url('app'))).query('BEGIN');
      expect(await verdicts(pooler.url('app'))).toEqual(['transaction']);
    });
  });

  describe('a pooler in session mode', () => {
    it.each(SHAPES)('is known: %o', async ({ poolSize }) => {
      const pooler = await bouncer({ poolMode: 'session', poolSize, settings });
      expect(await verdicts(pooler.url('app'))).toEqual(['session']);
      await warm(pooler.url('app'), poolSize);
      expect(await verdicts(pooler.url('app'))).toEqual(['session']);
    });

    it('is known while others come and go', async () => {
      const pooler = await bouncer({ poolMode: 'session', poolSize: 4, settings });
      await traffic(pooler.url('app'), 3);
      expect(await verdicts(pooler.url('app'))).toEqual(['session']);
    });

    it('works to the end', async () => {
      const pooler = await bouncer({ poolMode: 'session', settings });
      const target = await open(pooler.url('app'));
      expect(target).toMatchObject({ database: 'app', role: 'postgres', standby: false, pooler: 'session' });
      await target.session.run('SELECT pg_advisory_lock(7); CREATE TEMP TABLE mine (id int)');
      const other = await target.open({ suffix: ' watch' });
      const [answer] = await other.run(
        `SELECT pid, current_setting('application_name') AS name FROM pg_locks WHERE locktype = 'advisory' AND objid = 7`,
      );
      expect(answer?.rows).toEqual([{ pid: target.backendPid, name: 'lockstep test watch' }]);
      await Promise.all([other.close(), target.session.close()]);
      await expect.poll(leftovers).toEqual({ locks: 0 });
    });
  });
});

describe('two processes of a pooler at one port, which share no pool', () => {
  it.each(['transaction', 'session'] as const)('do not hide %s mode', async (poolMode) => {
    const pooler = await bouncer({ poolMode, processes: 2 });
    expect(await verdicts(pooler.url('app'))).toEqual([poolMode]);
  });
});

it('leaves no listening behind where a probe was fooled', async () => {
  const pooler = await bouncer({ poolMode: 'transaction', processes: 2, poolSize: 1 });
  await verdicts(pooler.url('app'));
  const seen: unknown[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const each = await client(pooler.url('app'));
    seen.push((await each.query('SELECT count(*)::int AS channels FROM pg_listening_channels()')).rows[0]);
    await each.end();
  }
  expect(seen).toEqual(seen.map(() => ({ channels: 0 })));
});

it('the server itself is no pooler', async () => {
  const { host, port } = server.config();
  expect(await verdicts(`postgres://postgres@/app?host=${encodeURIComponent(String(host))}&port=${port}`)).toEqual([
    'none',
  ]);
});

it('a pool without a free server connection is told, and waited for', async () => {
  const pooler = await bouncer({ poolMode: 'session', poolSize: 1 });
  const holder = await client(pooler.url('app'));
  await holder.query('SELECT 1');
  const told: string[] = [];
  const opening = open(pooler.url('app'), { patienceMs: 20_000, onWait: (why) => told.push(why) });
  await expect.poll(() => told, { timeout: 5_000 }).toHaveLength(1);
  expect(told[0]).toContain('no server connection left');
  await holder.end();
  const target = await opening;
  expect(target.pooler).toBe('session');
  await target.session.close();
});

it('startup options in the URL that the pooler refuses are told with the fix', async () => {
  const pooler = await bouncer({ poolMode: 'session' });
  await expect(open(`${pooler.url('app')}&options=-c%20search_path%3Dapp`)).rejects.toMatchObject({
    code: 'target-unreachable',
    hint: expect.stringContaining('options'),
  });
});

describe.each(['status', 'plan', 'verify'])('%s through a pooler in transaction mode', (command) => {
  it('leaves nothing on the server connection, which others get next', async () => {
    const database = `reading_${command}`;
    await server.connect(database);
    const repo = project({ '001_a.sql': 'CREATE TABLE a (id int);\n' });
    const run = (words: readonly string[], url: string) =>
      bare([...words, '--database-url-env', 'TARGET_URL'], repo, { env: { TARGET_URL: url } });
    const { host, port } = server.config();
    const direct = `postgres://postgres@/${database}?host=${encodeURIComponent(String(host))}&port=${port}`;
    const applied = await run(['apply', '--yes'], direct);
    expect(applied.exitCode, applied.printed).toBe(0);
    const pooler = await bouncer({ poolMode: 'transaction', poolSize: 1 });
    const other = await client(pooler.url(database));
    // The name PgBouncer itself carries over.
    const settings = "SELECT name, setting FROM pg_settings WHERE source = 'session' AND name <> 'application_name'";
    const before = (await other.query(settings)).rows;
    const read = await run([command], pooler.url(database));
    expect(read.report.target?.pooler, read.printed).toBe('transaction');
    await other.query('INSERT INTO a VALUES (1)');
    expect((await other.query(settings)).rows).toEqual(before);
  });
});
