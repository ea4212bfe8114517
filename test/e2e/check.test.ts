import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../support/check.ts';
import { type GitRepo, gitRepo } from '../support/git-repo.ts';
import { isRunning } from '../support/processes.ts';

/** `lockstep check` as a team meets it: the built bundle, real git, Squawk and Postgres. */

const USERS = `CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
INSERT INTO users (email) VALUES ('ada@example.com');
`;

/** A repository whose base has one table; `files` are what the branch adds, committed. */
function branchWith(
  files: Readonly<Record<string, string | Buffer>>,
  base: Readonly<Record<string, string>> = {},
): GitRepo {
  const repo = gitRepo({ 'migrations/001_users.sql': USERS, ...base });
  repo.branch('change');
  repo.commit('change', files);
  return repo;
}

describe('a clean change', () => {
  it('passes with its reversal proven and its schema difference told, briefly', async () => {
    const repo = branchWith({
      'migrations/002_nickname.sql':
        '-- lockstep: why=people want to be called by another name\nALTER TABLE users ADD COLUMN nickname text;\n\n-- Rollback\n-- ALTER TABLE users DROP COLUMN nickname;\n',
    });
    const result = await check(repo);
    expect(result.exitCode).toBe(0);
    expect(result.report).toMatchObject({ result: 'passed', command: 'check' });
    // `SELECT *` that was prepared before: a note.
    expect(result.report.findings).toMatchObject([{ rule: 'breaks-select-star', severity: 'info' }]);
    expect(result.migration('002_nickname')).toMatchObject({
      change: 'added',
      status: 'applied',
      transaction: 'single',
      why: 'people want to be called by another name',
      down: { status: 'reversed', losesData: ['values of column public.users.nickname'] },
      schemaDiff: [expect.stringContaining('nickname')],
    });
    expect(result.report.schemaDiff?.tables).toEqual([
      { name: 'public.users', kind: 'table', change: 'changed', lines: ['+ nickname text'] },
    ]);
    expect(result.stdout.split('\n')[0]).toMatch(/^✓ 1 migration: passed/);
    expect(result.stdout.trimEnd().split('\n').length).toBeLessThan(20);
  });

  it('tells of a statement what it makes, and that it locks nothing that is there', async () => {
    const result = await check(branchWith({ 'migrations/002_a.sql': 'CREATE TABLE a (id bigint PRIMARY KEY);' }));
    const statement = result.migration('002_a').up?.statements[0];
    expect(statement).toMatchObject({ index: 0, line: 1, sql: 'CREATE TABLE a (id bigint PRIMARY KEY)' });
    expect(statement).toMatchObject({ locks: [], creates: ['public.a', 'public.a_pkey'] });
    for (const key of ['rewrites', 'scans', 'writes', 'drops']) expect(statement).not.toHaveProperty(key);
    expect(result.migration('002_a').risk).toEqual({ level: 'low', reasons: [] });
  });

  it('is answered at once when no migration changed', async () => {
    const repo = gitRepo({ 'migrations/001_users.sql': USERS });
    repo.branch('change');
    repo.commit('docs', { 'README.md': 'hello' });
    const result = await check(repo);
    expect(result).toMatchObject({ exitCode: 0, report: { result: 'noop', migrations: [], findings: [] } });
    expect(result.report.rehearsal).toBeUndefined();
  });

  it('looks at the working tree when no head is given, and at commits alone when one is', async () => {
    const repo = gitRepo({ 'migrations/001_users.sql': USERS });
    repo.branch('change');
    repo.write({ 'migrations/002_draft.sql': 'ALTER TABLE users ADD COLUMN draft text;' });
    const working = await check(repo);
    expect(working.migration('002_draft').status).toBe('applied');
    expect(working.report.git?.headSha).toBeNull();
    expect((await check(repo, ['--head', 'change'])).report.result).toBe('noop');
  });
});

