import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Git } from '../../../src/project/git.ts';
import type { Clone } from '../../../src/project/git-fetch.ts';
import { type CompareCommits, lineageOf } from '../../../src/project/lineage.ts';
import { githubOfEachTest } from '../../fakes/github/each-test.ts';
import { clientOf } from '../../fakes/github/requests.ts';
import { actionsCheckout, hosted } from '../../support/actions-checkout.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';
import { gitServer } from '../../support/git-server.ts';

const token = 'ghs_0123456789abcdefTOKEN';
const credentials = `basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
const nowhere = 'f'.repeat(40);

const standIn = githubOfEachTest();

const compare: CompareCommits = (base, head) => clientOf(standIn()).compare(base, head);
const neverAsked: CompareCommits = () => Promise.reject(new Error('GitHub was asked'));

async function open(repo: GitRepo, access?: Clone['access'], signal?: AbortSignal): Promise<Clone> {
  return { git: await Git.open(repo.dir, repo.env, { signal }), access };
}

/** Adds commits to the branch that is checked out, quicker than one by one. Returns the last. */
function grow(repo: GitRepo, commits: number): string {
  const branch = repo.git('symbolic-ref', 'HEAD');
  const from = repo.git('rev-parse', 'HEAD');
  const stream = Array.from({ length: commits }, (_, index) => {
    const parent = index === 0 ? `from ${from}\n` : '';
    return `commit ${branch}\ncommitter Ada <ada@example.com> ${1_800_000_000 + index} +0000\ndata 1\nx\n${parent}\n`;
  });
  execFileSync('git', ['-C', repo.dir, 'fast-import', '--quiet'], { env: repo.env, input: stream.join('') });
  return repo.git('rev-parse', 'HEAD');
}

/** A private repository that was pushed to after our run's checkout, which keeps no credentials. */
async function overtaken(depth: number) {
  const { repo, main: ours } = hosted();
  const clone = actionsCheckout(repo, { sha: ours, depth });
  const newer = grow(repo, 3);
  const server = await gitServer(repo, credentials);
  clone.git('remote', 'set-url', 'origin', `${server.url}/acme/shop.git`);
  return { repo, ours, clone, newer, server };
}

describe('a commit that was pushed after the clone was made', () => {
  test.each([0, 1])('is fetched with the token where no credentials were kept (depth %i)', async (depth) => {
    const { clone, newer, ours, server } = await overtaken(depth);
    const access = { serverUrl: server.url, token };
    expect(await lineageOf(await open(clone, access), newer, ours, neverAsked)).toEqual({ kind: 'descendant' });
    expect(server.seen.at(-1)).toEqual([credentials]);
  });

  test.each([0, 1])('is asked of GitHub where git is not let in (depth %i)', async (depth) => {
    const { clone, newer, ours } = await overtaken(depth);
    standIn().compare(ours, newer, { status: 'ahead', aheadBy: 3, behindBy: 0 });
    expect(await lineageOf(await open(clone), newer, ours, compare)).toEqual({ kind: 'descendant' });
    expect(standIn().requests).toMatchObject([{ query: { per_page: '1' } }]);
  });

  test('is unknown where there is nobody to ask, and both reasons are told', async () => {
    const { clone, newer, ours, server } = await overtaken(0);
    const found = await lineageOf(await open(clone), newer, ours);
    expect(found).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('Fetching it failed') });
    expect(found).toMatchObject({ reason: expect.stringContaining('GitHub could not be asked') });
    expect(server.seen.flat()).toEqual([]);
  });

  test('is unknown with a token that opens neither, and no secret is told', async () => {
    const { clone, newer, ours, server } = await overtaken(1);
    const access = { serverUrl: server.url, token: `${token}X` };
    const github = clientOf(standIn(), { token: `${token}X` });
    const found = await lineageOf(await open(clone, access), newer, ours, github.compare);
    expect(found).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('also with github_token') });
    expect(found).toMatchObject({ reason: expect.stringContaining('GitHub answered 401 (Bad credentials)') });
    expect(JSON.stringify(found)).not.toContain(token);
  });

  test('is asked of GitHub where the server hands out branches only', async () => {
    const { repo, main: ours } = hosted();
    repo.git('config', 'uploadpack.allowAnySHA1InWant', 'false');
    const clone = actionsCheckout(repo, { sha: ours });
    clone.git('config', 'protocol.version', '0');
    grow(repo, 3);
    const recorded = repo.git('rev-parse', 'main~1');
    standIn().compare(ours, recorded, { status: 'ahead', aheadBy: 2, behindBy: 0 });
    expect(await lineageOf(await open(clone), recorded, ours)).toMatchObject({
      reason: expect.stringContaining('unadvertised object'),
    });
    expect(await lineageOf(await open(clone), recorded, ours, compare)).toEqual({ kind: 'descendant' });
  });
});

describe('a checkout of one commit is deepened as far as it takes:', () => {
  test.each([1, 2, 40, 120])('a recorded commit that is %i newer', async (commits) => {
    const { repo, main: ours } = hosted();
    const clone = actionsCheckout(repo, { sha: ours });
    const newer = grow(repo, commits);
    expect(await lineageOf(await open(clone), newer, ours, neverAsked)).toEqual({ kind: 'descendant' });
  });

  test.each([2, 40, 120])('a recorded commit that is %i older', async (commits) => {
    const { repo, main: older } = hosted();
    const clone = actionsCheckout(repo, { sha: grow(repo, commits) });
    const ours = clone.git('rev-parse', 'HEAD');
    expect(await lineageOf(await open(clone), older, ours, neverAsked)).toEqual({ kind: 'ancestor' });
  });

  test('not at all, where the recorded commit is a parent of ours', async () => {
    const { repo, part: older, main: ours } = hosted();
    const clone = actionsCheckout(repo, { sha: ours });
    clone.git('remote', 'set-url', 'origin', `file://${repo.dir}-gone`);
    expect(await lineageOf(await open(clone), older, ours, neverAsked)).toEqual({ kind: 'ancestor' });
  });

  test('a merge of the recorded commit', async () => {
    const { repo, feature } = hosted();
    repo.git('merge', '--quiet', '--no-ff', '--no-edit', 'feature');
    const clone = actionsCheckout(repo, { sha: grow(repo, 60) });
    const ours = clone.git('rev-parse', 'HEAD');
    expect(await lineageOf(await open(clone), feature, ours, neverAsked)).toEqual({ kind: 'ancestor' });
  });

  test('one on another branch has diverged, as the whole of a short history shows', async () => {
    const { repo, main: ours, feature } = hosted();
    const clone = actionsCheckout(repo, { sha: ours });
    expect(await lineageOf(await open(clone), feature, ours, neverAsked)).toEqual({ kind: 'diverged' });
    expect(clone.git('rev-parse', '--is-shallow-repository')).toBe('false');
  });
});

