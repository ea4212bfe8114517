import { describe, expect, it } from 'vitest';
import { change, lockstep, project, start, type Target, targets } from '../../support/deploy.ts';
import { eventually } from '../../support/traces.ts';

/** Indexes that no query can use: whose they are, and whether Lockstep may take them away or call them its own. */

const target = targets();

async function shopWith(tables: string) {
  const shop = await target();
  const repo = project({ '001_tables.sql': tables });
  const run = await lockstep('apply', repo, shop);
  expect(run.report.result, run.printed).toBe('applied');
  return { shop, repo };
}

/** Of one table, or all that are the project's. */
function indexes({ rows }: Target, table?: string) {
  const of = table === undefined ? "relnamespace = 'public'::regnamespace" : `indrelid = '${table}'::regclass`;
  return rows<{ name: string; oid: number; valid: boolean }>(
    `SELECT relname AS name, indexrelid AS oid, indisvalid AS valid
     FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE ${of} ORDER BY 1`,
  );
}

/** Somebody else's transaction, which stays open. */
async function transaction(shop: Target, sql: string) {
  const session = await shop.session();
  await session.query(`BEGIN ISOLATION LEVEL REPEATABLE READ; ${sql}`);
  return session;
}

/** Waits until a statement of that text waits for a lock, or until nobody runs it any more. */
async function until(what: 'waits' | 'is gone', text: string, { rows }: Target, printed = () => ''): Promise<void> {
  const sql = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '${text}%' AND datname = current_database()`;
  const wanted = what === 'waits' ? 1 : 0;
  expect(await eventually(async () => (await rows(sql)).length === wanted, 30_000), printed()).toBe(true);
}

/** Fills a table so that VACUUM and ANALYZE of `throttled` need many seconds for it. */
const filled = (table: string): string => `INSERT INTO ${table} (id) SELECT generate_series(1, 40000);\n`;

/** A session whose VACUUM takes its time. It is to be cancelled. */
async function throttled(shop: Target) {
  const session = await shop.session();
  await session.query('SET vacuum_cost_delay = 100; SET vacuum_cost_limit = 1');
  const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const cancel = (): Promise<unknown> => shop.admin.query('SELECT pg_cancel_backend($1)', [rows[0]?.pid]);
  return { session, cancel };
}

const users = 'CREATE TABLE users (id int, name text);\n';

it('IF NOT EXISTS over an invalid index is no success: it is built anew', async () => {
  const { shop, repo } = await shopWith(`${users}INSERT INTO users VALUES (1, 'a'), (1, 'b');\n`);
  await shop.admin.query('CREATE UNIQUE INDEX CONCURRENTLY users_id ON users (id)').catch(() => {});
  expect(await indexes(shop)).toMatchObject([{ name: 'users_id', valid: false }]);
  change(repo, { '002_index.sql': 'CREATE INDEX CONCURRENTLY IF NOT EXISTS users_id ON users (id);\n' });
  const run = await lockstep('apply', repo, shop);
  expect(run.report.result, run.printed).toBe('applied');
  expect(run.report.notices?.join('\n')).toContain('users_id');
  expect(await indexes(shop)).toMatchObject([{ name: 'users_id', valid: true }]);
});

it.each(['VACUUM (DISABLE_PAGE_SKIPPING)', 'ANALYZE'])(
  "an invalid index of the wanted name is nobody else's work while %s goes over the table",
  async (upkeep) => {
    const { shop, repo } = await shopWith(`${users}${filled('users')}`);
    await shop.admin.query('CREATE INDEX users_id ON users (id)');
    await shop.admin.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_id'::regclass");
    const { session, cancel } = await throttled(shop);
    const kept = session.query(`${upkeep} users`).catch(() => {});
    const locked = "SELECT FROM pg_locks WHERE relation = 'users'::regclass AND mode = 'ShareUpdateExclusiveLock'";
    expect(await eventually(async () => (await shop.rows(locked)).length > 0, 20_000)).toBe(true);
    const create = 'CREATE INDEX CONCURRENTLY users_id ON users (id)';
    change(repo, { '002_index.sql': `${create};\n` });
    const run = start('apply', repo, shop);
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = '${shop.role}'`;
    expect(await eventually(async () => (await shop.rows(waiting)).length > 0, 20_000), run.printed()).toBe(true);
    await cancel();
    await kept;
    const { report, printed } = await run.finished;
    expect(report.result, printed).toBe('applied');
    expect(report.notices?.join('\n')).toContain('The invalid index public.users_id');
    expect(await indexes(shop)).toMatchObject([{ name: 'users_id', valid: true }]);
  },
);

