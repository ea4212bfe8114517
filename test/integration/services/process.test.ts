import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runProcess } from '../../../src/services/process.ts';

const sh = (script: string, options: Parameters<typeof runProcess>[2] = {}) =>
  runProcess('/bin/sh', ['-c', script], { env: { PATH: process.env.PATH ?? '' }, ...options });

describe('a program', () => {
  test.runIf(process.platform === 'linux')('gives also what is written just after its end', async () => {
    expect((await sh(`setsid sh -c 'sleep 0.15; echo late' &`)).stdout.toString()).toBe('late\n');
  });

  test('that ends well when its time is over has no exit status', async () => {
    const result = await sh(`trap 'exit 0' TERM; sleep 20 & wait`, { timeoutMs: 200 });
    expect(result).toMatchObject({ exitCode: null, timedOut: true });
  });

  test('that does not listen is ended all the same', async () => {
    const result = await sh(`trap '' TERM; while :; do sleep 1; done`, { timeoutMs: 200 });
    expect(result).toMatchObject({ signal: 'SIGKILL', timedOut: true });
  });

  test.runIf(process.platform === 'linux')('is not waited for in what left its group with its output', async () => {
    const began = performance.now();
    const { exitCode, stdout } = await sh('setsid sleep 6 & echo done; exit 3', { timeoutMs: 4_000 });
    expect({ exitCode, said: stdout.toString() }).toEqual({ exitCode: 3, said: 'done\n' });
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  test('may clean up when the run ends', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'lockstep-process-'));
    onTestFinished(() => rm(cwd, { recursive: true }));
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 200);
    const script = `trap 'rm lock; exit 0' TERM; touch lock; sleep 20 & wait`;
    await expect(sh(script, { cwd, signal: controller.signal })).rejects.toThrow('enough');
    expect(await readdir(cwd)).toEqual([]);
  });
});