describe('where the recorded commit lies beyond a few hundred others', () => {
  function distant(which: 'older' | 'diverged') {
    const { repo, main: older } = hosted();
    const ours = grow(repo, 400);
    repo.branch('other', 'HEAD~2');
    const recorded = which === 'older' ? older : repo.commit('other');
    return { recorded, ours, clone: actionsCheckout(repo, { sha: ours }) };
  }

  test.each([
    { which: 'older', status: 'behind', kind: 'ancestor' },
    { which: 'diverged', status: 'diverged', kind: 'diverged' },
  ] as const)('GitHub is asked before a long history is fetched ($which)', async ({ which, status, kind }) => {
    const { recorded, ours, clone } = distant(which);
    standIn().compare(ours, recorded, { status, aheadBy: 0, behindBy: 400 });
    expect(await lineageOf(await open(clone), recorded, ours, compare)).toEqual({ kind });
    expect(clone.git('rev-parse', '--is-shallow-repository')).toBe('true');
  });

  test.each([
    { which: 'older', kind: 'ancestor' },
    { which: 'diverged', kind: 'diverged' },
  ] as const)('git goes all the way where GitHub cannot tell ($which)', async ({ which, kind }) => {
    const { recorded, ours, clone } = distant(which);
    expect(await lineageOf(await open(clone), recorded, ours, compare)).toEqual({ kind });
    expect(standIn().requests).toMatchObject([{ status: 404 }]);
  });
});

