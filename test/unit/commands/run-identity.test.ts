import { describe, expect, it } from 'vitest';
import { pullRequestIn } from '../../../src/commands/run-identity.ts';

describe('the pull request of a commit', () => {
  it.each([
    ['Merge pull request #12 from acme/orders', 12],
    ['Add orders (#345)', 345],
    ['Revert "Add orders (#345)" (#346)', 346],
    ['Fixes #12', undefined],
    ['Add orders (#345) again', undefined],
    ['', undefined],
    ['x (#0)', undefined],
    ['x (#99999999999999)', undefined],
  ])('%j: %s', (subject, number) => {
    expect(pullRequestIn(subject)).toBe(number);
  });
});
