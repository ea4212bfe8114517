import { describe, expect, test } from 'vitest';
import { githubOfEachTest } from '../../fakes/github/each-test.ts';
import { clientOf } from '../../fakes/github/requests.ts';

/** What GitHub is asked besides comments. */

const standIn = githubOfEachTest();

describe('the pull requests of a branch at a commit', () => {
  const branch = { owner: 'eve', name: 'feature', tip: 'a'.repeat(40) };

  test('are the open ones of that repository, branch and tip', async () => {
    const eve = { headOwner: 'eve', headRef: 'feature', headSha: branch.tip };
    standIn().pullRequest(1, eve);
    standIn().pullRequest(2, { ...eve, headSha: 'b'.repeat(40) });
    standIn().pullRequest(3, { ...eve, headOwner: 'ada' });
    standIn().pullRequest(4, { ...eve, headRef: 'other' });
    standIn().pullRequest(5, { ...eve, state: 'closed' });
    standIn().pullRequest(6, eve);
    expect((await clientOf(standIn()).openPullRequests(branch)).sort()).toEqual([1, 6]);
  });

  test('are none where GitHub, for want of such a branch, lists others', async () => {
    standIn().pullRequest(1, { headOwner: 'ada' });
    expect(await clientOf(standIn()).openPullRequests({ ...branch, owner: '' })).toEqual([]);
  });

  test('of a branch with odd characters are found', async () => {
    const name = 'a&state=closed#%2F/ö';
    standIn().pullRequest(1, { headOwner: 'eve', headRef: name, headSha: branch.tip });
    expect(await clientOf(standIn()).openPullRequests({ ...branch, name })).toEqual([1]);
  });
});

describe('who may approve', () => {
  test('are people and teams', async () => {
    standIn().environment('production', ['grace', '@dba']);
    expect(await clientOf(standIn()).approvers('production')).toEqual(['grace', 'the team dba']);
  });

  test('is nobody where nobody has to', async () => {
    standIn().environment('staging', []);
    expect(await clientOf(standIn()).approvers('staging')).toEqual([]);
  });

  test('is not known where there is no such environment, or no right to ask', async () => {
    await expect(clientOf(standIn()).approvers('nowhere')).rejects.toMatchObject({ failure: { status: 404 } });
    standIn().environment('a b/c', []);
    const token = standIn().jobToken({ contents: 'read' });
    await expect(clientOf(standIn(), { token }).approvers('a b/c')).rejects.toMatchObject({ failure: { status: 403 } });
  });
});