describe('a migration that fails', () => {
  it('is told with file, line, column, caret, SQLSTATE, hint and what ran before', async () => {
    const repo = branchWith({
      'migrations/002_näme & co.sql':
        "-- größe 😀\nALTER TABLE users ADD COLUMN age int;\n  UPDATE users SET 'ü' || emial = '';\n",
      'migrations/003_after.sql': 'CREATE TABLE unrelated (id bigint PRIMARY KEY);',
      'migrations/004_index.sql': "SELECT 'é', emial FROM users;",
    });
    repo.commit('mend the syntax', {
      'migrations/002_näme & co.sql':
        "-- größe 😀\nALTER TABLE users ADD COLUMN age int;\n  UPDATE users SET email = '😀' || emial;\n",
    });
    const result = await check(repo);
    expect(result).toMatchObject({ exitCode: 1, report: { result: 'blocked' } });
    const { up, status } = result.migration('002_näme & co');
    expect(status).toBe('failed');
    expect(up?.error).toMatchObject({
      sqlstate: '42703',
      path: 'migrations/002_näme & co.sql',
      line: 3,
      column: 36,
      statement: 1,
      hint: expect.stringContaining('email'),
      ranBefore: '1 statement of this file ran before it and was rolled back',
    });
    expect(up?.error?.excerpt?.split('\n')[1]?.indexOf('^')).toBe(up?.error?.excerpt?.split('\n')[0]?.indexOf('emial'));
    expect(result.migration('003_after').status).toBe('applied');
    expect(result.stdout).toContain('SQLSTATE 42703');
    expect(result.stdout).toContain('migrations/002_näme & co.sql');
  });

  it('does not drag along those that need it: they are not run, and coverage says why', async () => {
    const result = await check(
      branchWith({
        'migrations/002_broken.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES usrs);',
        'migrations/003_needs_it.sql': 'ALTER TABLE orders ADD COLUMN note text;',
      }),
    );
    expect(result.migration('003_needs_it').status).toBe('not-run');
    expect(result.report.coverage.notAnalysed).toContainEqual({
      path: 'migrations/003_needs_it.sql',
      reason: expect.stringContaining('it needs what 002_broken makes, which did not run'),
    });
    expect(result.report.findings.filter(({ rule }) => rule === 'migration-fails')).toHaveLength(1);
  });

  it('that stops half-way without a transaction is called partial', async () => {
    const result = await check(
      branchWith({
        'migrations/002_two.sql':
          '-- lockstep: no-transaction\nCREATE TABLE stays (id bigint PRIMARY KEY);\nCREATE INDEX CONCURRENTLY nope ON users (nope);',
      }),
    );
    expect(result.migration('002_two')).toMatchObject({ status: 'partial', transaction: 'none' });
  });

  it('only when it follows the others on one connection is found by running all together', async () => {
    // A session's advisory lock is what the reset between migrations leaves alone: the deploy holds its own by one.
    const result = await check(
      branchWith({
        'migrations/002_holds.sql': 'SELECT pg_advisory_lock(7);',
        'migrations/003_minds.sql': `DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) THEN
    RAISE EXCEPTION 'somebody left a lock';
  END IF;
END $$;`,
      }),
    );
    expect(result.report.migrations.map(({ status }) => status)).toEqual(['applied', 'applied']);
    expect(result.finding('fails-together')).toMatchObject({
      severity: 'block',
      path: 'migrations/003_minds.sql',
      message: expect.stringContaining('somebody left a lock'),
    });
    expect(result.exitCode).toBe(1);
  });
});

