import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { lockstep, project, start, type Target, targets } from '../../support/deploy.ts';
import { eventually } from '../../support/traces.ts';

/** One run at a time on a database, and what the others do meanwhile. */

const target = targets();

/** The published key: -755303831882598282. */
const PUBLISHED = { classid: 4119109418, objid: 2871359606, objsubid: 1 };

const slow = { '001_slow.sql': 'SELECT pg_sleep(1.5);\nCREATE TABLE a ();\n' };
/** Goes on when it is let go on. */
const gated = {
  '001_gate.sql': 'CREATE TABLE gate (open bool);\n',
  '002_wait.sql':
    'DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.05); END LOOP; END $$;\nCREATE TABLE a ();\n',
};
const quick = { '001_a.sql': 'CREATE TABLE a ();\n' };

function advisoryLocks({ rows }: Target) {
  return rows<{ classid: number; objid: number; objsubid: number; mode: string }>(
    `SELECT classid::bigint::float8 AS classid, objid::bigint::float8 AS objid, objsubid, mode FROM pg_locks
     WHERE locktype = 'advisory' AND granted`,
  );
}

/** Somebody else's session, which holds the lock. */
async function hold(shop: Target, key = '-755303831882598282') {
  const holder = await shop.session();
  await holder.query("SET application_name = 'lockstep apply acme/shop'");
  await holder.query('SELECT pg_advisory_lock($1)', [key]);
  return holder;
}

it('a run holds the published key while it works, and lets go of it', async () => {
  const shop = await target();
  const run = start('apply', project(slow), shop);
  expect(await eventually(async () => (await advisoryLocks(shop)).length > 0, 10_000)).toBe(true);
  expect(await advisoryLocks(shop)).toEqual([{ ...PUBLISHED, mode: 'ExclusiveLock' }]);
  const { report } = await run.finished;
  expect(report).toMatchObject({ result: 'applied', lock: { key: '-755303831882598282' } });
  expect(await advisoryLocks(shop)).toEqual([]);
});

it('the second of two runs waits, says who holds the lock, and finds nothing left to do', async () => {
  const shop = await target();
  const repo = project(gated);
  const first = start('apply', repo, shop);
  await eventually(async () => (await shop.relations()).includes('public.gate'), 20_000);
  const waiting = start('apply', repo, shop);
  await eventually(() => waiting.printed().includes('waiting for the lock'), 20_000);
  await shop.admin.query('INSERT INTO gate VALUES (true)');
  expect((await first.finished).report.result).toBe('applied');
  const second = await waiting.finished;
  expect(second.report).toMatchObject({
    result: 'noop',
    lock: {
      holder: { application: expect.stringMatching(/^lockstep apply/), user: shop.role, client: '127.0.0.1' },
    },
  });
  expect(second.report.lock?.waitedMs).toBeGreaterThan(100);
  expect(second.stderr).toMatch(
    /waiting for the lock, which lockstep apply.* \(pid \d+\) from 127\.0\.0\.1.*, connected for/,
  );
  expect(await shop.rows('SELECT result FROM lockstep.runs ORDER BY id')).toEqual([
    { result: 'applied' },
    { result: 'noop' },
  ]);
});

describe('while the lock is held', () => {
  it.each([
    ['skip', 0, true],
    ['fail', 1, undefined],
  ] as const)('on_busy: %s ends with %i at once', async (onBusy, exitCode, skipped) => {
    const shop = await target();
    await hold(shop);
    const started = performance.now();
    const run = await lockstep('apply', project(quick, `on_busy: ${onBusy}\n`), shop);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(run.exitCode, run.printed).toBe(exitCode);
    expect(run.report).toMatchObject({ result: 'busy', lock: { holder: { application: 'lockstep apply acme/shop' } } });
    expect(run.report.lock?.skipped).toBe(skipped);
    expect(run.stdout).toContain('lockstep apply acme/shop');
    expect(await shop.relations()).toEqual(['public']);
  });

  it('the wait ends with lock_wait, as a failure', async () => {
    const shop = await target();
    await hold(shop);
    const run = await lockstep('apply', project(quick), shop, ['--lock-wait', '300ms']);
    expect(run.exitCode).toBe(1);
    expect(run.report.result).toBe('busy');
    expect(run.report.lock?.waitedMs).toBeGreaterThanOrEqual(300);
    expect(run.report.lock?.waitedMs).toBeLessThan(3_000);
  });

  it('plan and status read all the same, and say who holds it', async () => {
    const shop = await target();
    await hold(shop);
    for (const command of ['plan', 'status']) {
      const run = await lockstep(command, project(quick), shop);
      expect(run.exitCode, run.printed).toBe(0);
      expect(run.report.lock).toMatchObject({ holder: { application: 'lockstep apply acme/shop' } });
      expect(run.stdout).toContain('lockstep apply acme/shop');
    }
  });
});

