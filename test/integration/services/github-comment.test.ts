import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { putComment } from '../../../src/services/github/comment.ts';
import { clientOf, commentText, verdict } from '../../fakes/github/requests.ts';
import { type GithubStandIn, startGithub } from '../../fakes/github/stand-in.ts';

let standIn: GithubStandIn;
beforeEach(async () => {
  standIn = await startGithub();
  standIn.pullRequest(42);
});
afterEach(() => standIn.close());

const bodies = (): string[] => standIn.comments(42).map(({ body }) => body);
const count = (operation: string): number => standIn.requests.filter((each) => each.operation === operation).length;
const writes = (): string[] =>
  standIn.requests.map(({ operation }) => operation).filter((each) => /\/(create|update|delete)-/.test(each));

describe('one comment per pull request', () => {
  afterEach(() => expect(standIn.problems).toEqual([]));

  test('is created, and found in its place', async () => {
    const outcome = await putComment(clientOf(standIn), verdict('hello'));
    const [comment] = standIn.comments(42);
    expect(outcome).toEqual({
      kind: 'created',
      url: expect.stringMatching(new RegExp(`#issuecomment-${comment?.id}$`)),
    });
    expect(bodies()).toEqual([commentText('hello')]);
    expect(count('graphql/viewer'), 'nothing there, so nobody to recognise').toBe(0);
  });

  test('is created on a closed pull request too', async () => {
    standIn.pullRequest(42, { state: 'closed' });
    expect(await putComment(clientOf(standIn), verdict('hello'))).toMatchObject({ kind: 'created' });
  });

  test('is written over by the next run, which is told of the one before', async () => {
    const id = standIn.comment(42, commentText('one'));
    const render = (previous: unknown): string => commentText(`after ${JSON.stringify(previous)}`, { run: 2 });
    expect(await putComment(clientOf(standIn), verdict('', { run: 2, render }))).toMatchObject({ kind: 'updated' });
    expect(standIn.comments(42)).toMatchObject([{ id, body: render({ scope: 'shop', run: 1 }) }]);
  });

  test('is not written when its text is the same', async () => {
    standIn.comment(42, `${commentText('same').replaceAll('\n', '\r\n')}\r\n`);
    expect(await putComment(clientOf(standIn), verdict('same'))).toMatchObject({ kind: 'unchanged' });
    expect(writes()).toEqual([]);
  });

  test('is not created when only one that is there is wanted', async () => {
    expect(await putComment(clientOf(standIn), verdict('x', { create: false }))).toEqual({ kind: 'none' });
    expect(writes()).toEqual([]);
    standIn.comment(42, commentText('old'));
    expect(await putComment(clientOf(standIn), verdict('x', { create: false }))).toMatchObject({ kind: 'updated' });
  });

  test('is found among 250 comments', async () => {
    for (let each = 0; each < 249; each++) standIn.comment(42, `comment ${each}`, { login: 'alice' });
    const id = standIn.comment(42, commentText('old'));
    expect(await putComment(clientOf(standIn), verdict('new'))).toMatchObject({ kind: 'updated' });
    expect(count('issues/list-comments'), 'three pages, before and after it is known whose they are').toBe(6);
    expect(standIn.comments(42)).toHaveLength(250);
    expect(standIn.comments(42).at(-1)).toMatchObject({ id, body: commentText('new') });
  });

  test('is one per database', async () => {
    const github = clientOf(standIn);
    await putComment(github, verdict('shop', { scope: 'shop' }));
    await putComment(github, verdict('audit', { scope: 'audit' }));
    await putComment(github, verdict('shop again', { scope: 'shop' }));
    expect(bodies()).toEqual([commentText('shop again', { scope: 'shop' }), commentText('audit', { scope: 'audit' })]);
  });

  test('of a newer run is left alone', async () => {
    standIn.comment(42, commentText('newer', { run: 9 }));
    expect(await putComment(clientOf(standIn), verdict('older', { run: 8 }))).toMatchObject({ kind: 'newer' });
    expect(writes()).toEqual([]);
  });

  test('that was deleted meanwhile is created anew', async () => {
    const id = standIn.comment(42, commentText('old'));
    standIn.fail('issues/update-comment', { kind: 'meanwhile', act: () => standIn.removeComment(id) });
    expect(await putComment(clientOf(standIn), verdict('new'))).toMatchObject({ kind: 'created' });
    expect(bodies()).toEqual([commentText('new')]);
  });

  test('that was deleted meanwhile stays deleted when only one that is there is wanted', async () => {
    const id = standIn.comment(42, commentText('old'));
    standIn.fail('issues/update-comment', { kind: 'meanwhile', act: () => standIn.removeComment(id) });
    expect(await putComment(clientOf(standIn), verdict('new', { create: false }))).toEqual({ kind: 'none' });
  });
});

