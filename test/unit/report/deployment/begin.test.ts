import { describe, expect, it } from 'vitest';
import { beginDeployment, pullRequestIn } from '../../../../src/report/deployment/begin.ts';

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

describe('what a job begins with', () => {
  const about = { repository: 'acme/shop', commit: 'a'.repeat(40) };
  const told = (more: object): string =>
    JSON.stringify({ v: 1, repository: 'acme/shop', commit: 'a'.repeat(40), stages: [], ...more });

  it('is its own knowledge and that of the jobs before, of the same commit and database', () => {
    const given = [
      told({ slack: { channel: 'C1', ts: '1.2' } }),
      told({ commit: 'b'.repeat(40) }),
      'nonsense',
      '',
    ].join('\n');
    const { deployment, unreadable, others } = beginDeployment({ ...about, subject: 'Orders (#12)', given });
    expect(deployment).toMatchObject({ commit: 'a'.repeat(40), pullRequest: 12, slack: { channel: 'C1' } });
    expect({ unreadable, others }).toEqual({ unreadable: 1, others: 1 });
    const two = [told({ database: 'orders' }), told({ database: 'users' })].join('\n');
    expect(beginDeployment({ repository: undefined, commit: undefined, given: two })).toMatchObject({
      deployment: { database: 'orders' },
      others: 1,
    });
  });

  it('is nothing where nobody knows the commit', () => {
    expect(beginDeployment({ repository: undefined, commit: undefined, given: undefined }).deployment).toBeUndefined();
  });
});
