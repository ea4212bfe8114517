import { describe, expect, it } from 'vitest';
import { check } from '../support/check.ts';
import { type GitRepo, gitRepo } from '../support/git-repo.ts';
import { startScratchPostgres } from '../support/scratch-postgres.ts';

/** What public histories taught: docs/troubleshooting.md, "What real histories needed". */

function branchWith(base: Readonly<Record<string, string>>, files: Readonly<Record<string, string>>): GitRepo {
  const repo = gitRepo(base);
  repo.branch('change');
  repo.commit('change', files);
  return repo;
}

describe('a history that came from a dump', () => {
  const base = {
    'migrations/001_dump.sql': `
CREATE TYPE mood AS ENUM ('good');
ALTER TYPE mood OWNER TO postgres;
CREATE TABLE users (id serial PRIMARY KEY, mood mood);
ALTER TABLE users OWNER TO postgres;
CREATE VIEW moods AS SELECT mood FROM users;
ALTER VIEW moods OWNER TO postgres;
CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER FUNCTION one() OWNER TO postgres;
CREATE SCHEMA app;
ALTER SCHEMA app OWNER TO postgres;
GRANT ALL ON TABLE users TO postgres;
`,
  };
  const change = {
    'migrations/002_more.sql': `
ALTER TABLE users ADD COLUMN nick text;
ALTER TYPE mood ADD VALUE 'bad';
CREATE OR REPLACE VIEW moods AS SELECT mood, nick FROM users;
CREATE OR REPLACE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 2';
CREATE TABLE app.items (user_id integer REFERENCES users);
`,
  };

  it('owns its objects as postgres, and changes of them run all the same', async () => {
    const owned = 'CREATE TABLE more (id bigint PRIMARY KEY);\nALTER TABLE more OWNER TO postgres;\n';
    const result = await check(branchWith(base, { ...change, 'migrations/003_owned.sql': owned }));
    expect(result.rules).not.toContain('needs-superuser');
    expect(result.migration('002_more').status).toBe('applied');
    expect(result.migration('003_owned').status).toBe('applied');
  });

  it('does so on a server that is not ours and whose own superuser is postgres', async () => {
    const server = await startScratchPostgres();
    try {
      const { host, port } = server.config();
      const url = `postgres://postgres@/postgres?host=${encodeURIComponent(host ?? '')}&port=${port}`;
      const result = await check(branchWith(base, change), ['--rehearsal-url', url]);
      expect(result.report.error).toBeUndefined();
      expect(result.migration('002_more').status).toBe('applied');
    } finally {
      await server.stop();
    }
  });
});

it('setup brings a dump, a role’s database and the tool’s own table', async () => {
  const setup = `\\restrict k8sJ2
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.legacy (id integer PRIMARY KEY);
\\unrestrict k8sJ2
`;
  const repo = branchWith(
    {
      'lockstep.yml': 'rehearsal: { roles: [crud], setup: [setup/dump.sql, setup/more.sql] }\n',
      'setup/dump.sql': setup,
      'setup/more.sql': 'CREATE DATABASE billing;\nCREATE TABLE flyway_schema_history (version text);\n',
      'migrations/001_legacy.sql': `ALTER TABLE legacy ADD COLUMN name text;
GRANT CONNECT ON DATABASE billing TO crud;
REVOKE ALL PRIVILEGES ON TABLE flyway_schema_history FROM crud;
`,
    },
    { 'migrations/002_a.sql': 'CREATE TABLE a (id bigint PRIMARY KEY);' },
  );
  const result = await check(repo);
  expect(result.report).toMatchObject({ result: 'passed' });
});

it('an unexplained history ends with the place, the lines to add and the code to look up', async () => {
  const base = { 'migrations/001_a.sql': '-- Rights.\nCREATE TABLE a (id int);\nGRANT SELECT ON a TO reader;\n' };
  const result = await check(branchWith(base, { 'migrations/002_b.sql': 'CREATE TABLE b (id bigint);' }));
  expect(result.exitCode).toBe(2);
  expect(result.report.error?.code).toBe('base-history-failed');
  expect(result.stderr).toContain('migrations/001_a.sql:3:1: role "reader" does not exist (SQLSTATE 42704)');
  expect(result.stderr).toContain('  rehearsal:\n    roles: [reader]\n');
  expect(result.stderr).toContain('base-history-failed: https://');
});

