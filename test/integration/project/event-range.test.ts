import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Git } from '../../../src/project/git.ts';
import { resolveRange } from '../../../src/project/refs.ts';
import type { Actions } from '../../../src/settings/actions.ts';
import { actionsOf } from '../../support/actions/events.ts';
import { actionsCheckout, type Hosted, hosted, mergeRef } from '../../support/actions-checkout.ts';
import type { GitRepo } from '../../support/git-repo.ts';

const range = async (clone: GitRepo, actions: Actions, options: { base?: string; head?: string } = {}) =>
  resolveRange({ git: await Git.open(clone.dir, clone.env), actions, ...options });

const short = (sha: string) => sha.slice(0, 7);
const unknown = 'deadbeef'.repeat(5);

test('an event that does not tell its commits gets no verdict on a guess, unless the base is named', async () => {
  const origin = hosted();
  const clone = actionsCheckout(origin.repo, { sha: mergeRef(origin), depth: 0 });
  const actions = actionsOf({ kind: 'unreadable', name: 'pull_request' });
  await expect(range(clone, actions)).rejects.toMatchObject({ code: 'event-unreadable' });
  expect(await range(clone, actions, { base: 'main' })).toMatchObject({ baseTip: origin.main });
});

describe('on a pull request', () => {
  const pullRequest = ({ part, feature }: Hosted, sha: string) =>
    // `base.sha` of a payload is where the base branch was when the branch was last pushed to.
    actionsOf({ kind: 'pull_request', number: 42, baseSha: part, headSha: feature, readOnly: undefined }, { sha });

  test.each([1, 2, 0])(
    'the merge commit is compared with its first parent, cloned with fetch-depth: %i',
    async (depth) => {
      const origin = hosted();
      const merge = mergeRef(origin);
      origin.repo.commit('main goes on');
      const clone = actionsCheckout(origin.repo, { sha: merge, depth });
      if (depth !== 1) rmSync(origin.repo.dir, { recursive: true });
      expect(await range(clone, pullRequest(origin, merge))).toEqual({
        baseTip: origin.main,
        mergeBase: origin.main,
        head: merge,
        notices: [],
      });
    },
  );

  test('no more is fetched for that than the parents', async () => {
    const origin = hosted();
    const merge = mergeRef(origin);
    const clone = actionsCheckout(origin.repo, { sha: merge });
    await range(clone, pullRequest(origin, merge));
    expect(clone.git('rev-list', 'HEAD').split('\n')).toHaveLength(3);
  });

  test.each([1, 0])(
    'the branch’s own tip (fetch-depth: %i) is compared from where it parted, and that is said',
    async (depth) => {
      const origin = hosted();
      const merge = mergeRef(origin);
      const clone = actionsCheckout(origin.repo, { sha: origin.feature, depth });
      const found = await range(clone, pullRequest(origin, merge));
      expect(found).toMatchObject({ baseTip: origin.main, mergeBase: origin.part, head: origin.feature });
      expect(found.notices).toEqual([
        expect.stringMatching(
          `^${short(origin.feature)} is the tip of .* leave \`ref\` out of the actions/checkout step`,
        ),
      ]);
    },
  );

  test('the event’s base will do where the merge commit is gone', async () => {
    const origin = hosted();
    const clone = actionsCheckout(origin.repo, { sha: origin.feature });
    expect(await range(clone, pullRequest(origin, unknown))).toMatchObject({
      baseTip: origin.part,
      mergeBase: origin.part,
    });
  });

  test('a merge that the branch itself ends with is not taken for GitHub’s', async () => {
    const origin = hosted();
    const { repo, main } = origin;
    repo.checkout('feature');
    repo.git('merge', '--quiet', '--no-ff', '--no-edit', 'main');
    const feature = repo.git('rev-parse', 'HEAD');
    const clone = actionsCheckout(repo, { sha: feature });
    const event = { kind: 'pull_request', number: 42, baseSha: main, headSha: feature, readOnly: undefined } as const;
    // Against its first parent it would show what main has gained, and nothing of the branch.
    expect(await range(clone, actionsOf(event, { sha: feature }))).toMatchObject({ baseTip: main, mergeBase: main });
  });

  test('a branch that is merged already is looked at in its merge', async () => {
    const { repo, main, feature } = hosted();
    repo.git('merge', '--quiet', '--no-ff', '--no-edit', 'feature');
    const merged = repo.git('rev-parse', 'main');
    const clone = actionsCheckout(repo, { sha: merged });
    const event = { kind: 'pull_request', number: 42, baseSha: merged, headSha: feature, readOnly: undefined } as const;
    expect(await range(clone, actionsOf(event, { sha: unknown }))).toMatchObject({ baseTip: main, head: merged });
  });

  test('one that is merged already and has been built upon leaves nothing to compare, and that is said', async () => {
    const { repo, feature } = hosted();
    repo.git('merge', '--quiet', '--no-ff', '--no-edit', 'feature');
    const later = repo.commit('main goes on');
    const clone = actionsCheckout(repo, { sha: later });
    const event = { kind: 'pull_request', number: 42, baseSha: later, headSha: feature, readOnly: undefined } as const;
    const found = await range(clone, actionsOf(event, { sha: unknown }));
    expect(found).toMatchObject({ mergeBase: later, head: later });
    expect(found.notices.join()).toContain('nothing to compare');
  });

  describe('a checkout of something else gets no verdict', () => {
    const elsewhere = async (at: (origin: Hosted) => string, depth: number, base?: string) => {
      const origin = hosted();
      const merge = mergeRef(origin);
      const sha = at(origin);
      const clone = actionsCheckout(origin.repo, { sha, depth });
      return { sha, origin, ask: range(clone, pullRequest(origin, merge), base === undefined ? {} : { base }) };
    };

    test.each([
      ['the base branch', 1, undefined],
      ['the base branch', 0, undefined],
      ['the base branch', 1, 'main'],
      ['a commit before the tip', 1, undefined],
      ['an unrelated branch', 1, undefined],
    ] as const)('%s (fetch-depth: %i, base %s)', async (what, depth, base) => {
      const places = {
        'the base branch': ({ main }: Hosted) => main,
        'a commit before the tip': ({ repo }: Hosted) => repo.git('rev-parse', 'feature~1'),
        'an unrelated branch': ({ repo }: Hosted) => {
          repo.git('checkout', '--quiet', '--orphan', 'pages');
          const sha = repo.commit('pages');
          repo.checkout('main');
          return sha;
        },
      };
      const { sha, origin, ask } = await elsewhere(places[what], depth, base);
      await expect(ask).rejects.toMatchObject({
        code: 'event-not-checked-out',
        message: expect.stringMatching(`^${short(sha)} .*${short(origin.feature)}.*#42`),
        hint: expect.stringMatching(
          /:\n {2}- uses: actions\/checkout.*\n {4}with:\n {6}ref: \$\{\{ github\.sha \}\}\n[^ ]/,
        ),
      });
    });

    test('also where the tip of the pull request cannot be had', async () => {
      const origin = hosted();
      const merge = mergeRef(origin);
      const clone = actionsCheckout(origin.repo, { sha: origin.main });
      rmSync(origin.repo.dir, { recursive: true });
      await expect(range(clone, pullRequest(origin, merge))).rejects.toMatchObject({ code: 'event-not-checked-out' });
    });

    test('unless the head was named', async () => {
      const origin = hosted();
      const merge = mergeRef(origin);
      const clone = actionsCheckout(origin.repo, { sha: origin.main });
      expect(await range(clone, pullRequest(origin, merge), { head: origin.part })).toMatchObject({
        head: origin.part,
      });
    });
  });

  test.each([1, 5, 0])('a merge with what was pushed since the event is looked at (fetch-depth: %i)', async (depth) => {
    const origin = hosted();
    const event = pullRequest(origin, mergeRef(origin));
    origin.repo.checkout('feature');
    for (const number of [1, 2, 3, 4, 5, 6]) origin.repo.commit(`more ${number}`);
    origin.repo.checkout('main');
    const base = origin.repo.commit('main goes on');
    const newer = mergeRef(origin);
    const clone = actionsCheckout(origin.repo, { sha: newer, depth });
    expect(await range(clone, event)).toEqual({ baseTip: base, mergeBase: base, head: newer, notices: [] });
  });

  test('a merge of the base into the branch, pushed since the event, is compared from where it parted', async () => {
    const origin = hosted();
    const event = pullRequest(origin, mergeRef(origin));
    origin.repo.checkout('feature');
    origin.repo.commit('more');
    origin.repo.git('merge', '--quiet', '--no-ff', '--no-edit', 'main');
    const tip = origin.repo.git('rev-parse', 'HEAD');
    const clone = actionsCheckout(origin.repo, { sha: tip });
    expect(await range(clone, event)).toMatchObject({ baseTip: origin.main, mergeBase: origin.main, head: tip });
  });

  test('first parents that cannot be had are an error with the lines to paste', async () => {
    const origin = hosted();
    const merge = mergeRef(origin);
    const clone = actionsCheckout(origin.repo, { sha: merge });
    rmSync(origin.repo.dir, { recursive: true });
    await expect(range(clone, pullRequest(origin, merge))).rejects.toMatchObject({
      code: 'git-history-missing',
      hint: expect.stringContaining('      fetch-depth: 2\n'),
    });
  });

  test('a base that is named wins over the event’s', async () => {
    const origin = hosted();
    const merge = mergeRef(origin);
    origin.repo.git('branch', 'release', origin.part);
    const clone = actionsCheckout(origin.repo, { sha: merge });
    expect(await range(clone, pullRequest(origin, merge), { base: 'release' })).toEqual({
      baseTip: origin.part,
      mergeBase: origin.part,
      head: merge,
      notices: [],
    });
  });

  test('a head that is named wins over HEAD', async () => {
    const origin = hosted();
    const merge = mergeRef(origin);
    const clone = actionsCheckout(origin.repo, { sha: merge });
    const found = await range(clone, pullRequest(origin, merge), { head: origin.feature });
    expect(found).toEqual({ baseTip: origin.main, mergeBase: origin.part, head: origin.feature, notices: [] });
  });
});

