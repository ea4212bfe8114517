import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runProjectTests, type TestRequest } from '../../src/rehearsal/project-tests.ts';
import type { TestRun } from '../../src/report/model.ts';
import { isRunning } from '../support/processes.ts';
import { eventually } from '../support/traces.ts';
import { buildChild } from './server/children.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'lockstep-tests-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const database = { host: '127.0.0.1', port: 5439, user: 'role', password: 'p@ss', name: 'tests' };

interface Ran extends TestRun {
  readonly lines: readonly string[];
}

async function run(command: string, about: Partial<TestRequest> = {}): Promise<Ran> {
  const lines: string[] = [];
  const result = await runProjectTests({
    command,
    cwd,
    env: { PATH: process.env.PATH ?? '' },
    database,
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    onLine: (line) => lines.push(line),
    ...about,
  });
  return { ...result, lines };
}

/** The process whose number a command wrote into the file. */
async function written(file = 'pid'): Promise<number> {
  expect(await eventually(async () => (await readFile(join(cwd, file), 'utf8').catch(() => '')) !== '', 5_000)).toBe(
    true,
  );
  return Number(await readFile(join(cwd, file), 'utf8'));
}

const timed = async <T>(work: Promise<T>): Promise<readonly [T, number]> => {
  const began = performance.now();
  return [await work, performance.now() - began];
};

describe('the project’s tests', () => {
  test('pass with their lines told as they come', async () => {
    const { exitCode, lines, tail } = await run('echo one; echo two >&2; printf three');
    expect(exitCode).toBe(0);
    expect([...lines].sort()).toEqual(['one', 'three', 'two']);
    expect(tail).toBeUndefined();
  });

  test('fail with their status and the end of what they printed', async () => {
    const result = await run('head -c 100000 /dev/zero | tr "\\0" x; echo; echo the reason >&2; exit 7');
    expect(result.exitCode).toBe(7);
    expect(result.tail).toHaveLength(8_192);
    expect(result.tail).toContain('the reason');
  });

  test('show no password of a connection, neither in their lines nor in the end of what they printed', async () => {
    const told = '  connect postgres://app:s3cret@db/shop failed';
    const { lines, tail } = await run(`echo '${told}'; exit 1`);
    expect(lines).toEqual([told.replace('app:s3cret', '***')]);
    expect(tail).toBe(`${told.replace('app:s3cret', '***')}\n`);
  });

  test('are quoted from a whole word on: half a password is not known for what it is', async () => {
    const { tail } = await run(
      'printf "%03000d " 7; echo token=s3cret-0123456789; head -c 8180 /dev/zero | tr "\\0" "\\n"; exit 1',
    );
    expect(tail).toHaveLength(8_181);
    expect(tail).not.toContain('6789');
  });

  test('show no half of a password either when the whole ones that went made their output short', async () => {
    const line = `postgres://app:${'x'.repeat(900)}@db/shop`;
    const { tail } = await run(`for i in $(seq 40); do echo ${line}; done; exit 1`);
    expect(tail).toContain('postgres://***@db/shop');
    expect(tail).not.toContain('xx');
  });

  test.each([
    ['a command that is not there', 'no-such-command-here', 127],
    ['a file that is no program', './no-program', 127],
    ['one that waits for input finds its end', 'cat; echo read; exit 3', 3],
    ['one that ends by a signal', 'kill -9 $$', null],
  ])('%s', async (_, command, exitCode) => {
    expect((await run(command)).exitCode).toBe(exitCode);
  });

  test('a directory that is not there is an error', async () => {
    await expect(run('true', { cwd: join(cwd, 'missing') })).rejects.toThrow(/ENOENT/);
  });
});

describe('their environment', () => {
  const seen = async (env: Record<string, string>): Promise<Record<string, string>> => {
    await run('env > seen', { env: { PATH: process.env.PATH ?? '', ...env } });
    const lines = (await readFile(join(cwd, 'seen'), 'utf8')).split('\n').filter(Boolean);
    return Object.fromEntries(lines.map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]));
  };

  test('leads to the rehearsal’s database, whatever the caller’s PG* variables say', async () => {
    const env = await seen({
      ...Object.fromEntries(
        `PGHOSTADDR PGSERVICE PGSERVICEFILE PGSSLMODE PGSSLROOTCERT PGTARGETSESSIONATTRS PGOPTIONS PGPASSFILE PGREQUIREAUTH
        PGCHANNELBINDING PGGSSENCMODE PGCONNECT_TIMEOUT PGSYSCONFDIR PGTZ PGDATESTYLE PGAPPNAME PGREQUIREPEER
        PGLOADBALANCEHOSTS PGOAUTHDEBUG PGREPLICATION`
          .split(/\s+/)
          .map((name) => [name, 'theirs']),
      ),
      PGHOST: 'production.example.com',
      PGDATABASE: 'production',
      DATABASE_URL: 'postgres://production.example.com/production',
    });
    expect(Object.fromEntries(Object.entries(env).filter(([name]) => /^PG|^DATABASE_URL$/.test(name)))).toEqual({
      DATABASE_URL: 'postgresql://role:p%40ss@127.0.0.1:5439/tests',
      PGHOST: '127.0.0.1',
      PGPORT: '5439',
      PGUSER: 'role',
      PGPASSWORD: 'p@ss',
      PGDATABASE: 'tests',
    });
  });

  test('has everything else that the caller has', async () => {
    const theirs = { RAILS_ENV: 'test', PGDATA: '/srv/data', PGP_KEY: 'x', PGBOUNCER_URL: 'y' };
    expect(await seen(theirs)).toMatchObject(theirs);
  });
});

