import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isFull } from '../../../../src/rehearsal/server/room.ts';

const errorOf = (act: () => void): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

test.runIf(process.platform === 'linux')('a full disk is told from other failures', () => {
  expect(isFull(errorOf(() => writeFileSync('/dev/full', 'x')))).toBe(true);
  expect(isFull(errorOf(() => writeFileSync('/nowhere/file', 'x')))).toBe(false);
  expect(isFull(undefined)).toBe(false);
});