describe('a down script', () => {
  const add = 'ALTER TABLE users ADD COLUMN age bigint;\nCREATE INDEX users_age_idx ON users (age);\n';
  it.each([
    ['that restores the schema', '-- ALTER TABLE users DROP COLUMN age;', 'reversed', undefined],
    ['that forgets something', '-- DROP INDEX users_age_idx;', 'different', 'down-differs'],
    ['that fails', '-- ALTER TABLE users DROP COLUMN aeg;', 'failed', 'down-fails'],
    ['with a syntax error', '-- ALTER TABEL users DROP COLUMN age;', undefined, 'syntax-error'],
  ])('%s', async (_what, down, status, rule) => {
    const result = await check(branchWith({ 'migrations/002_age.sql': `${add}\n-- Rollback\n${down}\n` }));
    if (status) expect(result.migration('002_age').down?.status).toBe(status);
    if (rule) {
      expect(result.exitCode).toBe(1);
      expect(result.finding(rule)).toMatchObject({ severity: 'block', path: 'migrations/002_age.sql', line: 5 });
    } else expect(result.rules).not.toContain('down-differs');
  });

  it('that leaves behind what is not in the way of the next up warns', async () => {
    const sql = 'CREATE SCHEMA IF NOT EXISTS extra;\nCREATE TABLE extra.a (id bigint PRIMARY KEY);\n';
    const result = await check(branchWith({ 'migrations/002_a.sql': `${sql}\n-- Rollback\n-- DROP TABLE extra.a;\n` }));
    expect(result.migration('002_a').down?.status).toBe('different');
    expect(result.finding('down-differs').severity).toBe('warn');
    expect(result.exitCode).toBe(0);
  });

  it.each([
    ['a setting', 'lint:\n  rules:\n    up-again-fails: warn\n', '', 'warn'],
    ['a setting that takes it away', 'lint:\n  rules:\n    up-again-fails: off\n', '', 'warn'],
    ['a comment', '', '-- lockstep-ignore-file up-again-fails -- nobody goes back and forth\n', 'warn'],
    ['nobody', '', '', 'block'],
  ])('that stops the next up is worth what %s says of that', async (_who, settings, comment, severity) => {
    const sql = `${comment}CREATE TABLE a (id bigint PRIMARY KEY);\nCREATE TABLE b (id bigint PRIMARY KEY);\n`;
    const repo = branchWith(
      { 'migrations/002_a.sql': `${sql}\n-- Rollback\n-- DROP TABLE a;\n` },
      settings === '' ? {} : { 'lockstep.yml': settings },
    );
    const result = await check(repo);
    expect(result.finding('down-differs').severity).toBe(severity);
    const open = result.report.findings.filter(({ suppressed }) => suppressed === undefined);
    expect(open.map(({ rule }) => rule)).not.toContain('up-again-fails');
    expect(open.map(({ rule }) => rule)).not.toContain('unused-suppression');
  });

  it('that is missing is a note, and one that says why there is none is irreversible', async () => {
    const result = await check(
      branchWith({
        'migrations/002_a.sql': 'CREATE TABLE a (id bigint PRIMARY KEY);',
        'migrations/003_b.sql':
          '-- lockstep: irreversible reason=the old rows are gone\nCREATE TABLE b (id bigint PRIMARY KEY);',
      }),
    );
    expect(result.exitCode).toBe(0);
    expect(result.migration('002_a').down?.status).toBe('missing');
    expect(result.migration('003_b').down?.status).toBe('irreversible');
    expect(result.finding('down-missing').severity).toBe('info');
  });
});

describe('files that cannot be looked at', () => {
  it('are each named, and never hide the others', async () => {
    const result = await check(
      branchWith({
        'migrations/002_nul.sql': 'SELECT 1;\0SELECT 2;',
        'migrations/003_latin1.sql': Buffer.from("INSERT INTO users (email) VALUES ('\xe9');", 'latin1'),
        'migrations/004_syntax.sql': 'CREATE TABLE x (\n  id bigint,\n);',
        'migrations/005_psql.sql': '\\set x 1\nSELECT 1;',
        'migrations/006_copy.sql': 'COPY users (email) FROM stdin;\nada@example.com\n\\.\n',
        'migrations/007_empty.sql': '',
        'migrations/008_comment.sql': '-- nothing to do\n',
        'migrations/009_bom.sql':
          '\uFEFFCREATE TABLE bom (id bigint PRIMARY KEY);\r\nCREATE TABLE crlf (id bigint PRIMARY KEY);\r\n',
        'migrations/010_commit.sql': 'CREATE TABLE half (id bigint PRIMARY KEY);\nCOMMIT;\nSELECT 1/0;',
        'migrations/011_good.sql': 'CREATE TABLE good (id bigint PRIMARY KEY);',
      }),
    );
    expect(result.exitCode).toBe(1);
    const blocked = Object.fromEntries(
      result.report.findings
        .filter(({ severity }) => severity === 'block')
        .map(({ path, rule, line }) => [path.slice(11, 14), `${rule}:${line}`]),
    );
    expect(blocked).toEqual({
      '002': 'file-unreadable:1',
      '003': 'file-unreadable:1',
      '004': 'syntax-error:3',
      '005': 'psql-meta-command:1',
      '006': 'copy-from-stdin:1',
      '010': 'transaction-control:2',
    });
    expect(result.report.migrations.filter(({ status }) => status === 'applied').map(({ id }) => id)).toEqual([
      '007_empty',
      '008_comment',
      '009_bom',
      '011_good',
    ]);
    const unseen = new Set(result.report.coverage.notAnalysed.map(({ path }) => path.slice(11, 14)));
    for (const number of ['002', '003', '004', '005', '006', '010']) expect(unseen).toContain(number);
  });

  it('of 20 MB work', async () => {
    const row = "INSERT INTO users (email) VALUES ('somebody@example.com');\n";
    const result = await check(branchWith({ 'migrations/002_big.sql': row.repeat(Math.ceil(2e7 / row.length)) }));
    expect(result.migration('002_big').status).toBe('applied');
    expect(result.report.coverage.statements).toBeGreaterThan(300_000);
  });
});

