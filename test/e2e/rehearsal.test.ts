import { describe, expect, it } from 'vitest';
import { check } from '../support/check.ts';
import { type GitRepo, gitRepo } from '../support/git-repo.ts';

/** What a change set does to the server it is rehearsed on, and what is said about it. */

function change(files: Readonly<Record<string, string>>, base: Readonly<Record<string, string>> = {}): GitRepo {
  const repo = gitRepo({ 'migrations/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY);', ...base });
  repo.branch('change');
  repo.commit('change', files);
  return repo;
}

describe('a failure is excused only by what it really needs', () => {
  it('each of several failures of their own is told', async () => {
    const drops = Object.fromEntries(
      [2, 3, 4].map((number) => [`migrations/00${number}_x.sql`, `ALTER TABLE users DROP COLUMN c${number};`]),
    );
    const result = await check(change(drops));
    expect(result.report.migrations.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
  });

  it('a mistake after a refused migration is told, what the refused one makes is excused', async () => {
    const result = await check(
      change({
        'migrations/002_refused.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY);\nCOMMIT;\nSELECT 1;',
        'migrations/003_typo.sql': 'ALTER TABLE userz ADD COLUMN a int;',
        'migrations/004_needs.sql': 'CREATE INDEX ON public.orders (id);',
        'migrations/005_twice.sql': 'CREATE SCHEMA app;\nCREATE SCHEMA app;',
      }),
    );
    expect(Object.fromEntries(result.report.migrations.map(({ id, status }) => [id.slice(0, 3), status]))).toEqual({
      '002': 'not-run',
      '003': 'failed',
      '004': 'not-run',
      '005': 'failed',
    });
  });
});

describe('roles', () => {
  const superuser = { 'lockstep.yml': 'rehearsal:\n  superuser: true\n' };

  it('that a down drops are gone, although another database still knew them', async () => {
    const result = await check(
      change(
        {
          'migrations/002_role.sql':
            'CREATE ROLE r1;\nCREATE TABLE a (id bigint PRIMARY KEY);\nGRANT SELECT ON a TO r1;\n-- Rollback\n-- DROP TABLE a;\n-- DROP ROLE r1;\n',
          'migrations/003_more.sql': 'GRANT SELECT ON users TO r1;\n-- Rollback\n-- REVOKE SELECT ON users FROM r1;\n',
        },
        superuser,
      ),
    );
    expect(result.report.migrations.map(({ down }) => down?.status)).toEqual(['reversed', 'reversed']);
    expect(result.exitCode).toBe(0);
  });

  it('whose settings are changed in a DO block do not change what runs together', async () => {
    const result = await check(
      change({
        'migrations/002_evil.sql':
          "CREATE SCHEMA evil;\nDO $$ BEGIN EXECUTE 'ALTER ROLE CURRENT_USER SET search_path = evil'; END $$;",
        'migrations/003_b.sql': 'CREATE TABLE b (id bigint PRIMARY KEY);',
      }),
    );
    // Apart, the second lands in another schema than in one deploy: the two runs differ, and that is told.
    expect(result.finding('fails-together').message).toContain('another schema');
  });
});

describe("a change to its own database's rights and settings", () => {
  it.each([
    [
      'REVOKE CONNECT',
      "DO $$ BEGIN EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC, CURRENT_USER', current_database()); END $$;",
    ],
    [
      'statement_timeout',
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 1', current_database()); END $$;",
    ],
    [
      'default_transaction_read_only',
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$;",
    ],
    [
      'role',
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET role = %L', current_database(), 'pg_monitor'); END $$;",
    ],
  ])('(%s) is no bug of Lockstep', async (_what, sql) => {
    const result = await check(
      change({
        'migrations/002_a.sql': `${sql}\n-- Rollback\n-- SELECT 1;\n`,
        'migrations/003_b.sql': 'CREATE TABLE b (id bigint PRIMARY KEY);',
      }),
    );
    expect(result.exitCode).not.toBe(2);
    expect(result.report.error).toBeUndefined();
  });
});

describe('the time limit of the rehearsal', () => {
  it('holds for all of it, also where a file has switched its own timeout off', async () => {
    const off = "DO $$ DECLARE n text := 'statement_' || 'timeout'; BEGIN PERFORM set_config(n, '0', false); END $$;";
    const repo = change(
      { 'migrations/002_slow.sql': `${off}\nSELECT pg_sleep(60);` },
      { 'lockstep.yml': 'rehearsal:\n  timeout: 3s\n' },
    );
    const started = Date.now();
    const result = await check(repo);
    expect(result).toMatchObject({ exitCode: 2, report: { error: { code: 'rehearsal-timeout' } } });
    expect(Date.now() - started).toBeLessThan(20_000);
  });
});

describe('the major', () => {
  const files = { 'migrations/002_a.sql': 'CREATE TABLE a (id bigint PRIMARY KEY);\n-- Rollback\n-- DROP TABLE a;\n' };

  it('that nobody has set is told as what it is, without a notice', async () => {
    const { report } = await check(change(files));
    expect(report.rehearsal).toMatchObject({ serverVersion: expect.stringMatching(/^18\./), versionAssumed: true });
    expect(report).not.toHaveProperty('notices');
  });

  it('that somebody has set is no assumption', async () => {
    const { report } = await check(change(files, { 'lockstep.yml': 'postgres_version: 18\n' }));
    expect(report.rehearsal).not.toHaveProperty('versionAssumed');
  });
});

describe('what the environment of the job keeps secret', () => {
  const env = {
    STAGING_URL: 'postgres://app:correct-horse@staging.example.com/shop',
    MAIL_API_KEY: 'key-0123456789',
    LOCAL_URL: 'postgres://postgres:postgres@localhost:5432/postgres',
  };
  const says = 'cannot reach staging.example.com as app with correct-horse';

  it('is in no output, whoever prints it', async () => {
    const settings = { 'lockstep.yml': `test_command: 'echo "$STAGING_URL $MAIL_API_KEY ${says}"; exit 1'\n` };
    const migration = `DO $$ BEGIN RAISE EXCEPTION 'no answer from ${env.STAGING_URL}'; END $$;`;
    const failing = await check(change({ 'migrations/002_a.sql': 'CREATE TABLE a (id int);' }, settings), [], { env });
    const refused = await check(change({ 'migrations/002_a.sql': migration }, settings), [], { env });
    for (const { stdout, stderr, report } of [failing, refused]) {
      expect(`${stdout}${stderr}${JSON.stringify(report)}`).not.toMatch(/correct-horse|key-0123456789/);
    }
    expect(failing.report.tests?.[0]?.tail).toContain('cannot reach staging.example.com as app with ***');
    expect(refused.report.migrations[0]?.up?.error?.message).toContain('no answer from ');
  });

  it('is not the password that every service container has', async () => {
    const settings = { 'lockstep.yml': "test_command: 'echo the user postgres is there; exit 1'\n" };
    const { report } = await check(change({ 'migrations/002_a.sql': 'CREATE TABLE a (id int);' }, settings), [], {
      env,
    });
    expect(report.tests?.[0]?.tail).toBe('the user postgres is there\n');
  });
});
