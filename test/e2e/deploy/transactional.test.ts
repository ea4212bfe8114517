import { describe, expect, it } from 'vitest';
import { change, lockstep, project, start, targets } from '../../support/deploy.ts';
import { eventually } from '../../support/traces.ts';

/** A migration in its transaction: all of it or nothing, tried again while it gets no lock. */

const target = targets();

const users = { '001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, name text);\n' };

it('a migration that fails leaves nothing, those before it stay, those after it do not run', async () => {
  const shop = await target();
  const repo = project({
    ...users,
    '002_bad.sql':
      "CREATE TABLE half ();\nINSERT INTO users VALUES (1, 'a');\nALTER TABLE users\n  ADD COLUMN age integr;\n",
    '003_more.sql': 'CREATE TABLE more ();\n',
  });
  const run = await lockstep('apply', repo, shop);
  expect(run.exitCode).toBe(1);
  expect(run.report).toMatchObject({
    result: 'partial',
    migrations: [
      { id: '001_users', status: 'applied' },
      {
        id: '002_bad',
        status: 'failed',
        up: {
          error: {
            sqlstate: '42704',
            path: 'migrations/002_bad.sql',
            line: 4,
            column: 18,
            statement: 2,
            ranBefore: '2 statements of this file ran before it and were rolled back',
          },
        },
      },
      { id: '003_more', status: 'not-run' },
    ],
  });
  const { error } = run.migration('002_bad').up ?? {};
  expect(error?.excerpt?.split('\n').at(-1)).toMatch(/^\s*\|?\s*\^/);
  expect(run.stdout).toContain('migrations/002_bad.sql:4:18');
  expect(run.stdout).toContain('42704');
  expect(await shop.rows("SELECT to_regclass('half') AS half, (SELECT count(*)::int FROM users) AS users")).toEqual([
    { half: null, users: 0 },
  ]);
  expect(await shop.rows('SELECT id FROM lockstep.migrations')).toEqual([{ id: '001_users' }]);
  expect(await shop.rows('SELECT result, applied, error FROM lockstep.runs')).toEqual([
    { result: 'partial', applied: 1, error: expect.stringContaining('integr') },
  ]);
  change(repo, { '002_bad.sql': 'ALTER TABLE users ADD COLUMN age integer;\n' });
  expect((await lockstep('apply', repo, shop)).report.migrations.map(({ status }) => status)).toEqual([
    'applied',
    'applied',
  ]);
});

it('a deferred constraint that fails at COMMIT rolls everything back', async () => {
  const shop = await target();
  const repo = project({
    '001_t.sql':
      'CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO t VALUES (1, 2);\n',
  });
  const run = await lockstep('apply', repo, shop);
  expect(run.report.result).toBe('failed');
  expect(run.migration('001_t').up?.error).toMatchObject({ sqlstate: '23503', line: 2 });
  expect(await shop.rows("SELECT to_regclass('t') AS t")).toEqual([{ t: null }]);
});

