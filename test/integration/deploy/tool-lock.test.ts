import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { Deployment } from '../../../src/deploy/deployment.ts';
import { ledgerIn } from '../../../src/deploy/ledger/ledger.ts';
import { LOCK_KEY, lockCondition } from '../../../src/deploy/lock/key.ts';
import { Watch } from '../../../src/deploy/run/watch.ts';
import { openTarget } from '../../../src/deploy/target/target.ts';
import { layoutNamed } from '../../../src/project/layouts/detect.ts';
import { golangMigrateHistory } from '../../../src/project/layouts/golang-migrate-history.ts';
import { type Target, targets } from '../../support/deploy.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';

/** The migration tool's own lock, taken after ours. */

const target = targets();

const FILES = { 'migrations/1_a.up.sql': 'CREATE TABLE a (id int);\n', 'migrations/1_a.down.sql': 'DROP TABLE a;\n' };

function repository(config: string, files: Readonly<Record<string, string>> = FILES): GitRepo {
  return gitRepo({ ...files, 'lockstep.yml': `lock_timeout: 500ms\n${config}` });
}

function keysOf({ database }: Target): readonly bigint[] {
  const { lock } = golangMigrateHistory.in({ schema: 'public', relation: 'schema_migrations' });
  return lock?.keys(database) ?? [];
}

/** How many sessions hold a lock. */
async function holders(looker: Client, key: bigint): Promise<number> {
  const { rows } = await looker.query(`SELECT FROM pg_locks l WHERE ${lockCondition(key)}`);
  return rows.length;
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await what()); tries++) {
    if (tries > 400) throw new Error('it did not come to that');
    await sleep(25);
  }
}