describe('a comment is ours by its marker and its author:', () => {
  afterEach(() => expect(standIn.problems).toEqual([]));

  test.each([
    { token: 'write', author: 'mallory', ours: false, why: 'a person cannot plant our marker' },
    { token: 'write', author: 'github-actions[bot]', ours: true, why: "the workflow's own" },
    { token: 'write', author: 'acme-robot[bot]', ours: false, why: 'an app that echoes what people write' },
    { token: 'otherApp', author: 'github-actions[bot]', ours: false, why: 'a workflow that echoes, seen by an app' },
    { token: 'otherApp', author: 'acme-robot[bot]', ours: true, why: "an app's own" },
    { token: 'otherApp', author: 'mallory', ours: false, why: 'a person, seen by an app' },
    { token: 'personal', author: 'OctoCat', ours: true, why: "the token's user, however it is written" },
    { token: 'personal', author: 'github-actions[bot]', ours: false, why: 'a bot, seen by a user' },
    { token: 'personal', author: 'mallory', ours: false, why: 'another user' },
  ] as const)('$why ($author, token $token)', async ({ token, author, ours }) => {
    const planted = commentText('all is well');
    standIn.comment(42, planted, { login: author, app: undefined });
    const outcome = await putComment(clientOf(standIn, { token: standIn.tokens[token] }), verdict('blocked'));
    expect(outcome.kind).toBe(ours ? 'updated' : 'created');
    expect(bodies()).toEqual(ours ? [commentText('blocked')] : [planted, commentText('blocked')]);
    expect(count('graphql/viewer')).toBe(1);
  });

  test('a person who says that theirs is newer is not believed', async () => {
    standIn.comment(42, commentText('all is well', { run: 999_999 }), { login: 'mallory' });
    expect(await putComment(clientOf(standIn), verdict('blocked'))).toMatchObject({ kind: 'created' });
  });

  test.each(['mallory', 'echo-app[bot]'])(
    '%s cannot keep the verdict away by a marker of a newer run',
    async (login) => {
      const planted = commentText('all is well', { run: 9_007_199_254_740_991 });
      standIn.comment(42, planted, { login });
      expect(await putComment(clientOf(standIn), verdict('blocked'))).toMatchObject({ kind: 'created' });
      expect(bodies()).toEqual([planted, commentText('blocked')]);
      expect(await putComment(clientOf(standIn), verdict('mended', { run: 2 }))).toMatchObject({ kind: 'updated' });
      expect(bodies()).toEqual([planted, commentText('mended', { run: 2 })]);
    },
  );

  test.each([
    { kind: 'status', status: 403, body: { message: 'Resource not accessible by integration' } },
    { kind: 'status', status: 200, body: { errors: [{ type: 'FORBIDDEN', message: 'no' }] } },
  ] as const)('where GitHub does not say who we are, the comment that we create does: %j', async (fault) => {
    standIn.comment(42, commentText('newest', { run: 99 }), { login: 'echo-app[bot]' });
    const own = standIn.comment(42, commentText('one'));
    standIn.fail('graphql/viewer', fault);
    expect(await putComment(clientOf(standIn), verdict('two', { run: 2 }))).toMatchObject({ kind: 'updated' });
    expect(standIn.comments(42)).toMatchObject([
      { login: 'echo-app[bot]' },
      { id: own, body: commentText('two', { run: 2 }) },
    ]);
    expect(standIn.comments(42)).toHaveLength(2);
  });

  test('and when none is to be created, nobody’s is touched', async () => {
    standIn.comment(42, commentText('one'));
    standIn.fail('graphql/viewer', { kind: 'status', status: 403 });
    expect(await putComment(clientOf(standIn), verdict('two', { create: false }))).toEqual({ kind: 'none' });
    expect(writes()).toEqual([]);
  });

  describe('when none is to be created, but one that may be ours would mislead, it is replaced:', () => {
    const refused = { kind: 'status', status: 403 } as const;
    const quiet = { run: 2, create: false, mustNotStand: () => true };
    const two = commentText('two', { run: 2 });

    test('the older one of ours is brought up to date, and is the only one', async () => {
      const foreign = standIn.comment(42, commentText('planted', { run: 99 }), { login: 'mallory' });
      const own = standIn.comment(42, commentText('one'));
      standIn.fail('graphql/viewer', refused);
      expect(await putComment(clientOf(standIn), verdict('two', quiet))).toMatchObject({ kind: 'updated' });
      expect(standIn.comments(42).map(({ id, body }) => ({ id, body }))).toEqual([
        { id: foreign, body: commentText('planted', { run: 99 }) },
        { id: own, body: two },
      ]);
    });

    test('of several of ours one remains', async () => {
      for (const text of ['one', 'again']) standIn.comment(42, commentText(text));
      standIn.fail('graphql/viewer', refused);
      await putComment(clientOf(standIn), verdict('two', quiet));
      expect(bodies()).toEqual([two]);
    });

    test('one of ours that is newer stays as it is', async () => {
      standIn.comment(42, commentText('three', { run: 3 }));
      standIn.fail('graphql/viewer', refused);
      expect(await putComment(clientOf(standIn), verdict('two', quiet))).toMatchObject({ kind: 'newer' });
      expect(bodies()).toEqual([commentText('three', { run: 3 })]);
    });

    test.each(['mallory', 'echo-app[bot]'])('beside that of %s, which is not touched, stands ours', async (login) => {
      standIn.comment(42, commentText('planted'), { login });
      standIn.fail('graphql/viewer', refused);
      expect(await putComment(clientOf(standIn), verdict('two', quiet))).toMatchObject({ kind: 'created' });
      expect(bodies()).toEqual([commentText('planted'), two]);
    });

    test('a token that may not write is told of', async () => {
      standIn.comment(42, commentText('one'));
      standIn.fail('graphql/viewer', refused);
      const github = clientOf(standIn, { token: standIn.tokens.readOnly });
      expect(await putComment(github, verdict('two', quiet))).toMatchObject({ kind: 'failed' });
    });

    test('not for one that does not mislead, one about something else, or one that is known not to be ours', async () => {
      const mustNotStand = ({ run }: { run: number }): boolean => run !== 1;
      standIn.comment(42, commentText('one'));
      standIn.comment(42, commentText('other', { scope: 'audit', run: 7 }));
      standIn.fail('graphql/viewer', refused);
      const request = verdict('two', { ...quiet, mustNotStand });
      expect(await putComment(clientOf(standIn), request)).toEqual({ kind: 'none' });
      standIn.comment(42, commentText('planted', { run: 7 }), { login: 'mallory' });
      const github = clientOf(standIn, { token: standIn.tokens.otherApp });
      expect(await putComment(github, request)).toEqual({ kind: 'none' });
      expect(writes()).toEqual([]);
    });
  });

  test('a comment without a text is nobody’s', async () => {
    const user = { login: 'alice', type: 'User' };
    const listed = [{ id: 1, body: null, html_url: 'https://github.example/', user }];
    standIn.fail('issues/list-comments', { kind: 'status', status: 200, body: listed });
    expect(await putComment(clientOf(standIn), verdict('hello'))).toMatchObject({ kind: 'created' });
  });

  test("of two bots' the workflow's is taken, and the other's is not touched", async () => {
    const other = standIn.comment(42, commentText('by another'), { login: 'acme-robot[bot]' });
    const workflow = standIn.comment(42, commentText('by the workflow'));
    expect(await putComment(clientOf(standIn), verdict('new'))).toMatchObject({ kind: 'updated' });
    expect(standIn.comments(42)).toMatchObject([
      { id: other, body: commentText('by another') },
      { id: workflow, body: commentText('new') },
    ]);
  });
});

