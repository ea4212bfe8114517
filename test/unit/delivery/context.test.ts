import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { markerOf } from '../../../src/delivery/context.ts';
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