describe("golang-migrate's lock", () => {
  it.each([0, 1])(
    'held by somebody (key %i), it is told as a busy lock, with who holds it; ours is not kept',
    async (at) => {
      const shop = await target();
      const key = keysOf(shop)[at] ?? 0n;
      const stray = await shop.session();
      await stray.query(`SET application_name = 'migrate'; SELECT pg_advisory_lock(${key})`);
      const { report, printed } = await lockstepHere('apply', repository('on_busy: fail\n'), shop.url);
      expect(report, printed).toMatchObject({
        result: 'busy',
        lock: { key: String(key), tool: 'golang-migrate', holder: { application: 'migrate' } },
      });
      expect(printed).toContain('The lock of golang-migrate is held by');
      await until(async () => (await holders(stray, LOCK_KEY)) === 0);
      expect(await shop.rows("SELECT to_regclass('a') AS a")).toEqual([{ a: null }]);
    },
  );

  it('is waited for, within lock_wait, and let go of in the end', async () => {
    const shop = await target();
    const [key = 0n] = keysOf(shop);
    const stray = await shop.session();
    await stray.query(`SELECT pg_advisory_lock(${key})`);
    setTimeout(() => void stray.query(`SELECT pg_advisory_unlock(${key})`), 700);
    const { report, printed } = await lockstepHere('apply', repository('lock_wait: 20s\n'), shop.url);
    expect(report.result, printed).toBe('applied');
    expect(report.lock?.waitedMs).toBeGreaterThan(300);
    expect(printed).toContain('The lock was held by');
    for (const one of keysOf(shop)) await until(async () => (await holders(stray, one)) === 0);
  });

  it('is held while migrations run, and taken again after a lost connection', async () => {
    const shop = await target();
    const looker = await shop.session();
    const [key = 0n] = keysOf(shop);
    const files = { ...FILES, 'migrations/1_a.up.sql': 'CREATE TABLE a (id int);\nSELECT pg_sleep(1.5);\n' };
    const running = lockstepHere('apply', repository('lock_wait: 20s\n', files), shop.url);
    const asleep =
      "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(1.5)%' AND state = 'active' AND pid <> pg_backend_pid()";
    await until(async () => (await shop.rows(asleep)).length > 0);
    expect(await holders(looker, key)).toBe(1);
    await shop.rows(`SELECT pg_terminate_backend(pid) FROM (${asleep}) one`);
    await sleep(300);
    await until(async () => (await shop.rows(asleep)).length > 0);
    expect(await holders(looker, key)).toBe(1);
    const { report, printed } = await running;
    expect(report.result, printed).toBe('applied');
  });

  it('a stray migrator that waits for it blocks no CREATE INDEX CONCURRENTLY, and finds the history dirty meanwhile', async () => {
    const shop = await target();
    const [key = 0n] = keysOf(shop);
    await shop.admin.query(`SET ROLE ${shop.role}; CREATE TABLE big (id int);
      INSERT INTO big SELECT generate_series(1, 1000); RESET ROLE`);
    const stray = await shop.session();
    const blocker = await shop.session();
    // The migration is held up before its index, so that the stray one surely waits by then.
    await blocker.query('SELECT pg_advisory_lock(4711)');
    const held = 'DO $$ BEGIN WHILE NOT pg_try_advisory_xact_lock(4711) LOOP PERFORM pg_sleep(0.05); END LOOP; END $$;';
    const sql = `-- lockstep: no-transaction\n${held}\nCREATE INDEX CONCURRENTLY big_id ON big (id);\n`;
    const repo = repository('lock_wait: 20s\nconcurrent_wait: 20s\n', {
      ...FILES,
      'migrations/2_i.up.sql': sql,
      'migrations/2_i.down.sql': 'DROP INDEX big_id;\n',
    });
    await shop.admin.query(`SET ROLE ${shop.role};
      CREATE TABLE schema_migrations (version bigint not null primary key, dirty boolean not null);
      CREATE TABLE a (); INSERT INTO schema_migrations VALUES (1, false); RESET ROLE`);
    const running = lockstepHere('apply', repo, shop.url);
    await until(async () => (await holders(blocker, key)) === 1);
    const waited = stray.query(`SELECT pg_advisory_lock(${key})`).then(async () => {
      const { rows } = await stray.query('SELECT version::int, dirty FROM schema_migrations');
      await stray.query(`SELECT pg_advisory_unlock(${key})`);
      return rows;
    });
    await until(
      async () => (await shop.rows(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`)).length > 0,
    );
    await blocker.query('SELECT pg_advisory_unlock(4711)');
    const { report, printed } = await running;
    expect(report.result, printed).toBe('applied');
    expect(await waited).toEqual([{ version: 2, dirty: true }]);
    expect(await shop.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'big_id'::regclass")).toEqual([
      { indisvalid: true },
    ]);
    expect(await shop.rows('SELECT version::int, dirty FROM schema_migrations')).toEqual([
      { version: 2, dirty: false },
    ]);
  });
});

describe('a lock of a constant key', () => {
  /** Prisma's. */
  const KEY = 72_707_369n;

  async function deploymentOn(shop: Target, lockWaitMs: number): Promise<Deployment> {
    const signal = new AbortController().signal;
    const name = { applicationName: 'lockstep test', signal, patienceMs: 1_000, onWait: () => {} };
    const opened = await openTarget({ url: shop.url, ...name });
    const ledger = ledgerIn('lockstep');
    const policy = { lockWaitMs, onBusy: 'wait' } as Deployment['request']['policy'];
    const layout = layoutNamed('numbered');
    return new Deployment({
      target: opened,
      ledger,
      history: { ledger, source: undefined, layout, isTold: true, known: [], role: opened.role },
      key: LOCK_KEY,
      toolLock: { tool: 'prisma', keys: [KEY], waitsBlocking: true },
      policy,
      timeouts: { lock: '1s', statement: '1min' },
      identity: {} as Deployment['request']['identity'],
      watch: new Watch(opened, signal),
      teller: { step: () => {}, done: () => {}, notice: () => {} },
      signal,
    });
  }

  it('is taken and let go of with ours', async () => {
    const shop = await target();
    const stray = await shop.session();
    const deployment = await deploymentOn(shop, 5_000);
    expect(await deployment.lock(() => {})).toMatchObject({ acquired: true });
    expect([await holders(stray, LOCK_KEY), await holders(stray, KEY)]).toEqual([1, 1]);
    await deployment.close();
    await until(async () => (await holders(stray, KEY)) === 0);
  });

  it('that somebody keeps while it was let go of is told, and the run goes no further', async () => {
    const shop = await target();
    const stray = await shop.session();
    const deployment = await deploymentOn(shop, 300);
    await deployment.lock(() => {});
    const work = deployment.withoutToolLock(() =>
      stray.query(`SET application_name = 'prisma'; SELECT pg_advisory_lock(${KEY})`),
    );
    await expect(work).rejects.toMatchObject({
      code: 'lock-lost',
      message: expect.stringMatching(/lock of prisma .* prisma \(pid \d+\) holds it now/),
    });
    await deployment.close();
  });
});
