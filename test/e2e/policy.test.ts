import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../support/check.ts';
import { type GitRepo, gitRepo } from '../support/git-repo.ts';

/** A change cannot switch off its own judge: every way to try it that a reader has thought of. */

type Files = Readonly<Record<string, string | null>>;

const USERS = 'CREATE TABLE users (id bigint PRIMARY KEY, legacy text);';
const DROP = 'ALTER TABLE users DROP COLUMN legacy;';

function change(base: Readonly<Record<string, string>>, files: Files): GitRepo {
  const repo = gitRepo({ 'migrations/001_users.sql': USERS, ...base });
  repo.branch('change');
  repo.commit('change', files);
  return repo;
}

describe('a change that points elsewhere', () => {
  it.each([
    ['the base names no folder', {}, 'migrations:\n  directory: app/migrations\n'],
    [
      'the base has other settings',
      { 'lockstep.yml': 'lock_timeout: 3s\n' },
      'lock_timeout: 3s\nmigrations:\n  directory: app/migrations\n',
    ],
    [
      'the base names its folder',
      { 'lockstep.yml': 'migrations:\n  directory: migrations\n' },
      'migrations:\n  directory: app/migrations\n',
    ],
    ['a list of databases does it', {}, 'databases:\n  - name: x\n    migrations:\n      directory: app/migrations\n'],
  ])('does not hide what it does to the old folder, when %s', async (_when, base, settings) => {
    const repo = change(
      { 'app/migrations/001_old.sql': 'CREATE TABLE old (id bigint PRIMARY KEY);', ...base },
      { 'migrations/002_drop.sql': 'DROP TABLE users;', 'lockstep.yml': settings },
    );
    const result = await check(repo);
    expect(result.exitCode).toBe(1);
    expect(JSON.stringify(result.report.findings)).toContain('migrations/002_drop.sql');
  });

  it('and moves everything is compared migration by migration', async () => {
    const repo = gitRepo({ 'migrations/001_users.sql': USERS });
    repo.branch('change');
    repo.rename('migrations', 'db/migrations');
    repo.commit('move', { 'db/migrations/002_more.sql': 'ALTER TABLE users ADD COLUMN more text;' });
    const result = await check(repo);
    expect(result.migration('002_more').status).toBe('applied');
    expect(result.exitCode).toBe(0);
  });
});

describe('settings that a change brings', () => {
  it('in a folder of its own do not replace the judge at the root', async () => {
    const repo = gitRepo({
      'lockstep.yml': 'lint:\n  rules:\n    ban-drop-column: block\n',
      'svc/migrations/001_users.sql': USERS,
    });
    repo.branch('change');
    repo.commit('change', {
      'svc/migrations/002_drop.sql': DROP,
      'svc/lockstep.yml': 'lint:\n  rules:\n    ban-drop-column: off\n',
    });
    const result = await check(repo, [], { cwd: join(repo.dir, 'svc') });
    expect(result.rules).toEqual(expect.arrayContaining(['ban-drop-column', 'policy-changed']));
    expect(result.exitCode).toBe(1);
  });

  it('for Squawk do not count while the base has any settings', async () => {
    const repo = change(
      { 'lockstep.yml': 'lint:\n  rules:\n    ban-drop-column: block\n' },
      { 'migrations/002_drop.sql': DROP, '.squawk.toml': 'excluded_paths = ["**"]\n' },
    );
    const result = await check(repo);
    expect(result.rules).toContain('ban-drop-column');
    expect(result.finding('policy-changed').path).toBe('.squawk.toml');
  });

  it('count when they are the first, and that is said', async () => {
    const repo = change(
      {},
      { 'migrations/002_drop.sql': DROP, 'lockstep.yml': 'lint:\n  rules:\n    ban-drop-column: off\n' },
    );
    const result = await check(repo);
    expect(result.rules).not.toContain('ban-drop-column');
    expect(result.finding('policy-added').severity).toBe('warn');
  });

  it('never give themselves a superuser, SQL that runs as one, or a program', async () => {
    const repo = change(
      {},
      {
        'lockstep.yml': 'test_command: touch ran.txt\nrehearsal:\n  superuser: true\n  setup: [db/setup.sql]\n',
        'db/setup.sql': "COPY (SELECT 1) TO PROGRAM 'cat > /tmp/lockstep-pwned';",
        'migrations/002_bad.sql': "COPY users FROM PROGRAM 'id';",
      },
    );
    const result = await check(repo);
    expect(result.finding('needs-superuser').severity).toBe('block');
    expect(result.report.notices?.join()).toContain('rehearsal.superuser');
    expect(result.report.tests).toBeUndefined();
  });

  it('alone are judged by what the base says of such changes', async () => {
    const base = { 'lockstep.yml': 'lint:\n  rules:\n    policy-changed: block\n' };
    const result = await check(change(base, { 'lockstep.yml': 'lint:\n  rules:\n    policy-changed: off\n' }));
    expect(result).toMatchObject({ exitCode: 1, report: { result: 'blocked' } });
  });

  it('may say where Squawk finds its own, and the one at base holds all the same', async () => {
    const repo = change(
      { 'other.toml': '' },
      {
        'other.toml': 'excluded_paths = ["**"]\n',
        'lockstep.yml': 'lint:\n  squawk_config: other.toml\n',
        'migrations/002_drop.sql': DROP,
      },
    );
    const result = await check(repo);
    expect(result.rules).toContain('ban-drop-column');
    expect(result.report.findings.find(({ path }) => path === 'other.toml')?.message).toContain(
      "base branch's settings hold",
    );
  });

  it('are judged by the base even when this change deletes them', async () => {
    const repo = change(
      { 'lockstep.yml': 'lint:\n  rules:\n    ban-drop-column: block\n' },
      { 'lockstep.yml': null, 'migrations/002_drop.sql': DROP },
    );
    expect((await check(repo)).rules).toEqual(expect.arrayContaining(['ban-drop-column', 'policy-changed']));
  });
});