describe('runs at the same time leave one comment:', () => {
  afterEach(() => expect(standIn.problems).toEqual([]));

  test.each([
    [1, 2],
    [2, 1],
    [1, 1],
  ])('runs %i and %i', async (first, second) => {
    const outcomes = await Promise.all(
      [first, second].map((run) => putComment(clientOf(standIn), verdict(`run ${run}`, { run }))),
    );
    const newest = Math.max(first, second);
    expect(bodies()).toEqual([commentText(`run ${newest}`, { run: newest })]);
    expect(outcomes.map(({ kind }) => kind)).not.toContain('failed');
  });

  test('another run that comes in between, and is newer, has the word', async () => {
    const theirs = commentText('theirs', { run: 5 });
    standIn.fail('issues/create-comment', { kind: 'meanwhile', act: () => standIn.comment(42, theirs) });
    expect(await putComment(clientOf(standIn), verdict('ours', { run: 4 }))).toMatchObject({ kind: 'newer' });
    expect(bodies()).toEqual([theirs]);
  });

  test('another run that comes in between, and is older, is written over', async () => {
    const act = (): unknown => standIn.comment(42, commentText('theirs', { run: 3 }));
    standIn.fail('issues/create-comment', { kind: 'meanwhile', act });
    expect(await putComment(clientOf(standIn), verdict('ours', { run: 4 }))).toMatchObject({ kind: 'updated' });
    expect(bodies()).toEqual([commentText('ours', { run: 4 })]);
  });

  test('another run that writes over the comment while we ask who we are, and is newer, has the word', async () => {
    standIn.comment(42, commentText('before'));
    const theirs = commentText('theirs', { run: 5 });
    const act = (): void => {
      for (const comment of standIn.comments(42)) Object.assign(comment, { body: theirs });
    };
    standIn.fail('graphql/viewer', { kind: 'meanwhile', act });
    expect(await putComment(clientOf(standIn), verdict('ours', { run: 4 }))).toMatchObject({ kind: 'newer' });
    expect(bodies()).toEqual([theirs]);
  });

  test('an older run never deletes the comment that a newer one is about to write over', async () => {
    const theirs = commentText('theirs', { run: 5 });
    standIn.fail(
      { operation: 'issues/list-comments', skip: 1 },
      { kind: 'meanwhile', act: () => standIn.comment(42, theirs) },
    );
    expect(await putComment(clientOf(standIn), verdict('ours', { run: 4 }))).toMatchObject({ kind: 'newer' });
    expect(bodies()).toEqual([commentText('ours', { run: 4 }), theirs]);
    expect(await putComment(clientOf(standIn), verdict('theirs', { run: 5 }))).toMatchObject({ kind: 'updated' });
    expect(bodies()).toEqual([theirs]);
  });

  test('a duplicate that was left over is cleaned up', async () => {
    const oldest = standIn.comment(42, commentText('one'));
    standIn.comment(42, commentText('two'));
    standIn.comment(42, commentText('other', { scope: 'audit' }));
    await putComment(clientOf(standIn), verdict('three'));
    expect(standIn.comments(42)).toMatchObject([{ id: oldest, body: commentText('three') }, {}]);
  });
});