describe("a pull request's SQL is untrusted", () => {
  it.each([
    ['runs a program on the server', "COPY users FROM PROGRAM 'touch /tmp/pwned';"],
    ['reads a file of the server', "SELECT pg_read_file('/etc/passwd');"],
    ['makes itself superuser', 'ALTER ROLE lockstep_rehearsal SUPERUSER;'],
    ['makes a role', 'CREATE ROLE intruder LOGIN;'],
    ['brings an untrusted extension', 'CREATE EXTENSION file_fdw;'],
  ])('one that %s is refused, and told how to go on', async (_what, sql) => {
    const result = await check(branchWith({ 'migrations/002_bad.sql': sql }));
    expect(result.exitCode).toBe(1);
    expect(result.finding('needs-superuser').help).toContain('rehearsal.superuser');
  });

  it('does not reach the superuser through what the history left: an event trigger on login, an extension', async () => {
    const repo = branchWith(
      {
        'migrations/003_trap.sql': `CREATE TABLE seen (who text);
CREATE OR REPLACE FUNCTION on_login() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO public.seen SELECT current_user WHERE (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
END $$;`,
        'migrations/004_dblink.sql': "SELECT dblink_connect_u('dbname=postgres user=postgres');",
        'migrations/005_witness.sql':
          "DO $$ BEGIN IF EXISTS (SELECT FROM seen) THEN RAISE EXCEPTION 'a superuser came by: %', (SELECT who FROM seen); END IF; END $$;",
      },
      {
        'migrations/002_hooks.sql': `CREATE EXTENSION dblink;
CREATE FUNCTION on_login() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER on_login ON login EXECUTE FUNCTION on_login();
ALTER EVENT TRIGGER on_login ENABLE ALWAYS;`,
      },
    );
    const result = await check(repo, ['--postgres-version', '18']);
    expect(result.migration('004_dblink').up?.error?.sqlstate).toBe('42501');
    expect(result.migration('005_witness').status).toBe('applied');
  });

  it('and the base may allow what the deploy may do', async () => {
    const role = {
      'migrations/002_role.sql': 'CREATE ROLE reporting;\n',
      'migrations/003_grant.sql': 'GRANT SELECT ON users TO reporting;\n',
    };
    const allowed = branchWith(role, { 'lockstep.yml': 'rehearsal:\n  superuser: true\n' });
    const result = await check(allowed);
    expect(result.rules.filter((rule) => rule !== 'down-missing' && rule !== 'cluster-wide-statement')).toEqual([]);
    expect(result.exitCode).toBe(0);
  });

  it('cannot switch off its own judge', async () => {
    const repo = branchWith(
      {
        'migrations/002_drop.sql': 'DROP TABLE users;',
        'lockstep.yml': 'lint:\n  rules:\n    ban-drop-table: off\nrehearsal:\n  superuser: true\n',
      },
      { 'lockstep.yml': 'lock_timeout: 3s\n' },
    );
    const result = await check(repo);
    expect(result.rules).toContain('ban-drop-table');
    expect(result.finding('policy-changed')).toMatchObject({
      path: 'lockstep.yml',
      severity: 'warn',
      source: 'policy',
    });
    const tried = await check(repo, ['--policy', 'head']);
    expect(tried.rules).not.toContain('ban-drop-table');
  });
});