describe('an index that a DBA builds by hand meanwhile', () => {
  const ours = 'CREATE INDEX CONCURRENTLY IF NOT EXISTS users_id ON users (id)';
  const theirs = 'CREATE INDEX CONCURRENTLY users_id ON users (id)';

  async function atWork(config = '') {
    const { shop, repo } = await shopWith(users);
    const open = await transaction(shop, "INSERT INTO users VALUES (1, 'a')");
    const dba = await shop.session();
    const built = dba.query(theirs);
    await until('waits', theirs, shop);
    const [index] = await indexes(shop);
    expect(index).toMatchObject({ name: 'users_id', valid: false });
    change(repo, { '002_index.sql': `${ours};\n` }, config);
    return { shop, repo, open, built, index };
  }

  it('is waited for, not dropped, although the deployer may not see what others build', async () => {
    const { shop, repo, open, built, index } = await atWork();
    const run = start('apply', repo, shop);
    await until('waits', ours, shop, run.printed);
    await open.query('COMMIT');
    await built;
    const { report, printed } = await run.finished;
    expect(report.result, printed).toBe('applied');
    expect(await indexes(shop)).toEqual([{ ...index, valid: true }]);
  });

  it('outlives a run that waits for less long, and the next run finds it done', async () => {
    const { shop, repo, open, built, index } = await atWork('concurrent_wait: 500ms\nconcurrent_retries: 1\n');
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('failed');
    expect(run.migration('002_index').up).toMatchObject({ error: { sqlstate: '55P03' }, attempts: [{}, {}] });
    expect(await indexes(shop)).toEqual([index]);
    await open.query('COMMIT');
    await built;
    const next = await lockstep('apply', repo, shop);
    expect(next.report.result, next.printed).toBe('applied');
    expect(await indexes(shop)).toEqual([{ ...index, valid: true }]);
  });
});

describe('REINDEX CONCURRENTLY', () => {
  it('repairs an invalid index', async () => {
    const { shop, repo } = await shopWith(users);
    await shop.admin.query('CREATE INDEX users_id ON users (id)');
    await shop.admin.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'users_id'::regclass");
    change(repo, { '002_reindex.sql': 'REINDEX INDEX CONCURRENTLY users_id;\n' });
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('applied');
    expect(await indexes(shop)).toMatchObject([{ name: 'users_id', valid: true }]);
  });

  // A snapshot is waited for before the new index takes the old one's place, a mere lock only after that.
  it.each([
    ['_ccnew', 'the index that it was building', 'REPEATABLE READ'],
    ['_ccold', 'the index that it had replaced', 'READ COMMITTED'],
  ])('that was given up tells of %s, %s, and the next run takes it away', async (suffix, _, level) => {
    const { shop, repo } = await shopWith(`${users}CREATE INDEX users_id ON users (id);\n`);
    const reader = await shop.session();
    await reader.query(`BEGIN ISOLATION LEVEL ${level}; SELECT FROM users`);
    change(
      repo,
      { '002_reindex.sql': 'REINDEX INDEX CONCURRENTLY users_id;\n' },
      'concurrent_wait: 500ms\nconcurrent_retries: 0\n',
    );
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('failed');
    expect(run.migration('002_reindex').up?.error?.hint).toContain(`the index public.users_id${suffix} is INVALID`);
    expect(await indexes(shop)).toMatchObject([
      { name: 'users_id', valid: true },
      { name: `users_id${suffix}`, valid: false },
    ]);
    await reader.query('COMMIT');
    const plan = await lockstep('plan', repo, shop);
    expect(plan.report.plan?.invalidIndexes).toEqual([`public.users_id${suffix}`]);
    expect(plan.stdout).toContain(`DROP INDEX CONCURRENTLY public.users_id${suffix};`);
    const next = await lockstep('apply', repo, shop);
    expect(next.report.result, next.printed).toBe('applied');
    expect(next.report.notices?.join('\n')).toContain(`The invalid index public.users_id${suffix}`);
    expect(await indexes(shop)).toMatchObject([{ name: 'users_id', valid: true }]);
  });

  it('of a partitioned table that was given up is cleaned up after on each partition by the next run', async () => {
    const { shop, repo } = await shopWith(
      `CREATE TABLE t (id int) PARTITION BY LIST (id);
       CREATE TABLE t_1 PARTITION OF t FOR VALUES IN (1);
       CREATE TABLE t_2 PARTITION OF t FOR VALUES IN (2);
       CREATE INDEX t_id ON t (id);\n`,
    );
    const before = (await indexes(shop)).map(({ name }) => name);
    // Its snapshot is waited for, and its locks keep the leftover from being dropped.
    const reader = await transaction(shop, 'SELECT FROM t');
    change(
      repo,
      { '002_reindex.sql': 'REINDEX TABLE CONCURRENTLY t;\n' },
      'concurrent_wait: 500ms\nconcurrent_retries: 0\n',
    );
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('failed');
    expect(run.migration('002_reindex').up?.error?.hint).toContain('the index public.t_1_id_idx_ccnew is INVALID');
    expect(await indexes(shop, 't_1')).toMatchObject([{ valid: true }, { name: 't_1_id_idx_ccnew', valid: false }]);
    await reader.query('COMMIT');
    const next = await lockstep('apply', repo, shop);
    expect(next.report.migrations, next.printed).toMatchObject([{ id: '002_reindex', status: 'applied' }]);
    expect((await indexes(shop)).map(({ name }) => name)).toEqual(before);
    expect(await shop.rows('SELECT FROM pg_index WHERE NOT indisvalid')).toEqual([]);
  });
});

