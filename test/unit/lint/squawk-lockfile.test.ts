import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { squawkPin, squawkVersion } from '../../../src/lint/find-squawk.ts';

interface Lockfile {
  readonly packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

function json<T>(path: string): T {
  return JSON.parse(readFileSync(root + path, 'utf8')) as T;
}

const { '': project, ...locked } = json<Lockfile>('src/lint/squawk/package-lock.json').packages;
const manifest = json<{ optionalDependencies: Record<string, string> }>('src/lint/squawk/package.json');
const ours = json<Lockfile>('package-lock.json').packages['node_modules/@squawk-cli/linux-x64'];

describe("Squawk's lockfile", () => {
  it('names the Squawk that the tests run with', () => {
    expect(squawkPin('@squawk-cli/linux-x64')).toEqual({
      name: '@squawk-cli/linux-x64',
      version: ours?.version,
      integrity: ours?.integrity,
    });
    expect(squawkVersion()).toBe(ours?.version);
  });

  it.each(Object.entries(locked))(
    '%s is pinned by its bytes, for its platform, from whatever registry',
    (path, entry) => {
      const [, os, cpu] = /^node_modules\/@squawk-cli\/(\w+)-(\w+)$/.exec(path) ?? [];
      expect(entry).toEqual({
        version: ours?.version,
        integrity: expect.stringMatching(/^sha512-[A-Za-z0-9+/]{86}==$/),
        optional: true,
        os: [os],
        cpu: [cpu],
        ...(os === 'linux' ? { libc: ['glibc'] } : {}),
      });
    },
  );

  it('and its package.json say the same, so that npm ci takes them', () => {
    const names = Object.keys(locked).map((path) => path.replace('node_modules/', ''));
    expect(Object.keys(manifest.optionalDependencies)).toEqual(names);
    expect(project?.optionalDependencies).toEqual(manifest.optionalDependencies);
  });

  it('has no pin for a platform that Squawk is not published for', () => {
    expect(() => squawkPin('@squawk-cli/plan9-mips')).toThrow('Lockstep pins no Squawk for this platform');
    expect(() => squawkPin('constructor')).toThrow('Lockstep pins no Squawk for this platform');
  });
});