describe('what the schema tells', () => {
  it('finds what CASCADE dropped though no statement names it, and a DROP IF EXISTS of a wrong name', async () => {
    const repo = branchWith(
      { 'migrations/003_drop.sql': 'DROP TYPE mood CASCADE;\nDROP TABLE IF EXISTS user;\nDROP TABLE IF EXISTS userz;' },
      {
        'migrations/002_mood.sql':
          "CREATE TYPE mood AS ENUM ('good', 'bad');\nALTER TABLE users ADD COLUMN mood mood;\n",
      },
    );
    repo.commit('mend', { 'migrations/003_drop.sql': 'DROP TYPE mood CASCADE;\nDROP TABLE IF EXISTS userz;' });
    const result = await check(repo);
    expect(result.finding('dropped-by-cascade')).toMatchObject({
      severity: 'block',
      line: 1,
      message: expect.stringContaining('public.users.mood'),
    });
    expect(result.finding('named-but-unchanged')).toMatchObject({ line: 2, message: expect.stringContaining('userz') });
  });
});

describe("the project's tests", () => {
  const migration = { 'migrations/002_nickname.sql': "ALTER TABLE users ADD COLUMN nickname text DEFAULT 'x';" };

  it('meet a database at the new schema by DATABASE_URL and PG variables', async () => {
    const repo = branchWith(migration);
    const pg = new URL('../../node_modules/pg/lib/index.js', import.meta.url).pathname;
    writeFileSync(
      join(repo.dir, 'test.cjs'),
      `const { Client } = require(${JSON.stringify(pg)});
(async () => {
  for (const config of [{ connectionString: process.env.DATABASE_URL }, {}]) {
    const client = new Client(config);
    await client.connect();
    const { rows } = await client.query('SELECT nickname, current_user::text AS role, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS super FROM users');
    console.log(JSON.stringify(rows));
    await client.query('CREATE TABLE made_by_tests (a int)');
    await client.query('DROP TABLE made_by_tests');
    await client.end();
  }
})();`,
    );
    const result = await check(repo, ['--test-command', `"${process.execPath}" test.cjs && echo "cwd=$PWD" > out.txt`]);
    expect(result.report.tests).toEqual([
      { phase: 'after', command: expect.any(String), exitCode: 0, durationMs: expect.any(Number) },
    ]);
    expect(result.exitCode).toBe(0);
    expect(result.stderr).toContain('[{"nickname":"x","role":"lockstep_rehearsal","super":false}]');
    expect(readFileSync(join(repo.dir, 'out.txt'), 'utf8')).toBe(`cwd=${repo.dir}\n`);
  });

  it('block when they fail, and their output is shown', async () => {
    const result = await check(branchWith(migration), ['--test-command', 'echo the till is empty >&2; exit 3']);
    expect(result).toMatchObject({ exitCode: 1, report: { result: 'blocked', tests: [{ exitCode: 3 }] } });
    expect(result.finding('tests-fail').severity).toBe('block');
    expect(result.stdout).toContain('the till is empty');
  });

  it('are ended with all they started when they take too long', async () => {
    const repo = branchWith(migration, { 'lockstep.yml': 'test_timeout: 1s\n' });
    const result = await check(repo, ['--test-command', 'sleep 971 & echo $! > pid.txt; sleep 972']);
    expect(result.report.tests?.[0]).toMatchObject({ exitCode: null, timedOut: true });
    const pid = Number(readFileSync(join(repo.dir, 'pid.txt'), 'utf8'));
    expect(isRunning(pid)).toBe(false);
  });

  it('that take too long have failed, whatever they say when they are ended', async () => {
    const repo = branchWith(migration, { 'lockstep.yml': 'test_timeout: 1s\n' });
    const result = await check(repo, ['--test-command', "trap 'exit 0' TERM; sleep 30 & wait"]);
    expect(result).toMatchObject({ exitCode: 1, report: { result: 'blocked', tests: [{ timedOut: true }] } });
    expect(result.stdout).not.toContain('passed');
  });

  it('do not run when a migration failed', async () => {
    const result = await check(branchWith({ 'migrations/002_a.sql': 'SELECT nope;' }), [
      '--test-command',
      'touch ran.txt',
    ]);
    expect(result.report.tests).toBeUndefined();
    expect(result.report.notices?.join()).toContain('tests did not run');
  });
});