describe('history that is cut off', () => {
  test.each(['removed', 'out of reach'])('is never taken for a fork in it (remote %s)', async (how) => {
    const { repo, main: older } = hosted();
    grow(repo, 2);
    const ours = repo.git('rev-parse', 'main');
    const clone = actionsCheckout(repo, { sha: ours });
    clone.git('fetch', '--quiet', '--depth=1', 'origin', older);
    if (how === 'removed') clone.git('remote', 'remove', 'origin');
    else clone.git('remote', 'set-url', 'origin', `file://${repo.dir}-gone`);
    for (const [recorded, head] of [[older, ours] as const, [ours, older] as const]) {
      const found = await lineageOf(await open(clone), recorded, head, compare);
      expect(found).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('shallow clone is too short') });
      expect(found).toMatchObject({ reason: expect.stringContaining('GitHub answered 404 (Not Found)') });
    }
  });
});

describe('a recorded commit that was force-pushed away', () => {
  function forced() {
    const { repo, main: ours } = hosted();
    const gone = repo.commit('to be replaced');
    repo.git('reset', '--quiet', '--hard', ours);
    repo.git('reflog', 'expire', '--expire=now', '--all');
    repo.git('gc', '--quiet', '--prune=now');
    return { repo, ours, gone };
  }

  test.each([0, 1])('is told by GitHub, which keeps it for a while (depth %i)', async (depth) => {
    const { repo, ours, gone } = forced();
    const clone = actionsCheckout(repo, { sha: ours, depth });
    standIn().compare(ours, gone, { status: 'diverged', aheadBy: 1, behindBy: 2 });
    expect(await lineageOf(await open(clone), gone, ours, compare)).toEqual({ kind: 'diverged' });
  });

  test('is unknown without GitHub, and when GitHub has forgotten it too', async () => {
    const { repo, ours, gone } = forced();
    const clone = await open(actionsCheckout(repo, { sha: ours, depth: 0 }));
    const reason = expect.stringMatching(/^git cannot tell.* not our ref .*GitHub could not be asked/);
    expect(await lineageOf(clone, gone, ours)).toEqual({ kind: 'unknown', reason });
    const forgotten = expect.stringMatching(/^git cannot tell.* not our ref .*GitHub answered 404 \(Not Found\)/);
    expect(await lineageOf(clone, gone, ours, compare)).toEqual({ kind: 'unknown', reason: forgotten });
  });
});

describe('a recorded value that is no sha', () => {
  const sha = 'a'.repeat(40);
  test.each([
    '',
    'HEAD',
    'main',
    '--upload-pack=touch /tmp/pwned',
    '../../../user',
    `${sha}\n`,
    `${sha}^`,
    `${sha}:refs/heads/main`,
    sha.slice(1),
    `${sha}a`,
    sha.toUpperCase(),
    `main...${sha}`,
    `\u202e\u0007${'x'.repeat(200)}`,
  ])('reaches neither git nor GitHub: %j', async (recorded) => {
    const controller = new AbortController();
    const clone = await open(gitRepo({ 'a.sql': '' }), undefined, controller.signal);
    controller.abort(new Error('git was called'));
    const found = await lineageOf(clone, recorded, nowhere, neverAsked);
    expect(found).toMatchObject({ kind: 'unknown', reason: expect.stringMatching(/^[\x20-\x7e]{1,120}$/) });
  });

  test('does not become one by a branch or a tag of that name', async () => {
    const { repo, main: ours } = hosted();
    repo.git('tag', '--annotate', '--message=x', 'v1', ours);
    const tag = repo.git('rev-parse', 'v1');
    const clone = actionsCheckout(repo, { sha: ours, depth: 0 });
    clone.git('update-ref', `refs/remotes/origin/${nowhere}`, ours);
    for (const recorded of [tag, nowhere]) {
      const reason = expect.stringContaining(`${recorded.slice(0, 7)} is not a commit`);
      expect(await lineageOf(await open(clone), recorded, ours)).toEqual({ kind: 'unknown', reason });
    }
  });
});

