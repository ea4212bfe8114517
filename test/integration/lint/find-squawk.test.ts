import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSquawk, squawkPin, squawkVersion } from '../../../src/lint/find-squawk.ts';
import { install } from '../../../src/services/packages.ts';
import { runProcess } from '../../../src/services/process.ts';
import { definedEnvironment } from '../../support/postgres.ts';

/** Far from any node_modules, as dist/ is in a runner's checkout of the action. */
let place: { readonly from: string; readonly toolDirectory: string; readonly env: Readonly<Record<string, string>> };
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lockstep-squawk-'));
  place = { from: join(root, 'dist', 'index.cjs'), toolDirectory: join(root, 'tools'), env: definedEnvironment() };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const name = `@squawk-cli/${process.platform}-${process.arch}`;
const folder = `${name.replace('/', '+')}-${squawkVersion()}`;

describe('a Squawk that is not there', () => {
  it('is fetched once, and found again without npm', async () => {
    const program = await findSquawk(place);
    expect(program).toBe(join(place.toolDirectory, folder, 'bin', 'squawk'));
    const { stdout } = await runProcess(program, ['--version']);
    expect(stdout.toString()).toBe(`squawk ${squawkVersion()}\n`);
    const unreachable = {
      ...place.env,
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_cache: join(root, 'npm'),
    };
    expect(await findSquawk({ ...place, env: unreachable })).toBe(program);
  });

  it('is one install for runs that begin together', async () => {
    const programs = await Promise.all([1, 2, 3].map(() => findSquawk(place)));
    expect(new Set(programs).size).toBe(1);
    expect(readdirSync(place.toolDirectory)).toEqual([folder]);
  });

  it('is fetched by our own pins, though a package.json above says that the directory is its workspace', async () => {
    const workspaces = ['tools/.install-*'];
    writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'shop', version: '1.0.0', workspaces }));
    writeFileSync(join(root, '.npmrc'), 'registry=http://127.0.0.1:9/\nfetch-retries=0\n');
    expect(await findSquawk(place)).toBe(join(place.toolDirectory, folder, 'bin', 'squawk'));
    expect(existsSync(join(root, 'node_modules'))).toBe(false);
  });

  it('comes into its place only when it runs', async () => {
    const verify = (): Promise<void> => Promise.reject(new Error('does not run'));
    await expect(install(squawkPin(name), place.toolDirectory, { ...place, verify })).rejects.toThrow('does not run');
    expect(readdirSync(place.toolDirectory)).toEqual([]);
  });
});

describe('a Squawk beside Lockstep', () => {
  const plant = (modules: string): string => {
    const directory = join(modules, name);
    mkdirSync(join(directory, 'bin'), { recursive: true });
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ version: squawkVersion() }));
    writeFileSync(join(directory, 'bin', 'squawk'), `#!/bin/sh\necho squawk ${squawkVersion()}\n`, { mode: 0o755 });
    return join(directory, 'bin', 'squawk');
  };

  it.each([
    ['in its own node_modules', 'lockstep', 'lockstep/node_modules'],
    ['where npm has put both', 'node_modules/lockstep', 'node_modules'],
  ])('is used %s', async (_, package_, modules) => {
    const from = join(root, package_, 'dist', 'index.cjs');
    mkdirSync(dirname(from), { recursive: true });
    writeFileSync(join(root, package_, 'package.json'), '{}');
    const program = plant(join(root, modules));
    expect(await findSquawk({ ...place, from })).toBe(program);
  });

  it('is not taken from the repository that the action was checked out into', async () => {
    const from = join(root, '.lockstep', 'dist', 'index.cjs');
    mkdirSync(dirname(from), { recursive: true });
    writeFileSync(join(root, '.lockstep', 'package.json'), '{}');
    plant(join(root, 'node_modules'));
    expect(await findSquawk({ ...place, from })).toContain(place.toolDirectory);
  });
});

describe('a Squawk that does not run is told so, and lint does not begin:', () => {
  const real = readFileSync(installed());

  function installed(): string {
    const manifest = import.meta.resolve(`${name}/package.json`);
    return join(dirname(new URL(manifest).pathname), 'bin', 'squawk');
  }

  /** The machine's number in an ELF header: 183 is arm64, 62 is x64. */
  function forAnotherMachine(): Buffer {
    const copy = Buffer.from(real);
    copy.writeUInt16LE(copy.readUInt16LE(18) === 62 ? 183 : 62, 18);
    return copy;
  }

  it.each([
    ['cut off near the beginning', () => real.subarray(0, 10), /: .+$/],
    ['cut off in the middle', () => real.subarray(0, real.length / 2), /: .+$/],
    ['for another machine', forAnotherMachine, /: .+$/],
    ['empty', () => '', /: no answer$/],
    ['of another version', () => '#!/bin/sh\necho squawk 1.0.0\n', /: squawk 1\.0\.0$/],
    [
      'made for a newer glibc',
      () => '#!/bin/sh\necho "squawk: /lib/libc.so.6: version \'GLIBC_2.34\' not found" >&2\nexit 1\n',
      /GLIBC_2\.34/,
    ],
    ['broken', () => '#!/bin/sh\nkill -SEGV $$\n', /ended by SIGSEGV/],
  ])('%s', async (_what, content, said) => {
    const program = join(place.toolDirectory, folder, 'bin', 'squawk');
    mkdirSync(dirname(program), { recursive: true });
    writeFileSync(program, content(), { mode: 0o755 });
    const error = await findSquawk(place).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'squawk-unavailable',
      message: expect.stringContaining(`Squawk ${squawkVersion()} does not run here: ${program}`),
      hint: expect.stringContaining(`remove ${dirname(dirname(program))}`),
    });
    expect(error).toMatchObject({ message: expect.stringMatching(said) });
    expect(existsSync(program)).toBe(true);
  });
});