test('a merge group is compared with its own base, not with what happens to be checked out', async () => {
  const origin = hosted();
  const group = mergeRef(origin);
  const clone = actionsCheckout(origin.repo, { sha: origin.main });
  const event = { kind: 'merge_group', baseSha: origin.main, headSha: group } as const;
  expect(await range(clone, actionsOf(event, { sha: group }))).toEqual({
    baseTip: origin.main,
    mergeBase: origin.main,
    head: group,
    notices: [],
  });
});

describe('on a push', () => {
  const push = (before: string | undefined, after: string) =>
    actionsOf({ kind: 'push', before, after }, { sha: after });

  test.each([1, 0])('all that was pushed is looked at (fetch-depth: %i)', async (depth) => {
    const { repo, part, feature } = hosted();
    const clone = actionsCheckout(repo, { sha: feature, depth });
    expect(await range(clone, push(part, feature))).toEqual({
      baseTip: part,
      mergeBase: part,
      head: feature,
      notices: [],
    });
  });

  test('of a new branch its last commit is looked at, and that is said', async () => {
    const { repo, feature } = hosted();
    const parent = repo.git('rev-parse', 'feature~1');
    const found = await range(actionsCheckout(repo, { sha: feature }), push(undefined, feature));
    expect(found).toMatchObject({ baseTip: parent, mergeBase: parent, head: feature });
    expect(found.notices).toEqual([expect.stringMatching(`The branch is new.*${short(parent)}.*\`base\``)]);
  });

  test.each([1, 0])('whose earlier commit is gone for good (fetch-depth: %i) likewise', async (depth) => {
    const { repo, feature } = hosted();
    const found = await range(actionsCheckout(repo, { sha: feature, depth }), push(unknown, feature));
    expect(found.baseTip).toBe(repo.git('rev-parse', 'feature~1'));
    expect(found.notices).toEqual([expect.stringContaining(`${short(unknown)}, where the branch was`)]);
  });

  test('the first parent never stands in for history that is out of reach', async () => {
    const { repo, part, feature } = hosted();
    const clone = actionsCheckout(repo, { sha: feature, depth: 2 });
    rmSync(repo.dir, { recursive: true });
    await expect(range(clone, push(part, feature))).rejects.toMatchObject({ code: 'git-history-missing' });
  });

  test('that replaces history is compared from where the two part, and that is said', async () => {
    const { repo, part, main, feature } = hosted();
    const found = await range(actionsCheckout(repo, { sha: feature }), push(main, feature));
    expect(found).toMatchObject({ baseTip: main, mergeBase: part, head: feature });
    expect(found.notices).toEqual([expect.stringContaining('has replaced history')]);
  });

  test('that takes commits back says that nothing was compared', async () => {
    const { repo, part, feature } = hosted();
    const found = await range(actionsCheckout(repo, { sha: part }), push(feature, part));
    expect(found).toMatchObject({ baseTip: feature, mergeBase: part, head: part });
    expect(found.notices).toEqual([expect.stringContaining('has taken commits back')]);
  });

  test('of a repository’s first commit everything counts as new', async () => {
    const { repo } = hosted();
    const root = repo.git('rev-list', '--max-parents=0', 'main');
    const found = await range(actionsCheckout(repo, { sha: root }), push(undefined, root));
    expect(repo.git('ls-tree', found.baseTip)).toBe('');
    expect(found).toMatchObject({ mergeBase: found.baseTip, head: root });
    expect(found.notices).toEqual([expect.stringContaining('first commit')]);
  });
});