describe('a repository without a remote', () => {
  test('tells what it has, by itself', async () => {
    const { repo, part, main: ours, feature } = hosted();
    const clone = await open(repo);
    expect(await lineageOf(clone, ours, ours, neverAsked)).toEqual({ kind: 'same' });
    expect(await lineageOf(clone, part, ours, neverAsked)).toEqual({ kind: 'ancestor' });
    expect(await lineageOf(clone, ours, part, neverAsked)).toEqual({ kind: 'descendant' });
    expect(await lineageOf(clone, feature, ours, neverAsked)).toEqual({ kind: 'diverged' });
  });

  test('says that there is none to fetch from', async () => {
    const { repo, main: ours } = hosted();
    const reason = expect.stringContaining('does not have fffffff. It has no remote to fetch from. GitHub could not');
    expect(await lineageOf(await open(repo), nowhere, ours)).toEqual({ kind: 'unknown', reason });
  });

  test('knows histories that have nothing in common', async () => {
    const { repo, main: ours } = hosted();
    repo.git('checkout', '--quiet', '--orphan', 'island');
    const island = repo.commit('island');
    expect(await lineageOf(await open(repo), island, ours, neverAsked)).toEqual({ kind: 'diverged' });
  });
});

describe('time is bounded', () => {
  /** Limits of seconds become limits of a fortieth. */
  function hurry(): void {
    const { timeout } = AbortSignal;
    const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout.call(AbortSignal, ms / 40));
    onTestFinished(() => void spy.mockRestore());
  }

  /** A server that takes requests and never answers. */
  async function stalled(): Promise<string> {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function stalledClone() {
    const { repo, main: ours } = hosted();
    const clone = actionsCheckout(repo, { sha: ours });
    clone.git('remote', 'set-url', 'origin', `${await stalled()}/acme/shop.git`);
    return { ours, clone };
  }

  test('and GitHub has its turn when the remote does not answer', async () => {
    const { ours, clone } = await stalledClone();
    hurry();
    standIn().compare(ours, nowhere, { status: 'ahead', aheadBy: 1, behindBy: 0 });
    expect(await lineageOf(await open(clone), nowhere, ours, compare)).toEqual({ kind: 'descendant' });
  });

  test('also when neither answers', async () => {
    const { ours, clone } = await stalledClone();
    hurry();
    const reason = expect.stringMatching(/It was not done after 20 s\. GitHub did not answer within 10 s\.$/);
    const found = await lineageOf(await open(clone), nowhere, ours, () => new Promise(() => {}));
    expect(found).toEqual({ kind: 'unknown', reason });
  });

  test.each(['git', 'GitHub'])('and a cancelled run does not wait for %s', async (whom) => {
    const { ours, clone } = await stalledClone();
    if (whom === 'GitHub') clone.git('remote', 'remove', 'origin');
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const asked = open(clone, undefined, controller.signal).then((each) =>
      lineageOf(each, nowhere, ours, () => new Promise(() => {})),
    );
    setTimeout(() => controller.abort(reason), 300);
    const startedAt = performance.now();
    await expect(asked).rejects.toBe(reason);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