describe('what goes on for ever', () => {
  test('is ended when its time is over, even if it does not listen', async () => {
    const [result, took] = await timed(
      run('trap "" TERM; echo $$ > pid; while :; do sleep 1; done', { timeoutMs: 300 }),
    );
    expect(result).toMatchObject({ timedOut: true, exitCode: null });
    expect(took).toBeLessThan(6_000);
    expect(isRunning(await written())).toBe(false);
  });

  test('has no exit status when its time is over, even if it ends well on being told so', async () => {
    const result = await run(`echo begun; trap 'exit 0' TERM; sleep 20 & wait`, { timeoutMs: 300 });
    expect(result).toMatchObject({ timedOut: true, exitCode: null, tail: 'begun\n' });
  });

  test('is ended when the run is', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 300);
    const [error, took] = await timed(run('trap "" TERM INT; sleep 60', { signal: controller.signal }).catch((e) => e));
    expect(error.message).toBe('enough');
    expect(took).toBeLessThan(3_000);
  });

  test('does not begin when the run has ended already', async () => {
    await expect(run('echo 1 > pid', { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    expect(existsSync(join(cwd, 'pid'))).toBe(false);
  });

  test.runIf(process.platform === 'linux').each([
    ['with our pipes open', `setsid sh -c 'echo $$ > pid; exec sleep 60' &`],
    ['quietly', `setsid sh -c 'echo $$ > pid; exec sleep 60' >/dev/null 2>&1 </dev/null &`],
    ['without listening', `setsid sh -c 'trap "" TERM; echo $$ > pid; while :; do sleep 1; done' >/dev/null 2>&1 &`],
    ['twice removed', `(setsid sh -c 'cd /; (echo $$ > "$0/pid"; sleep 60) & wait' "$PWD" &) &`],
  ])('in the background, %s, is ended with the tests', async (_, daemon) => {
    const [result, took] = await timed(run(`${daemon}\nwhile [ ! -s pid ]; do sleep 0.05; done; echo started`));
    expect(result).toMatchObject({ exitCode: 0, lines: ['started'] });
    expect(took).toBeLessThan(5_000);
    expect(isRunning(await written())).toBe(false);
  });
});

describe.runIf(process.platform === 'linux')('as a process of its own', () => {
  const start = async (command: string): Promise<{ readonly child: ChildProcess; remove(): Promise<void> }> => {
    const program = await buildChild(`
      import { runProjectTests } from '../../../src/rehearsal/project-tests.ts';
      runProjectTests({ ...JSON.parse(process.argv[2] ?? ''), env: { PATH: process.env.PATH ?? '' },
        signal: new AbortController().signal, onLine: () => {} }).then(() => process.stdout.write('done'));`);
    const child = spawn(
      process.execPath,
      [program.file, JSON.stringify({ command, cwd, database, timeoutMs: 60_000 })],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    return { child, remove: program.remove };
  };

  test('ends with its tests, although a daemon holds the pipes whose environment is not ours', async () => {
    const { child, remove } = await start(`env -i setsid sh -c 'echo $$ > pid; exec sleep 60' & echo started`);
    const [, took] = await timed(once(child, 'exit'));
    const pid = await written();
    expect(took).toBeLessThan(5_000);
    process.kill(pid, 'SIGKILL');
    await remove();
  });

  test('when it is killed, a daemon of its tests is ended too', async () => {
    const { child, remove } = await start(`setsid sh -c 'echo $$ > pid; exec sleep 60' >/dev/null 2>&1 & sleep 50`);
    const pid = await written();
    child.kill('SIGKILL');
    expect(await eventually(() => !isRunning(pid), 5_000)).toBe(true);
    await remove();
  });

  test('keeps no more of its tests’ output than a little', async () => {
    const { child, remove } = await start('head -c 300000000 /dev/zero | tr "\\0" x');
    let peak = 0;
    const timer = setInterval(async () => {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    }, 20);
    await once(child, 'exit');
    clearInterval(timer);
    expect(peak).toBeGreaterThan(20);
    expect(peak).toBeLessThan(250);
    await remove();
  });
});