describe('on an event without commits of its own', () => {
  const dispatched = (sha: string) => actionsOf({ kind: 'other', name: 'workflow_dispatch' }, { sha });

  test('HEAD is compared with the commit before it, and that is said', async () => {
    const { repo, part, main } = hosted();
    const clone = actionsCheckout(repo, { sha: main });
    clone.write({ 'm/9.sql': 'left by another step' });
    const found = await range(clone, dispatched(main));
    expect(found).toMatchObject({ baseTip: part, mergeBase: part, head: main });
    expect(found.notices).toEqual([expect.stringContaining('The input `base` names another')]);
  });

  test('the base may be named', async () => {
    const { repo, part, main, feature } = hosted();
    const clone = actionsCheckout(repo, { sha: feature });
    expect(await range(clone, dispatched(feature), { base: 'main' })).toEqual({
      baseTip: main,
      mergeBase: part,
      head: feature,
      notices: [],
    });
  });
});

test('pull_request_target is refused, whatever is named', async () => {
  const { repo, part, feature } = hosted();
  const actions = actionsOf({ kind: 'pull_request_target' });
  await expect(range(repo, actions, { base: part, head: feature })).rejects.toMatchObject({
    code: 'event-unsupported',
    hint: expect.stringMatching(/pull_request:[\s\S]*secrets/),
  });
});
