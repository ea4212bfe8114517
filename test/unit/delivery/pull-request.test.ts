import { expect, test } from 'vitest';
import { creates, isPossible } from '../../../src/delivery/pull-request.ts';
import type { Marker } from '../../../src/report/markdown/marker.ts';

test.each([
  ['always', ['noop', 'passed', 'blocked', 'error']],
  // Without an answer nobody knows whether migrations change.
  ['changes', ['passed', 'blocked']],
  ['failure', ['blocked', 'error']],
  ['never', []],
] as const)('comment: %s makes a new comment for %j and for no other answer', (mode, results) => {
  const all = ['noop', 'passed', 'blocked', 'error'] as const;
  expect(all.filter((result) => creates(mode, result))).toEqual(results);
});

test.each([
  [20_000_000_000, 20_000_000_001, true],
  [20_000_000_000, 1, true],
  [20_000_000_000, 20_900_000_000, true],
  [20_000_000_000, 21_000_000_001, false],
  [20_000_000_000, Number.MAX_SAFE_INTEGER, false],
  // Our own run is not told.
  [0, 20_000_000_000, true],
])('to run %i a marker of run %i is possible: %s', (ours, there, expected) => {
  expect(isPossible(markerOfRun(there), markerOfRun(ours))).toBe(expected);
});

function markerOfRun(run: number): Marker {
  return { v: 1, scope: '', run, attempt: 1, head: '', result: 'passed', blocking: 0, findings: 0 };
}
