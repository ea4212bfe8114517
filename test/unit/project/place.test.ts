import { expect, test } from 'vitest';
import { afterCodePoints } from '../../../src/project/place.ts';

test.each([
  ['abc', 0, 2, 2],
  ['a😀b', 0, 2, 3],
  ['a😀b', 1, 1, 3],
  ['é😀😀x', 1, 2, 5],
  ['abc', 1, 0, 1],
  // The parser's word for an unknown place.
  ['abc', 1, -1, 1],
  ['a😀', 0, 9, 3],
])('in %j, from %i on, %i code points end at %i', (text, from, points, offset) => {
  expect(afterCodePoints(text, from, points)).toBe(offset);
});