describe('settings at base that cannot serve', () => {
  it('because they are broken do not stop the change that mends them', async () => {
    const repo = change(
      { 'lockstep.yml': 'lock_timout: 3s\n' },
      { 'lockstep.yml': 'lock_timeout: 3s\n', 'migrations/002_a.sql': 'CREATE TABLE a (id bigint PRIMARY KEY);' },
    );
    const result = await check(repo);
    expect(result.migration('002_a').status).toBe('applied');
    expect(result.report.notices?.join()).toContain('lockstep.yml on the base branch does not serve this run');
  });

  it('because a database is new do not stop the change that brings it', async () => {
    const repo = change(
      { 'lockstep.yml': 'migrations:\n  directory: migrations\n' },
      {
        'lockstep.yml':
          'databases:\n  - name: main\n    migrations:\n      directory: migrations\n  - name: app\n    migrations:\n      directory: app\n',
        'app/001_a.sql': 'CREATE TABLE a (id bigint PRIMARY KEY);',
      },
    );
    const result = await check(repo, ['--database', 'app']);
    expect(result.report.database).toBe('app');
    expect(result.migration('001_a').status).toBe('applied');
  });
});

describe('a failure', () => {
  it.each([
    ['by settings', { 'lockstep.yml': 'lint:\n  rules:\n    migration-fails: off\n    tests-fail: off\n' }, ''],
    ['by the migration itself', {}, '-- lockstep-ignore-file migration-fails -- shh\n'],
  ])('of a migration cannot be switched off %s', async (_how, base, comment) => {
    const result = await check(change(base, { 'migrations/002_bad.sql': `${comment}SELECT 1/0;` }));
    expect(result).toMatchObject({ exitCode: 1, report: { result: 'blocked' } });
    expect(result.stdout).not.toContain('passed');
  });

  it('of the tests cannot be switched off', async () => {
    const base = { 'lockstep.yml': 'test_command: "false"\nlint:\n  rules:\n    tests-fail: off\n' };
    const sql = '-- lockstep-ignore-file tests-fail -- shh\nCREATE TABLE a (id bigint PRIMARY KEY);';
    const result = await check(change(base, { 'migrations/002_a.sql': sql }));
    expect(result).toMatchObject({ exitCode: 1, report: { result: 'blocked', tests: [{ exitCode: 1 }] } });
  });
});

describe('history.accept', () => {
  const edited = { 'migrations/001_users.sql': USERS.replace('legacy text', 'legacy varchar(9)') };
  const accept = 'history:\n  accept:\n    - path: migrations/001_users.sql\n      reason: never left the branch\n';

  it('releases what the change that brings it does, and shows the reason', async () => {
    const result = await check(change({}, { ...edited, 'lockstep.yml': accept }));
    expect(result.finding('migration-edited').suppressed).toEqual({ reason: 'never left the branch' });
    expect(result.exitCode).toBe(0);
  });

  it('does not release later edits', async () => {
    expect((await check(change({ 'lockstep.yml': accept }, edited))).exitCode).toBe(1);
  });

  it('is forbidden by never at base', async () => {
    const repo = change({ 'lockstep.yml': 'history:\n  accept: never\n' }, { ...edited, 'lockstep.yml': accept });
    expect((await check(repo)).rules).toContain('migration-edited');
  });
});