describe('an unclear failure makes no duplicate:', () => {
  afterEach(() => expect(standIn.problems).toEqual([]));

  test.each([
    { what: 'the connection broke after the comment was there', fault: { kind: 'drop', when: 'after' }, posts: 1 },
    { what: 'the answer broke off', fault: { kind: 'drop', when: 'midway' }, posts: 1 },
    { what: 'the connection broke before', fault: { kind: 'drop', when: 'before' }, posts: 2 },
    { what: 'GitHub failed', fault: { kind: 'status', status: 502, body: '<html>Bad gateway</html>' }, posts: 2 },
    { what: 'something else answered', fault: { kind: 'status', status: 200, body: '<html>Log in</html>' }, posts: 2 },
  ] as const)('$what', async ({ fault, posts }) => {
    standIn.fail('issues/create-comment', fault);
    expect(await putComment(clientOf(standIn), verdict('hello'))).toMatchObject({ kind: 'created' });
    expect(bodies()).toEqual([commentText('hello')]);
    expect(count('issues/create-comment')).toBe(posts);
  });

  test('that lasts is told in the end', async () => {
    standIn.fail({ operation: 'issues/create-comment', times: 99 }, { kind: 'status', status: 503 });
    const outcome = await putComment(clientOf(standIn), verdict('hello'));
    expect(outcome).toMatchObject({ kind: 'failed', warning: expect.stringContaining('(503)') });
    expect(count('issues/create-comment')).toBe(3);
    expect(bodies()).toEqual([]);
  });
});