describe('REINDEX CONCURRENTLY that was given up while another one waited for the table', () => {
  it.each(['VACUUM (DISABLE_PAGE_SKIPPING) t', 'REINDEX INDEX CONCURRENTLY other'])(
    'leaves nothing for good: %s',
    async (queued) => {
      const { shop, repo } = await shopWith(
        `CREATE TABLE t (id int);\n${filled('t')}CREATE INDEX t_id ON t (id);\nCREATE INDEX other ON t (id);\n`,
      );
      const reader = await transaction(shop, 'SELECT FROM t');
      const reindex = 'REINDEX INDEX CONCURRENTLY t_id';
      change(repo, { '002_reindex.sql': `${reindex};\n` }, 'concurrent_wait: 2s\nconcurrent_retries: 0\n');
      const run = start('apply', repo, shop);
      await until('waits', reindex, shop, run.printed);
      const { session, cancel } = await throttled(shop);
      const next = session.query(queued).catch(() => {});
      await until('waits', queued, shop, run.printed);
      const { report, printed } = await run.finished;
      expect(report.result, printed).toBe('failed');
      await cancel();
      await next;
      await reader.query('COMMIT');
      // What the other one has left is its own.
      await shop.admin.query('DROP INDEX CONCURRENTLY IF EXISTS other_ccnew');
      const again = await lockstep('apply', repo, shop);
      expect(again.report.result, again.printed).toBe('applied');
      expect(await indexes(shop)).toMatchObject([
        { name: 'other', valid: true },
        { name: 't_id', valid: true },
      ]);
    },
  );
});

describe('an index without a name, whose build was killed before it had begun', () => {
  /** Meanwhile another one comes to be. */
  async function killed(other: string, unnamed = 'CREATE INDEX CONCURRENTLY ON t (a)') {
    const { shop, repo } = await shopWith('CREATE TABLE t (a int, b int, c int);\n');
    change(repo, { '002_index.sql': `${unnamed};\n` });
    const dba = await transaction(shop, 'LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE');
    const run = start('apply', repo, shop);
    await until('waits', unnamed, shop, run.printed);
    const ended = expect(run.finished).rejects.toThrow('no report was written');
    run.child.kill('SIGKILL');
    await ended;
    await until('is gone', unnamed, shop);
    await dba.query(`${other}; COMMIT`);
    expect(await shop.rows('SELECT state, before FROM lockstep.steps')).toEqual([
      { state: 'started', before: { indexes: [] } },
    ]);
    return { shop, repo, run: await lockstep('apply', repo, shop) };
  }

  it.each([
    ['(a)', 'INDEX other ON t (a)'],
    ['(b DESC, a) INCLUDE (c) WHERE a > 0', 'INDEX other ON t (b DESC, a) INCLUDE (c) WHERE a > 0'],
  ])('is taken for done when there is one new index, and it is the same: %s', async (shape, other) => {
    const { shop, run } = await killed(`CREATE ${other}`, `CREATE INDEX CONCURRENTLY ON t ${shape}`);
    expect(run.report.result, run.printed).toBe('applied');
    expect(await indexes(shop)).toMatchObject([{ name: 'other' }]);
  });

  it.each([
    'CREATE INDEX other ON t (b)',
    'CREATE INDEX other ON t (a, abs(b))',
    'CREATE UNIQUE INDEX other ON t (a)',
    'CREATE INDEX other ON t (a); CREATE INDEX another ON t (a)',
  ])('is not taken for done by that of another: %s', async (other) => {
    const { shop, repo, run } = await killed(other);
    const found = await indexes(shop);
    expect(run.report.result, run.printed).toBe('failed');
    expect(run.migration('002_index').up?.error).toMatchObject({
      message: expect.stringContaining('nothing can tell whether statement 1 took effect'),
      hint: expect.stringContaining('lockstep resolve 002_index --as'),
    });
    const resolved = await lockstep(['resolve', '002_index', '--as', 'retry'], repo, shop);
    expect(resolved.exitCode, resolved.printed).toBe(0);
    expect((await lockstep('apply', repo, shop)).report.result).toBe('applied');
    expect(await indexes(shop)).toHaveLength(found.length + 1);
  });
});
