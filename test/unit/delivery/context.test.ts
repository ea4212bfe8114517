import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { linksOf, markerOf } from '../../../src/delivery/context.ts';
import { readInvocation } from '../../../src/settings/settings.ts';
import { passed } from '../../fixtures/reports.ts';

function workspaces(): { readonly real: string; readonly link: string } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-context-')));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const real = join(folder, 'workspace');
  mkdirSync(join(real, 'packages/a'), { recursive: true });
  symlinkSync(real, join(folder, 'link'));
  return { real, link: join(folder, 'link') };
}

function scope(workspace: string, cwd: string, inputs: Readonly<Record<string, string>>): string {
  const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: workspace, ...inputs };
  const invocation = readInvocation({ argv: ['node', 'x'], env, cwd: () => cwd, stdout: {}, stderr: {} });
  if (!('settings' in invocation)) throw new Error(invocation.kind);
  return markerOf(invocation.settings, passed).scope;
}

it.each(['real', 'link'] as const)(
  'a folder of a monorepo has its own comment, however its workspace is reached: %s',
  (way) => {
    const folders = workspaces();
    for (const end of ['', '/']) {
      expect(scope(folders[way] + end, folders.real, { INPUT_CWD: 'packages/a' })).toBe('folder=packages/a');
      expect(scope(folders[way] + end, folders.real, {})).toBe('');
    }
  },
);

it.each([
  [{ INPUT_DATABASE: 'shop' }, 'database=shop'],
  [{ INPUT_POSTGRES_VERSION: '16' }, 'postgres=16'],
  [{ INPUT_CONFIG: 'b.yml', INPUT_MIGRATIONS_DIRECTORY: 'db' }, 'config=b.yml migrations=db'],
  [{ INPUT_CWD: 'gone' }, 'folder=gone'],
])('jobs of a matrix that differ in %j have comments of their own', (inputs, expected) => {
  const { real } = workspaces();
  expect(scope(real, real, inputs)).toBe(expected);
});

/** After a run that has ended, of a commit that is not what this one looks at. */
function afterRun(command: string) {
  const { real } = workspaces();
  const event = join(real, 'event.json');
  const head_repository = { owner: { login: 'eve' } };
  const ended = {
    id: 7,
    run_attempt: 2,
    event: 'pull_request',
    head_sha: 'e'.repeat(40),
    head_branch: 'x',
    head_repository,
  };
  writeFileSync(event, JSON.stringify({ workflow_run: ended }));
  const env = {
    ...{ GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: real, GITHUB_EVENT_NAME: 'workflow_run', GITHUB_EVENT_PATH: event },
    ...{ GITHUB_REPOSITORY: 'acme/shop', GITHUB_SHA: 'f'.repeat(40), GITHUB_RUN_ID: '99', GITHUB_RUN_ATTEMPT: '1' },
    ...{ INPUT_COMMAND: command, INPUT_CHECK_REPORT: command === 'comment' ? 'report.json' : '' },
  };
  const invocation = readInvocation({ argv: ['node', 'x'], env, cwd: () => real, stdout: {}, stderr: {} });
  if (!('settings' in invocation)) throw new Error(invocation.kind);
  return { links: linksOf(invocation.settings, passed), marker: markerOf(invocation.settings, passed) };
}

it('a comment for another run is about that run and its commit, whatever its report says', () => {
  const { links, marker } = afterRun('comment');
  expect(links).toMatchObject({ commit: 'e'.repeat(40), run: expect.stringContaining('/runs/7/attempts/2') });
  expect(marker).toMatchObject({ run: 7, attempt: 2, head: 'e'.repeat(40) });
});

it.each(['apply', 'plan', 'check', 'notify'])('%s after another run is about itself', (command) => {
  const { links, marker } = afterRun(command);
  expect(links).toMatchObject({ commit: passed.git?.headSha, run: expect.stringContaining('/runs/99/attempts/1') });
  expect(marker).toMatchObject({ run: 99, attempt: 1, head: passed.git?.headSha });
});