it('the Supabase preset has the platform’s roles and schemas that dumps name', async () => {
  const repo = branchWith(
    {
      'lockstep.yml': 'rehearsal: { preset: supabase }\n',
      'supabase/migrations/20240101000000_remote.sql': `
GRANT USAGE ON SCHEMA graphql, graphql_public, pgsodium, vault, realtime TO supabase_functions_admin;
CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner uuid REFERENCES auth.users);
ALTER TABLE notes OWNER TO postgres;
`,
    },
    {
      'supabase/migrations/20240102000000_policy.sql': `ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (auth.uid() = owner);
`,
    },
  );
  expect((await check(repo)).report).toMatchObject({ result: 'passed' });
});

describe('a down script', () => {
  const base = {
    'migrations/001_a.sql': `CREATE TABLE a (x int, y int, z int,
  CONSTRAINT positive CHECK ((x > 0 AND (y > 0 AND z > 0))));\n`,
  };

  it('that cannot be parsed has failed, and is told once', async () => {
    const result = await check(
      branchWith(base, {
        'migrations/002_b.sql': 'CREATE TABLE b (id bigint PRIMARY KEY);',
        'migrations/002_b.down.sql': 'ALTER TABLE b DROP COLUMN id bigint;',
      }),
    );
    expect(result.rules).toEqual(['syntax-error']);
    expect(result.migration('002_b').down).toMatchObject({ status: 'failed' });
  });

  it('may write the brackets of a condition as it likes', async () => {
    const result = await check(
      branchWith(base, {
        'migrations/002_b.sql': 'ALTER TABLE a DROP CONSTRAINT positive;',
        'migrations/002_b.down.sql':
          'ALTER TABLE a ADD CONSTRAINT positive CHECK (x > 0 AND y > 0 AND z > 0) NOT VALID;\nALTER TABLE a VALIDATE CONSTRAINT positive;',
      }),
    );
    expect(result.migration('002_b').down?.status).toBe('reversed');
  });

  it('runs beside the next migration without either seeing the other', async () => {
    const steps = Array.from({ length: 12 }, (_, index) => String(index + 2).padStart(3, '0'));
    const files = steps.flatMap((step) => [
      [`migrations/${step}_x.sql`, `CREATE TABLE t${step} (id bigint PRIMARY KEY);\nINSERT INTO a VALUES (1, 1, 1);`],
      [`migrations/${step}_x.down.sql`, `DELETE FROM a;\nDROP TABLE t${step};`],
    ]);
    const result = await check(branchWith(base, Object.fromEntries(files)));
    expect(result.report.result).toBe('passed');
    expect(result.report.migrations.map(({ id, down }) => `${id} ${down?.status}`)).toEqual(
      steps.map((step) => `${step}_x reversed`),
    );
  });

  it('that drops a role does not do so under the next migration’s feet', async () => {
    const result = await check(
      branchWith(
        { ...base, 'lockstep.yml': 'rehearsal: { superuser: true }\n' },
        {
          'migrations/002_role.sql': 'DO $$ BEGIN CREATE ROLE clerk; END $$;',
          'migrations/002_role.down.sql': 'SELECT pg_sleep(0.3);\nDO $$ BEGIN DROP ROLE clerk; END $$;',
          'migrations/003_grant.sql': 'GRANT SELECT ON a TO clerk;',
          'migrations/003_grant.down.sql': 'REVOKE SELECT ON a FROM clerk;',
        },
      ),
    );
    expect(result.migration('002_role')).toMatchObject({ status: 'applied', down: { status: 'reversed' } });
    expect(result.migration('003_grant')).toMatchObject({ status: 'applied', down: { status: 'reversed' } });
  });
});
