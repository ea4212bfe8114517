import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { leave } from '../../src/leave.ts';

it('what was printed leaves first', async () => {
  const stdout = { writableLength: 10 };
  let exits = 0;
  leave({ stdout, stderr: { writableLength: 0 }, exit: () => (exits += 1) }, 20);
  await sleep(100);
  expect(exits).toBe(0);
  stdout.writableLength = 0;
  await sleep(100);
  expect(exits).toBe(1);
});
