import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Checked, check, startCheck } from '../support/check.ts';
import { type GitRepo, gitRepo } from '../support/git-repo.ts';
import { withServer } from '../support/postgres.ts';
import { directoriesOf, eventually, processesAt } from '../support/traces.ts';

/** How a check begins and ends: which server, which cache, and what is left when it is stopped in whatever way. */

function slowBranch(): GitRepo {
  const repo = gitRepo({ 'migrations/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY);' });
  repo.branch('slow');
  repo.commit('slow', { 'migrations/002_slow.sql': 'SELECT pg_sleep(300);' });
  return repo;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-e2e-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('a check that is stopped', () => {
  it.each([
    ['in the middle of a statement, by Ctrl-C', 'SIGINT', 130],
    ['in the middle of a statement, by a cancelled job', 'SIGTERM', 143],
    ['in the middle of a statement, by SIGKILL', 'SIGKILL', null],
  ] as const)('%s leaves no process and no directory', async (_when, signal, exitCode) => {
    const { child, finished } = startCheck(slowBranch(), []);
    const pid = child.pid ?? 0;
    let stderr = '';
    child.stderr?.on('data', (chunk: string) => {
      stderr += chunk;
    });
    expect(await eventually(() => stderr.includes('rehearsing 002_slow'), 60_000)).toBe(true);
    const [directory = ''] = directoriesOf(pid);
    expect(directory).not.toBe('');
    child.kill(signal);
    const result = await finished;
    expect(result.exitCode).toBe(exitCode);
    if (exitCode !== null) expect(result.stderr).toContain(`cancelled by ${signal}`);
    expect(await eventually(() => directoriesOf(pid).length === 0 && processesAt(directory).length === 0, 5_000)).toBe(
      true,
    );
  });

  it('while the tests run ends these too', async () => {
    const repo = gitRepo({ 'migrations/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY);' });
    repo.branch('change');
    repo.commit('change', { 'migrations/002_a.sql': 'CREATE TABLE a (id bigint PRIMARY KEY);' });
    const { child, finished } = startCheck(repo, ['--test-command', 'echo up; exec sleep 987.25']);
    let stderr = '';
    child.stderr?.on('data', (chunk: string) => {
      stderr += chunk;
    });
    expect(await eventually(() => stderr.includes('| up'), 60_000)).toBe(true);
    child.kill('SIGKILL');
    await finished;
    expect(await eventually(() => processesAt('sleep 987.25').length === 0, 5_000)).toBe(true);
  });

  it('by a migration that takes longer than the rehearsal may is told so', async () => {
    const repo = slowBranch();
    repo.checkout('main');
    repo.commit('a limit', { 'lockstep.yml': 'rehearsal:\n  timeout: 4s\n' });
    repo.checkout('slow');
    const result = await check(repo);
    expect(result.exitCode).toBe(1);
    expect(result.migration('002_slow').up?.error).toMatchObject({ sqlstate: '57014', line: 1 });
  });
});

describe('the server', () => {
  it.each([15, 16, 17, 18])('of major %i is what was asked for', async (major) => {
    const repo = gitRepo({ 'migrations/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, name text);' });
    repo.branch('change');
    repo.commit('change', {
      'migrations/002_a.sql': `DO $$ BEGIN IF current_setting('server_version_num')::int / 10000 <> ${major} THEN RAISE EXCEPTION 'wrong'; END IF; END $$;
CREATE VIEW names AS SELECT name FROM users;
-- Rollback
-- DROP VIEW names;
`,
    });
    const result = await check(repo, ['--postgres-version', String(major)]);
    expect(result.migration('002_a')).toMatchObject({ status: 'applied', down: { status: 'reversed' } });
    expect(result.report.rehearsal?.serverVersion).toMatch(new RegExp(`^${major}\\.`));
  });

  it('of a service container is used by rehearsal_url, and left as it was', async () => {
    await withServer(async ({ server, connect }) => {
      const admin = await connect();
      await admin.query("ALTER ROLE CURRENT_USER PASSWORD 'p%4:/@x'");
      const role = (await admin.query<{ name: string }>('SELECT current_user AS name')).rows[0]?.name ?? '';
      const { host, port } = server.address();
      const url = `postgres://${encodeURIComponent(role)}:${encodeURIComponent('p%4:/@x')}@${host}:${port}/postgres`;
      const state = async (): Promise<unknown> =>
        (await admin.query('SELECT datname AS name FROM pg_database UNION SELECT rolname FROM pg_roles ORDER BY 1'))
          .rows;
      const before = await state();
      const repo = gitRepo({ 'migrations/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY);' });
      repo.branch('change');
      repo.commit('change', {
        'migrations/002_a.sql': 'CREATE TABLE a (id bigint PRIMARY KEY);\n-- Rollback\n-- DROP TABLE a;\n',
        'migrations/003_b.sql': 'CREATE TABLE b (id bigint PRIMARY KEY);\n-- Rollback\n-- DROP TABLE b;\n',
      });
      const args = ['--rehearsal-url-env', 'SERVER', '--test-command', 'echo "[$DATABASE_URL]"'];
      const [first, second] = await Promise.all([
        check(repo, args, { env: { SERVER: url } }),
        check(repo, args, { env: { SERVER: url } }),
      ]);
      for (const result of [first, second]) {
        expect(result.report).toMatchObject({ result: 'passed', tests: [{ exitCode: 0 }] });
        expect(everythingOf(result)).not.toContain('p%4:/@x');
        expect(everythingOf(result)).not.toContain(encodeURIComponent('p%4:/@x'));
      }
      expect(await state()).toEqual(before);

      await admin.query('CREATE TABLE customers (id bigint)');
      const refused = await check(repo, args, { env: { SERVER: url } });
      expect(refused).toMatchObject({
        exitCode: 2,
        report: { result: 'error', error: { code: 'rehearsal-server-in-use' } },
      });
    });
  });
});

describe('the base schema', () => {
  const repoWithHistory = (): GitRepo => {
    const repo = gitRepo({
      'migrations/001_users.sql':
        'CREATE ROLE app;\nCREATE TABLE users (id bigint PRIMARY KEY);\nGRANT SELECT ON users TO app;\nALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app;',
      'migrations/002_owner.sql':
        'CREATE TABLE owned (id bigint PRIMARY KEY);\nALTER TABLE owned OWNER TO app;\nCREATE EXTENSION pg_trgm;',
    });
    repo.branch('change');
    repo.commit('change', {
      'migrations/003_both.sql':
        'ALTER TABLE owned ADD COLUMN a int;\nALTER TABLE users ADD COLUMN a int;\nCREATE TABLE fresh (id bigint PRIMARY KEY);\n-- Rollback\n-- DROP TABLE fresh;\n-- ALTER TABLE users DROP COLUMN a;\n-- ALTER TABLE owned DROP COLUMN a;\n',
    });
    return repo;
  };

  it('is kept between runs, and a run that finds it comes to the same verdict', async () => {
    const repo = repoWithHistory();
    const cache = temporaryFolder();
    const [cold, kept] = [await check(repo, [], { cache }), await check(repo, [], { cache })];
    expect([cold.report.rehearsal?.baseFromCache, kept.report.rehearsal?.baseFromCache]).toEqual([false, true]);
    const essence = ({ report }: Checked): unknown => ({
      result: report.result,
      findings: report.findings,
      schemaDiff: report.schemaDiff,
      migrations: report.migrations.map(({ id, status, down, schemaDiff }) => [id, status, down?.status, schemaDiff]),
    });
    expect(essence(kept)).toEqual(essence(cold));
    expect(cold.migration('003_both')).toMatchObject({ status: 'applied', down: { status: 'reversed' } });
    expect(cold.report.schemaDiff?.tables.find(({ name }) => name === 'public.fresh')?.lines.join()).toContain('app');
  });

  it('is built anew when anything that it is made from differs', async () => {
    const repo = repoWithHistory();
    const cache = temporaryFolder();
    await check(repo, [], { cache });
    repo.checkout('main');
    repo.commit('settings', { 'lockstep.yml': 'rehearsal:\n  settings:\n    app.tenant: x\n' });
    repo.checkout('change');
    const other = await check(repo, [], { cache });
    expect(other.report.rehearsal?.baseFromCache).toBe(false);
    expect(readdirSync(cache).length).toBeGreaterThan(1);
  });

  it('that cannot be built is an error with the lines to add', async () => {
    const repo = gitRepo({
      'migrations/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY);\nGRANT SELECT ON users TO "web-app";',
    });
    repo.branch('change');
    repo.commit('change', { 'migrations/002_a.sql': 'CREATE TABLE a (id bigint PRIMARY KEY);' });
    const result = await check(repo);
    expect(result.exitCode).toBe(2);
    expect(result.report.error?.code).toBe('base-history-failed');
    expect(result.stderr).toContain('migrations/001_users.sql:2:');
    expect(result.stderr).toContain('roles: ["web-app"]');
    repo.commit('settings', { 'lockstep.yml': 'rehearsal:\n  roles: ["web-app"]\n' });
    const mended = await check(repo);
    expect(mended.report.result).toBe('passed');
    expect(mended.finding('policy-added').path).toBe('lockstep.yml');
  });

  it('is what `rehearsal` in lockstep.yml makes it: preset, extensions, setup, placeholders, search_path', async () => {
    const repo = gitRepo({
      'lockstep.yml': `rehearsal:
  preset: supabase
  extensions: [hstore]
  setup: [db/setup.sql]
  placeholders: { OWNER: app_owner }
  search_path: 'app, public, extensions'
`,
      'db/setup.sql': 'CREATE ROLE app_owner;\nCREATE SCHEMA app;',
      'migrations/001_start.sql': `CREATE TABLE profiles (id uuid PRIMARY KEY REFERENCES auth.users, tags hstore);
ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON profiles FOR SELECT TO authenticated USING (auth.uid() = id);
ALTER TABLE profiles OWNER TO :OWNER;`,
    });
    repo.branch('change');
    repo.commit('change', {
      'migrations/002_more.sql':
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder in SQL
        'ALTER TABLE profiles ADD COLUMN owner text DEFAULT $$${OWNER}$$;\n-- Rollback\n-- ALTER TABLE profiles DROP COLUMN owner;\n',
    });
    const result = await check(repo);
    expect(result.report.schemaDiff?.tables[0]).toMatchObject({ name: 'app.profiles' });
    expect(result.migration('002_more')).toMatchObject({ status: 'applied', down: { status: 'reversed' } });
  });

  it('starts from a dump where `schema_file` names one', async () => {
    const repo = gitRepo({
      'lockstep.yml': 'rehearsal:\n  schema_file: db/schema.sql\n',
      'db/schema.sql':
        "\\restrict x\nSET statement_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.legacy (id bigint PRIMARY KEY);\n\\unrestrict x\n",
      'migrations/001_first.sql': 'ALTER TABLE nowhere ADD COLUMN a int;',
    });
    repo.branch('change');
    repo.commit('change', { 'migrations/002_more.sql': 'ALTER TABLE legacy ADD COLUMN a text;' });
    expect((await check(repo)).migration('002_more').status).toBe('applied');
  });
});

describe('the tool whose layout it is', () => {
  it('golang-migrate: a file is one query, its table is there with its row', async () => {
    const repo = gitRepo({
      'migrations/1_users.up.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, a int, b int);',
      'migrations/1_users.down.sql': 'DROP TABLE users;',
    });
    repo.branch('change');
    repo.commit('change', {
      'migrations/2_two.up.sql':
        'CREATE INDEX CONCURRENTLY a_idx ON users (a);\nCREATE INDEX CONCURRENTLY b_idx ON users (b);',
      'migrations/2_two.down.sql': 'DROP INDEX a_idx, b_idx;',
      'migrations/3_one.up.sql': 'CREATE INDEX CONCURRENTLY a_idx ON users (a);',
      'migrations/3_one.down.sql': 'DROP INDEX CONCURRENTLY a_idx;',
      'migrations/4_reads.up.sql': 'CREATE TABLE seen AS SELECT version FROM schema_migrations;',
      'migrations/4_reads.down.sql': 'DROP TABLE seen;',
    });
    const result = await check(repo);
    expect(result.report.project?.tool).toBe('golang-migrate');
    expect(result.migration('2_two')).toMatchObject({ status: 'failed', transaction: 'single' });
    expect(result.migration('3_one')).toMatchObject({
      status: 'applied',
      transaction: 'none',
      down: { status: 'reversed' },
    });
    expect(result.migration('4_reads')).toMatchObject({ status: 'applied', down: { status: 'reversed' } });
  });

  it('dbmate: opens a transaction whatever the section holds', async () => {
    const repo = gitRepo({
      'db/migrations/1_users.sql':
        '-- migrate:up\nCREATE TABLE users (id bigint PRIMARY KEY, a int);\n-- migrate:down\nDROP TABLE users;\n',
    });
    repo.branch('change');
    repo.commit('change', {
      'db/migrations/2_index.sql':
        '-- migrate:up\nCREATE INDEX CONCURRENTLY a_idx ON users (a);\n-- migrate:down\nDROP INDEX a_idx;\n',
    });
    const result = await check(repo);
    expect(result.migration('2_index')).toMatchObject({ status: 'failed', up: { error: { sqlstate: '25001' } } });
    expect(result.finding('migration-fails').help).toContain('transaction:false');
  });

  it('dbmate: sections, and its own word for no transaction', async () => {
    const repo = gitRepo({
      'db/migrations/20260101000000_users.sql':
        '-- migrate:up\nCREATE TABLE users (id bigint PRIMARY KEY, a int);\n-- migrate:down\nDROP TABLE users;\n',
    });
    repo.branch('change');
    repo.commit('change', {
      'db/migrations/20260102000000_index.sql':
        '-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY a_idx ON users (a);\n-- migrate:down transaction:false\nDROP INDEX CONCURRENTLY a_idx;\n',
    });
    const result = await check(repo);
    expect(result.report.project).toMatchObject({ tool: 'dbmate', directory: 'db/migrations' });
    expect(result.report.migrations[0]).toMatchObject({
      status: 'applied',
      transaction: 'none',
      down: { status: 'reversed' },
    });
    expect(result.report.result).toBe('passed');
  });
});

describe('git', () => {
  it('is deepened where it may, else the error holds the line to add', async () => {
    const repo = gitRepo({ 'migrations/001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY);' });
    repo.branch('change');
    repo.commit('change', { 'migrations/002_a.sql': 'CREATE TABLE a (id bigint PRIMARY KEY);' });
    const clone = repo.clone('--depth=1', '--branch=change');
    expect((await check(clone, ['--base', 'main'])).migration('002_a').status).toBe('applied');
    const offline = repo.clone('--depth=1', '--branch=change');
    offline.git('remote', 'set-url', 'origin', 'file:///nowhere/at/all');
    const result = await check(offline, ['--base', 'main']);
    expect(result).toMatchObject({ exitCode: 2, report: { result: 'error', error: { code: 'git-history-missing' } } });
    expect(result.stderr).toContain('fetch-depth: 0');
  });
});

function everythingOf({ stdout, stderr, report }: Checked): string {
  return stdout + stderr + JSON.stringify(report);
}
