import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OLDEST_POSSIBLE } from '../../../src/rehearsal/server/versions.ts';
import { type Invocation, readInvocation, type Surroundings } from '../../../src/settings/settings.ts';
import type { Settings } from '../../../src/settings/types.ts';

const directory = mkdtempSync(join(tmpdir(), 'lockstep-settings-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Given {
  readonly env?: Record<string, string>;
  readonly terminal?: boolean;
  /** Standard output goes into a pipe. */
  readonly piped?: boolean;
}

function invoke(args: readonly string[], { env = {}, terminal = false, piped = false }: Given = {}): Invocation {
  const stream: Surroundings['stdout'] = terminal ? { isTTY: true, columns: 93 } : {};
  return readInvocation({
    argv: ['node', 'lockstep', ...args],
    env: { HOME: directory, ...env },
    cwd: () => directory,
    stdin: stream,
    stdout: piped ? {} : stream,
    stderr: stream,
  });
}

function settings(args: readonly string[], given: Given = {}): Settings {
  const invocation = invoke(args, given);
  if (invocation.kind === 'invalid') throw invocation.error;
  if (invocation.kind !== 'command') throw new Error(`expected a command, got ${invocation.kind}`);
  return invocation.settings;
}

function complaint(args: readonly string[], given: Given = {}): string {
  const invocation = invoke(args, given);
  if (invocation.kind !== 'invalid') throw new Error(`expected problems, got ${invocation.kind}`);
  return invocation.error.message;
}

const actions = (inputs: Record<string, string> = {}): Given => ({ env: { GITHUB_ACTIONS: 'true', ...inputs } });

describe('the command line', () => {
  it.each([
    [[], { kind: 'help', command: undefined }],
    [['help'], { kind: 'help', command: undefined }],
    [['--help'], { kind: 'help', command: undefined }],
    [['help', 'check'], { kind: 'help', command: 'check' }],
    [['check', '--help'], { kind: 'help', command: 'check' }],
    [['-h', 'check', '--nonsense'], { kind: 'help', command: 'check' }],
    [['--version'], { kind: 'version' }],
    [['-v'], { kind: 'version' }],
    [['check', '--version'], { kind: 'version' }],
  ])('%j', (args, expected) => {
    expect(invoke(args)).toEqual(expected);
  });

  it('has a default for everything', () => {
    expect(settings(['check'])).toMatchObject({
      command: 'check',
      cwd: directory,
      actions: undefined,
      policyFrom: 'base',
      quiet: false,
      color: false,
      live: false,
      cacheDirectory: join(directory, '.cache/lockstep/bases'),
      base: undefined,
      head: undefined,
      reportPath: undefined,
      overrides: {
        tool: undefined,
        migrationsDirectory: undefined,
        postgresVersion: undefined,
        testCommand: undefined,
      },
    });
  });

  it('reads every option, as two words or with =', () => {
    const args = [
      '--base',
      'origin/main',
      '--head=HEAD~1',
      '--policy',
      'head',
      '--database',
      'billing',
      '--config=ls.yml',
    ];
    const more = [
      '--tool=flyway',
      '--migrations-directory',
      './db/',
      '--postgres-version=16',
      '--test-command',
      'npm test',
    ];
    expect(settings(['check', ...args, ...more, '--quiet', '--report', 'out/report.json'])).toMatchObject({
      base: 'origin/main',
      head: 'HEAD~1',
      policyFrom: 'head',
      database: 'billing',
      configPath: 'ls.yml',
      quiet: true,
      reportPath: join(directory, 'out/report.json'),
      overrides: { tool: 'flyway', migrationsDirectory: 'db', postgresVersion: 16, testCommand: 'npm test' },
    });
  });

  it('resolves paths as if it had been started in --cwd', () => {
    const parent = settings(['check', '--cwd', '..', '--report', 'r.json', '--cache-directory', 'c']);
    expect(parent).toMatchObject({
      cwd: tmpdir(),
      reportPath: join(tmpdir(), 'r.json'),
      cacheDirectory: join(tmpdir(), 'c'),
    });
  });

  it.each([
    [['chekc'], "unknown command 'chekc'; did you mean 'check'?"],
    [['help', 'chekc'], "unknown command 'chekc'; did you mean 'check'?"],
    [['check', '--bse', 'main'], "unknown option --bse; did you mean '--base'?"],
    [['check', '--base_ref=x'], 'unknown option --base_ref'],
    [['check', 'main'], "'main' is one word too many"],
    [['check', '--base'], '--base needs a value'],
    [['check', '--base', '--quiet'], '--base needs a value'],
    [['check', '--base='], "--base: expected a branch, tag or commit, found ''"],
    [['check', '--base', 'a', '--base', 'b'], '--base is given twice'],
    // git would take it for an option.
    [['check', '--head=--upload-pack=x'], "--head: expected a branch, tag or commit, found '--upload-pack=x'"],
    [['check', '--postgres-version', '16.2'], "--postgres-version: expected a whole number from 13 on, found '16.2'"],
    [['check', '--postgres-version=12'], "--postgres-version: expected a whole number from 13 on, found '12'"],
    [['check', '--policy', 'haed'], "--policy: expected base or head, found 'haed'; did you mean 'head'?"],
    [['check', '--quiet=maybe'], "--quiet: expected true or false, found 'maybe'"],
    [['check', '--migrations-directory', '/etc'], '--migrations-directory: expected a path inside the repository'],
    [['check', '--cwd', 'nowhere'], 'there is no directory'],
    [['check', '--no-cache', '--cache-directory', 'x'], 'a cache directory and no cache are both asked for'],
    [['--base', 'main'], 'which command?'],
  ])('%j: %s', (args, message) => {
    expect(complaint(args)).toContain(message);
  });

  it('tells all problems at once, and keeps the place of the report', () => {
    const args = ['check', '--head', '--quite', '--policy', 'x', '--postgres-version', 'new', '--report', 'r.json'];
    const invocation = invoke(args);
    expect(invocation).toMatchObject({
      kind: 'invalid',
      command: 'check',
      settings: { reportPath: join(directory, 'r.json') },
    });
    const told = complaint(args);
    for (const part of [
      '4 problems',
      '--head needs a value',
      "--quite; did you mean '--quiet'?",
      '--policy',
      '--postgres-version',
    ]) {
      expect(told).toContain(part);
    }
  });
});

describe('commands on a target', () => {
  const url = 'postgres://app:hunter2@db.example.com/shop';

  it('know the target, and leave a log in the state directory', () => {
    const read = settings(['apply', '--database-url', url, '--environment', 'staging', '--yes'], {
      env: { USER: 'ada' },
    });
    expect(read.target).toMatchObject({
      databaseUrl: url,
      environment: 'staging',
      yes: true,
      interactive: false,
      actor: 'ada',
      logDirectory: join(directory, '.local/state/lockstep/logs'),
    });
    expect(read.secrets).toContainEqual({ value: url, masked: true });
    expect(JSON.stringify(read.env)).not.toContain('hunter2');
  });

  it('leave their logs below RUNNER_TEMP in Actions, where nobody is asked', () => {
    const env = { ...actions().env, RUNNER_TEMP: '/tmp/runner', GITHUB_ACTOR: 'octocat', INPUT_COMMAND: 'plan' };
    expect(settings([], { env, terminal: true }).target).toMatchObject({
      interactive: false,
      actor: 'octocat',
      logDirectory: '/tmp/runner/lockstep/logs',
    });
  });

  it('may ask somebody who sits at a terminal', () => {
    expect(settings(['apply'], { terminal: true }).target.interactive).toBe(true);
  });

  it('take a digest with or without its algorithm', () => {
    const digest = 'ab'.repeat(32);
    for (const written of [digest, `sha256:${digest.toUpperCase()}`]) {
      expect(settings(['apply', '--plan', 'p.json', '--plan-digest', written]).target).toMatchObject({
        planFile: join(directory, 'p.json'),
        planDigest: digest,
      });
    }
  });

  it('resolve has the migration for a word of its own', () => {
    expect(settings(['resolve', '007_orders', '--as', 'retry']).target).toMatchObject({
      migration: '007_orders',
      resolveAs: 'retry',
    });
    const inputs = { INPUT_COMMAND: 'resolve', INPUT_ID: '007_orders', INPUT_AS: 'applied' };
    expect(settings([], actions(inputs)).target).toMatchObject({ migration: '007_orders', resolveAs: 'applied' });
  });

  it.each([
    [['apply', '--plan', 'p.json'], 'a plan and its digest go together'],
    [['apply', '--plan', 'p.json', '--plan-digest', 'abc'], '--plan-digest: expected a sha256'],
    [['apply', '--lock-wait', '5'], '--lock-wait: expected a duration'],
    [['apply', '--on-busy', 'skp'], "did you mean 'skip'?"],
    [['apply', '--database-url', 'mysql://x'], 'the database URL does not begin with postgres://'],
    [['apply', '007_orders'], "'007_orders' is one word too many"],
    [['resolve', '--as', 'retry'], 'ID is missing'],
    [['resolve', '007_orders'], '--as is missing'],
    [['resolve', '007_orders', '008_more', '--as', 'retry'], "'008_more' is one word too many"],
    [['baseline'], '--to is missing'],
    [['check', '--database-url', url], "--database-url is not an option of 'check'"],
  ])('%j: %s', (args, message) => {
    const told = complaint(args);
    expect(told).toContain(message);
    expect(told).not.toContain('hunter2');
  });
});

describe('the inputs of the action', () => {
  it('are read without arguments inside Actions; an empty one is not given', () => {
    const inputs = {
      INPUT_COMMAND: 'check',
      INPUT_BASE: 'main',
      INPUT_HEAD: '',
      INPUT_QUIET: 'true',
      INPUT_POSTGRES_VERSION: '15',
    };
    expect(settings([], actions(inputs))).toMatchObject({
      actions: { event: { kind: 'other' } },
      base: 'main',
      head: undefined,
      quiet: true,
      cacheDirectory: undefined,
      overrides: { postgresVersion: 15 },
    });
  });

  it('mean check when no command is given', () => {
    expect(settings([], actions())).toMatchObject({ command: 'check' });
  });

  it('are not read when there are arguments', () => {
    expect(settings(['check'], actions({ INPUT_BASE: 'main' }))).toMatchObject({
      base: undefined,
      actions: { runAttempt: 1 },
    });
  });

  it('are not read outside Actions', () => {
    expect(invoke([], { env: { INPUT_COMMAND: 'check' } })).toEqual({ kind: 'help', command: undefined });
  });

  it('leave alone the variables of other actions', () => {
    expect(settings([], actions({ INPUT_NODE_VERSION: '20' })).command).toBe('check');
  });

  it.each([
    [{ INPUT_COMMAND: 'aply' }, "command: unknown command 'aply'"],
    [{ INPUT_QUIET: 'yes' }, "input quiet: expected true or false, found 'yes'"],
  ])('%j: %s', (inputs, message) => {
    expect(complaint([], actions(inputs))).toContain(message);
  });
});

describe('a secret', () => {
  const url = 'postgres://postgres:hunter2@localhost/postgres';

  it('may stand in a variable that the command line names', () => {
    const read = settings(['check', '--rehearsal-url-env', 'REHEARSAL'], { env: { REHEARSAL: url, OTHER: 'x' } });
    expect(read.rehearsalUrl).toBe(url);
    expect(read.env).toMatchObject({ OTHER: 'x' });
    expect(read.env).not.toHaveProperty('REHEARSAL');
  });

  it('is an input, and no child process gets it', () => {
    const read = settings([], actions({ INPUT_REHEARSAL_URL: url, INPUT_BASE: 'main' }));
    expect(read.rehearsalUrl).toBe(url);
    expect(JSON.stringify(read.env)).not.toContain('hunter2');
  });

  it.each([
    [['--rehearsal-url-env', 'MISSING'], 'the environment variable MISSING is not set'],
    [['--rehearsal-url-env', 'REHEARSAL', '--rehearsal-url', 'postgres://x'], 'exclude each other'],
    [['--rehearsal-url', 'mysql://root:hunter2@db'], 'the rehearsal URL does not begin with postgres://'],
  ])('%j: %s, and its text is in no message', (args, message) => {
    const told = complaint(['check', ...args], { env: { REHEARSAL: url } });
    expect(told).toContain(message);
    expect(told).not.toContain('hunter2');
  });
});

describe('colour and live progress', () => {
  it.each([
    ['a terminal gets both', { terminal: true }, [], true, true],
    ['a pipe gets neither', {}, [], false, false],
    ['--no-color', { terminal: true }, ['--no-color'], false, true],
    ['NO_COLOR', { terminal: true, env: { NO_COLOR: '1' } }, [], false, true],
    ['an empty NO_COLOR says nothing', { terminal: true, env: { NO_COLOR: '' } }, [], true, true],
    ['FORCE_COLOR for a pipe', { env: { FORCE_COLOR: '1' } }, [], true, false],
    ['FORCE_COLOR=0', { terminal: true, env: { FORCE_COLOR: '0' } }, [], false, true],
    ['a dumb terminal', { terminal: true, env: { TERM: 'dumb' } }, [], false, false],
    ['Actions', { terminal: true, env: { GITHUB_ACTIONS: 'true' } }, [], false, false],
  ])('%s', (_, given, args, color, live) => {
    expect(settings(['check', ...args], given)).toMatchObject({ color, live });
  });

  it('takes no major of Postgres that the rehearsal would refuse in the end', () => {
    expect(settings(['check', '--postgres-version', String(OLDEST_POSSIBLE)]).overrides.postgresVersion).toBe(
      OLDEST_POSSIBLE,
    );
    expect(complaint(['check', '--postgres-version', String(OLDEST_POSSIBLE - 1)])).toContain('--postgres-version');
  });

  it('takes the width of the terminal', () => {
    expect(settings(['check'], { terminal: true }).width).toBe(93);
    expect(settings(['check'], { terminal: true, piped: true }).width).toBe(93);
    expect(settings(['check']).width).toBe(100);
  });
});