describe('what keeps the comment away is one warning with its cause:', () => {
  const permissions = 'permissions:\n  contents: read\n  pull-requests: write';

  test.each([
    { token: 'readOnly', readOnly: undefined, expected: [permissions, 'may not write'] },
    { token: 'readOnly', readOnly: 'fork', expected: ['from a fork', 'only read', 'nothing to mend'] },
    { token: 'readOnly', readOnly: 'dependabot', expected: ["Dependabot's", 'only read', 'nothing to mend'] },
    { token: 'blind', readOnly: undefined, expected: ['no access to acme/shop', permissions] },
    { token: 'unknown', readOnly: undefined, expected: ['expired', 'Bad credentials'] },
    { token: '', readOnly: undefined, expected: ['not valid', 'Requires authentication'] },
    { token: 'inner\nbreak', readOnly: undefined, expected: ['not valid', 'a line break'] },
  ] as const)('token $token, read-only for $readOnly', async ({ token, readOnly, expected }) => {
    const known = standIn.tokens as Readonly<Record<string, string>>;
    const secret = known[token] ?? (token === 'unknown' ? 'ghs_unknown' : token);
    const outcome = await putComment(clientOf(standIn, { token: secret }), verdict('x', { readOnly }));
    expect(outcome.kind).toBe('failed');
    const warning = outcome.kind === 'failed' ? outcome.warning : '';
    for (const each of expected) expect(warning).toContain(each);
    expect(warning).toMatch(/^No comment on pull request #42: /);
    if (secret !== '') expect(warning).not.toContain(secret);
    if (readOnly !== undefined) expect(warning).not.toContain('permissions:');
    expect(standIn.problems).toEqual([]);
  });

  test.each([
    { about: { locked: true }, expected: 'locked' },
    { about: { gone: true }, expected: 'issues are switched off' },
  ])('$expected', async ({ about, expected }) => {
    standIn.pullRequest(42, about);
    const outcome = await putComment(clientOf(standIn), verdict('x'));
    expect(outcome).toMatchObject({ kind: 'failed', warning: expect.stringContaining(expected) });
    expect(standIn.problems).toEqual([]);
  });

  test('a pull request that is not there', async () => {
    const outcome = await putComment(clientOf(standIn), verdict('x', { pullRequest: 43 }));
    expect(outcome).toMatchObject({ kind: 'failed', warning: expect.stringContaining('no such pull request') });
  });

  test('a text that is too long, which would be our mistake', async () => {
    const outcome = await putComment(clientOf(standIn), verdict('x'.repeat(65_536)));
    expect(outcome).toMatchObject({ kind: 'failed', warning: expect.stringContaining('maximum is 65536 characters') });
    expect(standIn.problems).toEqual([expect.stringContaining('Body is too long')]);
    expect(count('issues/create-comment')).toBe(1);
  });

  test('an archived repository', async () => {
    const body = { message: 'Repository was archived so is read-only.' };
    standIn.fail('issues/create-comment', { kind: 'status', status: 403, body });
    const outcome = await putComment(clientOf(standIn), verdict('x'));
    expect(outcome).toMatchObject({ kind: 'failed', warning: expect.stringContaining('archived') });
  });

  test('a mistake of ours in rendering', async () => {
    const render = (): string => {
      throw new Error('no such thing');
    };
    const outcome = await putComment(clientOf(standIn), verdict('x', { render }));
    expect(outcome).toMatchObject({ kind: 'failed', warning: expect.stringMatching(/no such thing.*bug/) });
  });
});