it('lock_key takes another key than the published one', async () => {
  const shop = await target();
  await hold(shop);
  const run = await lockstep('apply', project(quick, 'lock_key: 42\n'), shop);
  expect(run.report).toMatchObject({ result: 'applied', lock: { key: '42' } });
  const other = await target();
  await hold(other, '42');
  const busy = await lockstep('apply', project(quick, 'lock_key: 42\non_busy: fail\n'), other);
  expect(busy.report.result).toBe('busy');
});

it('databases of one server do not meet', async () => {
  const [one, other] = [await target(), await target()];
  await hold(one);
  expect((await lockstep('apply', project(quick), other)).report.result).toBe('applied');
});

it('what was applied during the wait is not applied again', async () => {
  const shop = await target();
  const repo = project({ ...quick });
  repo.commit('another key', { 'other.yml': 'lock_key: 42\n' });
  const holder = await hold(shop);
  const run = start('apply', repo, shop);
  await sleep(800);
  const other = await lockstep('apply', repo, shop, ['--config', 'other.yml']);
  expect(other.report.result, other.printed).toBe('applied');
  await holder.end();
  expect((await run.finished).report.result).toBe('noop');
});

it('a lock that a statement outside of transactions gave away is missed before the next step and before the record', async () => {
  const shop = await target();
  const trap = `CREATE FUNCTION trap(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
    BEGIN EXECUTE 'SELECT pg_advisory_' || 'unlock_all()'; RETURN $1; END $$;\n`;
  const repo = project({
    '001_table.sql': `CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\n${trap}`,
    '002_step.sql': 'CREATE INDEX CONCURRENTLY one ON t (trap(a));\nCREATE INDEX CONCURRENTLY two ON t (a);\n',
    '003_record.sql': 'CREATE INDEX CONCURRENTLY three ON t (trap(a));\n',
  });
  const run = await lockstep('apply', repo, shop);
  expect(run.exitCode, run.printed).toBe(0);
  expect(run.log.match(/was lost: coming back/g)).toHaveLength(2);
  const indexes = await shop.rows(
    "SELECT relname FROM pg_class JOIN pg_index ON oid = indexrelid WHERE relname IN ('one', 'two', 'three') AND indisvalid",
  );
  expect(indexes).toHaveLength(3);
  expect(await shop.rows('SELECT id FROM lockstep.migrations ORDER BY 1')).toHaveLength(3);
  expect(await shop.rows('SELECT * FROM lockstep.steps')).toEqual([]);
});

it('a run that stood still while another one had its turn does nothing more, and says so', async () => {
  const shop = await target();
  const repo = project({ ...gated, '003_b.sql': 'CREATE TABLE b ();\n' });
  const still = start('apply', repo, shop);
  const holder =
    "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND query LIKE '%WHILE NOT EXISTS%'";
  const sleeps = async (): Promise<boolean> => (await shop.rows(holder)).length > 0;
  expect(await eventually(sleeps, 60_000)).toBe(true);
  // As a machine does that is put to sleep: the server ends its session meanwhile.
  still.child.kill('SIGSTOP');
  await shop.admin.query(`SELECT pg_terminate_backend(pid, 10000) FROM (${holder}) AS held`);
  await shop.admin.query('INSERT INTO gate VALUES (true)');
  const other = await lockstep('apply', repo, shop);
  expect(other.report.migrations, other.printed).toMatchObject([{ id: '002_wait' }, { id: '003_b' }]);
  still.child.kill('SIGCONT');
  const { report, exitCode, printed } = await still.finished;
  expect(exitCode, printed).toBe(2);
  expect(report).toMatchObject({
    result: 'error',
    error: {
      code: 'lock-lost',
      message: expect.stringContaining('another run'),
      hint: expect.stringContaining('again'),
    },
    migrations: [{ id: '001_gate', status: 'applied' }, { id: '002_wait' }, { id: '003_b', status: 'not-run' }],
  });
  expect(await shop.rows('SELECT result FROM lockstep.runs ORDER BY id')).toEqual([
    { result: 'lost' },
    { result: 'applied' },
  ]);
});