describe('a migration that gets no lock', () => {
  const files = { 'migrations/002_age.sql': 'CREATE TABLE before_it ();\nALTER TABLE users ADD COLUMN age int;\n' };

  /** Somebody reads the table. Long enough a limit for a look at who is in the way, on a busy machine too. */
  async function blocked(settings = '', seesOthers = true) {
    const shop = await target();
    const repo = project(users);
    await lockstep('apply', repo, shop);
    if (seesOthers) await shop.admin.query(`GRANT pg_read_all_stats TO ${shop.role}`);
    const reader = await shop.session();
    await reader.query("SET application_name = 'nightly report'; BEGIN; SELECT count(*) FROM users");
    repo.commit('age', { ...files, 'lockstep.yml': `lock_timeout: 1s\n${settings}` });
    return { shop, reader, run: start('apply', repo, shop) };
  }

  it('is tried again until the blocker is gone, which the report names', async () => {
    const { shop, reader, run } = await blocked();
    await eventually(() => run.printed().includes('got no lock'), 20_000);
    await reader.query('COMMIT');
    const { report, stderr, exitCode } = await run.finished;
    expect(exitCode, stderr).toBe(0);
    const { attempts = [] } = report.migrations[0]?.up ?? {};
    expect(attempts.length).toBeGreaterThan(0);
    expect(attempts[0]).toMatchObject({
      sqlstate: '55P03',
      statement: 1,
      blockers: [{ application: 'nightly report', query: expect.stringContaining('count(*)') }],
    });
    expect(attempts[0]?.blockers?.[0]?.ageMs).toBeGreaterThan(0);
    for (const { durationMs } of attempts) expect(durationMs).toBeLessThan(5_000);
    expect(stderr).toMatch(/002_age got no lock, which pid \d+ \(nightly report, .*\) holds: trying again in/);
    expect(await shop.rows("SELECT to_regclass('before_it')::text AS there")).toEqual([{ there: 'before_it' }]);
  });

  it('names the blocker and not what it does, where the role may not see that', async () => {
    const { reader, run } = await blocked('lock_retry_budget: 1500ms\n', false);
    const { report, printed } = await run.finished;
    await reader.query('COMMIT');
    expect(report.result, printed).toBe('failed');
    const blockers = report.migrations[0]?.up?.attempts?.flatMap((attempt) => attempt.blockers ?? []);
    expect(blockers?.[0]).toEqual({
      pid: expect.any(Number),
      application: 'nightly report',
      user: expect.any(String),
      relations: ['public.users'],
    });
    expect(printed).not.toMatch(/count\(\*\)|insufficient privilege|last ran/);
  });

  it('is given up when its budget is used up, and nothing of it stays', async () => {
    const { shop, reader, run } = await blocked('lock_retry_budget: 1500ms\n');
    const { report, stdout, exitCode, migration } = await run.finished;
    await reader.query('COMMIT');
    expect(exitCode).toBe(1);
    expect(report.result).toBe('failed');
    const { error, attempts } = migration('002_age').up ?? {};
    expect(error).toMatchObject({ sqlstate: '55P03', line: 2, hint: expect.stringContaining('nightly report') });
    expect(attempts?.length).toBeGreaterThan(0);
    expect(stdout).toContain('nightly report');
    expect(await shop.rows("SELECT to_regclass('before_it') AS there")).toEqual([{ there: null }]);
  });

  it('that was the victim of a deadlock is tried again', async () => {
    const shop = await target();
    const repo = project({ '001_ab.sql': 'CREATE TABLE a ();\nCREATE TABLE b ();\n' });
    await lockstep('apply', repo, shop);
    repo.commit('deadlock', {
      'migrations/002_both.sql': 'LOCK TABLE a;\nSELECT pg_sleep(0.5);\nALTER TABLE b ADD COLUMN x int;\n',
      'lockstep.yml': 'lock_timeout: 30s\n',
    });
    const run = start('apply', repo, shop);
    const other = await shop.session();
    await other.query("SET deadlock_timeout = '60s'; BEGIN; LOCK TABLE b");
    await eventually(async () => {
      const rows = await shop.rows("SELECT FROM pg_locks WHERE relation = 'a'::regclass AND granted");
      return rows.length > 0;
    }, 10_000);
    // Waits for the migration, which will wait for it: the migration's session is the one that notices.
    const waiting = other.query('LOCK TABLE a');
    await waiting;
    await other.query('COMMIT');
    const { report, stderr } = await run.finished;
    expect(report.result, stderr).toBe('applied');
    expect(report.migrations[0]?.up?.attempts?.map(({ sqlstate }) => sqlstate)).toEqual(['40P01']);
  });
});

it('a file with its own BEGIN and COMMIT is taken over: its row in the history is inside', async () => {
  const shop = await target();
  const repo = project({
    '001_own.sql': 'BEGIN;\nCREATE TABLE own ();\nCOMMIT;\n',
    '002_own.sql':
      "BEGIN ISOLATION LEVEL SERIALIZABLE;\nCREATE TABLE level AS SELECT current_setting('transaction_isolation') AS name;\nCOMMIT;\n",
    '003_bad.sql': 'BEGIN;\nCREATE TABLE bad ();\nSELECT 1 / 0;\nCOMMIT;\n',
  });
  const run = await lockstep('apply', repo, shop);
  expect(run.migration('003_bad').up?.error).toMatchObject({ sqlstate: '22012', line: 3 });
  expect(await shop.rows("SELECT name, to_regclass('bad') AS bad FROM level")).toEqual([
    { name: 'serializable', bad: null },
  ]);
  const transactions = await shop.rows(
    "SELECT m.xmin = c.xmin AS same FROM lockstep.migrations m, pg_class c WHERE m.id = '001_own' AND c.relname = 'own'",
  );
  expect(transactions).toEqual([{ same: true }]);
});

