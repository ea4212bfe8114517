import { describe, expect, it } from 'vitest';
import { change, lockstep, project, start, type Target, targets } from '../../support/deploy.ts';
import { eventually } from '../../support/traces.ts';

/** CONCURRENTLY: looked at afterwards, cleaned up after, repeated, and never called done while it is not. */

const target = targets();

const users = {
  '001_users.sql': "CREATE TABLE users (id int, name text);\nINSERT INTO users VALUES (1, 'a'), (1, 'b');\n",
};

async function shopWithUsers() {
  const shop = await target();
  const repo = project(users);
  await lockstep('apply', repo, shop);
  return { shop, repo };
}

function indexes({ rows }: Target) {
  return rows<{ name: string; valid: boolean }>(
    `SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index
     WHERE indrelid = 'users'::regclass ORDER BY 1`,
  );
}

it('duplicates under a unique index leave no invalid index, whatever its name, and that is said', async () => {
  const shop = await target();
  const unique = (name: string) => ({
    '002_unique.sql': `CREATE UNIQUE INDEX CONCURRENTLY "${name}" ON users (id);\n`,
  });
  const repo = project({ ...users });
  for (const name of ['users_id', 'order', 'Users Id']) {
    change(repo, unique(name));
    const run = await lockstep('apply', repo, shop);
    expect(run.exitCode, run.printed).toBe(1);
    const { error, attempts } = run.migration('002_unique').up ?? {};
    expect(error).toMatchObject({ sqlstate: '23505', line: 1 });
    // What would fail again just so is not repeated.
    expect(attempts?.length).toBe(1);
    expect(run.report.notices?.join('\n')).toMatch(new RegExp(`The invalid index public\\."?${name}"?, .*was dropped`));
    expect(await indexes(shop)).toEqual([]);
  }
  await shop.admin.query("DELETE FROM users WHERE name = 'b'");
  expect((await lockstep('apply', repo, shop)).report.result).toBe('applied');
  expect((await indexes(shop)).map(({ valid }) => valid)).toEqual([true]);
});

describe('behind an older transaction', () => {
  /** Holds a snapshot, as a long report does; with a table in it, a lock as well. */
  async function reader(shop: Target, query = 'SELECT 1') {
    const session = await shop.session();
    await session.query("SET application_name = 'nightly report'");
    await session.query(`BEGIN ISOLATION LEVEL REPEATABLE READ; ${query}`);
    return session;
  }

  /** A run that gives up soon, while somebody reads. */
  async function givenUp(
    { shop, repo }: Awaited<ReturnType<typeof shopWithUsers>>,
    { file, sql, reads, retries = 0 }: { file: string; sql: string; reads?: string; retries?: number },
  ) {
    const session = await reader(shop, reads);
    repo.commit('change', {
      [`migrations/${file}.sql`]: sql,
      'lockstep.yml': `concurrent_wait: 300ms\nconcurrent_retries: ${retries}\n`,
    });
    const run = await lockstep('apply', repo, shop);
    await session.query('COMMIT');
    expect(run.report.result, run.printed).toBe('failed');
    return run.migration(file).up;
  }

  const index = { file: '002_index', sql: 'CREATE INDEX CONCURRENTLY users_id ON users (id);\n' };
  const drop = { file: '003_drop', sql: 'DROP INDEX CONCURRENTLY users_id;\n' };

  it('an index waits for longer than lock_timeout, and names whom it waits for', async () => {
    const { shop, repo } = await shopWithUsers();
    await shop.admin.query(`GRANT pg_read_all_stats TO ${shop.role}`);
    const session = await reader(shop);
    change(repo, { [`${index.file}.sql`]: index.sql });
    const run = start('apply', repo, shop);
    expect(await eventually(() => run.printed().includes('nightly report'), 15_000), run.printed()).toBe(true);
    await session.query('COMMIT');
    const { report, stderr } = await run.finished;
    expect(report.result, stderr).toBe('applied');
    expect(report.migrations[0]?.up?.attempts).toBeUndefined();
    expect(await indexes(shop)).toEqual([{ name: 'users_id', valid: true }]);
  });

  it('an index outlasts statement_timeout, which holds again after it', async () => {
    const { shop, repo } = await shopWithUsers();
    const session = await reader(shop);
    const limits = "CREATE TABLE limits AS SELECT current_setting('statement_timeout');";
    change(
      repo,
      { '002_index.sql': `-- lockstep: no-transaction\n${index.sql}${limits}\nSELECT pg_sleep(60);\n` },
      'statement_timeout: 500ms\nconcurrent_wait: 60s\nconcurrent_retries: 0\n',
    );
    const run = start('apply', repo, shop);
    const outlasting = `SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%' AND wait_event_type = 'Lock'
      AND datname = current_database() AND clock_timestamp() - query_start > interval '1500 ms'`;
    expect(await eventually(async () => (await shop.rows(outlasting)).length > 0, 30_000), run.printed()).toBe(true);
    await session.query('COMMIT');
    const { migration, printed } = await run.finished;
    expect(migration('002_index').up, printed).toMatchObject({
      statements: [{ index: 0 }, { index: 1 }],
      error: { sqlstate: '57014', statement: 2 },
    });
    expect(migration('002_index').up?.attempts).toBeUndefined();
    expect(await indexes(shop)).toEqual([{ name: 'users_id', valid: true }]);
    expect(await shop.rows('SELECT * FROM limits')).toEqual([{ current_setting: '500ms' }]);
  });

  it('it is given up after concurrent_wait and concurrent_retries, leaving no invalid index', async () => {
    const place = await shopWithUsers();
    const up = await givenUp(place, { ...index, retries: 1 });
    expect(up).toMatchObject({ error: { sqlstate: '55P03' }, attempts: [{}, {}] });
    expect(await indexes(place.shop)).toEqual([]);
    expect((await lockstep('apply', place.repo, place.shop)).report.result).toBe('applied');
  });

  it.each([
    ['an index that', { before: [], given: index, after: [{ name: 'users_id', valid: true }] }],
    ['a DROP that', { before: [index], given: drop, after: [] }],
  ])('%s was given up is told as INVALID, and the next run sees to it', async (_what, { before, given, after }) => {
    const { shop, repo } = await shopWithUsers();
    for (const { file, sql } of before) change(repo, { [`${file}.sql`]: sql });
    await lockstep('apply', repo, shop);
    const up = await givenUp({ shop, repo }, { ...given, reads: 'SELECT 1 FROM users' });
    expect(up?.error?.hint).toContain('the index public.users_id is INVALID');
    expect((await lockstep('apply', repo, shop)).report.result).toBe('applied');
    expect(await indexes(shop)).toEqual(after);
  });
});

it('the progress of an index build is shown', async () => {
  const shop = await target();
  const repo = project({
    '001_slow.sql':
      'CREATE TABLE users (id int);\nINSERT INTO users SELECT generate_series(1, 60);\nCREATE FUNCTION slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.05); RETURN $1; END $$;\n',
    '002_index.sql': 'CREATE INDEX CONCURRENTLY users_slow ON users (slow(id));\n',
  });
  const run = await lockstep('apply', repo, shop);
  expect(run.report.result, run.printed).toBe('applied');
  expect(run.stderr).toMatch(/building index/);
});
