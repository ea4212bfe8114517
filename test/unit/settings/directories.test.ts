import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultCacheDirectory, defaultToolDirectory } from '../../../src/settings/directories.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lockstep-directories-'));
  chmodSync(root, 0o755);
  mkdirSync(join(root, 'open'));
  mkdirSync(join(root, 'closed'));
  chmodSync(join(root, 'closed'), 0o700);
});
afterAll(() => rmSync(root, { recursive: true }));

describe('where programs are kept', () => {
  it("the runner's tool cache comes first", () => {
    const env = { RUNNER_TOOL_CACHE: join(root, 'open'), HOME: '/nowhere' };
    expect(defaultToolDirectory(env, false)).toBe(join(root, 'open/lockstep'));
  });

  it("else the user's cache directory", () => {
    expect(defaultToolDirectory({ XDG_CACHE_HOME: join(root, 'closed') }, false)).toBe(
      join(root, 'closed/lockstep/tools'),
    );
  });

  it('as root not in a directory that is closed to the user that Postgres runs as', () => {
    expect(defaultToolDirectory({ XDG_CACHE_HOME: join(root, 'closed/cache') }, true)).toBe('/var/cache/lockstep');
    expect(defaultToolDirectory({ RUNNER_TOOL_CACHE: join(root, 'closed') }, true)).toBe('/var/cache/lockstep');
    expect(defaultToolDirectory({ XDG_CACHE_HOME: join(root, 'open') }, true)).toBe(join(root, 'open/lockstep/tools'));
  });
});

describe('where base schemas are kept', () => {
  it.each([
    [{ XDG_CACHE_HOME: '/x' }, '/x/lockstep/bases'],
    [
      { HOME: '/home/ada' },
      process.platform === 'darwin' ? '/home/ada/Library/Caches/lockstep/bases' : '/home/ada/.cache/lockstep/bases',
    ],
  ])('%j', (env, expected) => {
    expect(defaultCacheDirectory(env)).toBe(expected);
  });
});