it('role, search path and settings of a file end with it, and looser limits of its own are not obeyed', async () => {
  const shop = await target();
  await shop.admin.query(`CREATE ROLE app_${shop.database}; GRANT app_${shop.database} TO ${shop.role}`);
  const seen =
    "AS SELECT current_user::text AS role, current_setting('search_path') AS path, current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement, current_setting('work_mem') AS mem";
  const repo = project({
    '001_sets.sql': [
      'CREATE SCHEMA elsewhere;',
      `GRANT ALL ON SCHEMA elsewhere TO app_${shop.database};`,
      'SET search_path = elsewhere;',
      "SET work_mem = '9MB';",
      "SET lock_timeout = '50ms';",
      `SET ROLE app_${shop.database};`,
      `CREATE TABLE inside ${seen};`,
    ].join('\n'),
    '002_after.sql': `CREATE TABLE public.after_it ${seen};\n`,
    '003_lifts.sql': `SELECT set_config('lock_timeout', '0', true), set_config('statement_timeout', '2h', false);\nCREATE TABLE lifted ${seen};\n`,
  });
  const run = await lockstep('apply', repo, shop);
  expect(run.report.result, run.printed).toBe('applied');
  const [inside] = await shop.rows('SELECT * FROM elsewhere.inside');
  // The tighter of the file's and ours holds.
  expect(inside).toEqual({
    role: `app_${shop.database}`,
    path: 'elsewhere',
    lock: '50ms',
    statement: '15min',
    mem: '9MB',
  });
  const [after] = await shop.rows('SELECT * FROM after_it');
  expect(after).toEqual({ role: shop.role, path: '"$user", public', lock: '200ms', statement: '15min', mem: '4MB' });
  expect(await shop.rows('SELECT lock, statement FROM lifted')).toEqual([{ lock: '200ms', statement: '15min' }]);
});

it('what no database may see is refused before anything runs', async () => {
  const shop = await target();
  const files = {
    '002_control.sql': 'CREATE TABLE x ();\nCOMMIT;\nCREATE TABLE y ();\n',
    '003_discard.sql': 'DISCARD ALL;\n',
    '004_unlock.sql': 'SELECT pg_advisory_unlock_all();\n',
    '005_parse.sql': 'CREATE TABLE x (\n);;\nSELEC 1;\n',
  };
  const repo = project({ ...users, ...files });
  for (const command of ['plan', 'apply']) {
    const refused = await lockstep(command, repo, shop);
    expect(refused.exitCode, refused.printed).toBe(1);
    expect(refused.closed).toEqual(['statements']);
    const places = refused.gate('statements').details?.map((line) => line.split(': ')[0]);
    expect(places).toEqual([
      'migrations/002_control.sql:2',
      'migrations/003_discard.sql:1',
      'migrations/004_unlock.sql:1',
      'migrations/005_parse.sql:3',
    ]);
  }
  expect(await shop.rows("SELECT to_regclass('users') AS users, to_regclass('x') AS x")).toEqual([
    { users: null, x: null },
  ]);
});

it('the ledger keeps who, what, when, from where and how long', async () => {
  const shop = await target();
  const repo = project({ '001_a.sql': '-- lockstep: phase=expand\nCREATE TABLE a ();\nSELECT 1;\n' });
  const sha = repo.commit('Add a (#12)', { 'README.md': 'x' });
  await lockstep('apply', repo, shop, ['--environment', 'staging'], { env: { USER: 'ada' } });
  expect(await shop.rows('SELECT * FROM lockstep.migrations')).toMatchObject([
    {
      id: '001_a',
      path: 'migrations/001_a.sql',
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      how: 'applied',
      phase: 'expand',
      statements: 2,
      commit: sha,
      pull_request: 12,
      author: 'Ada',
    },
  ]);
  const [run] = await shop.rows('SELECT * FROM lockstep.runs');
  expect(run).toMatchObject({ command: 'apply', environment: 'staging', result: 'applied', applied: 1, commit: sha });
  expect(await shop.rows('SELECT count(*)::int AS open FROM lockstep.steps')).toEqual([{ open: 0 }]);
});
