import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Git } from '../../../src/project/git.ts';
import { resolveRange } from '../../../src/project/refs.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';

const open = (repo: GitRepo) => Git.open(repo.dir, repo.env);
const range = async (repo: GitRepo, options: { base?: string; head?: string } = {}) =>
  resolveRange({ git: await open(repo), ...options });

/** main with some commits after `part`, and a branch `feature` from `part` with some of its own. */
function diverged(commits = 3) {
  const repo = gitRepo({ 'm/1.sql': '' });
  const part = repo.git('rev-parse', 'HEAD');
  repo.branch('feature');
  let feature = part;
  for (let n = 0; n < commits; n++) feature = repo.commit(`feature ${n}`);
  repo.checkout('main');
  let main = part;
  for (let n = 0; n < commits; n++) main = repo.commit(`main ${n}`);
  return { repo, part, feature, main };
}

/** main with many empty commits, made at once. */
function longHistory(commits: number): GitRepo {
  const repo = gitRepo();
  const stream = Array.from(
    { length: commits },
    (_, n) => `commit refs/heads/main\ncommitter Ada <ada@example.com> ${1_700_000_000 + n} +0000\ndata 0\n`,
  );
  execFileSync('git', ['-C', repo.dir, 'fast-import', '--quiet'], { env: repo.env, input: stream.join('') });
  return repo;
}

describe('without options', () => {
  test('the working tree is compared with main, from where they part', async () => {
    const { repo, part, main } = diverged();
    repo.checkout('feature');
    expect(await range(repo)).toEqual({ baseTip: main, mergeBase: part, head: 'worktree', notices: [] });
  });

  test('the remote’s default branch comes before a main of our own', async () => {
    const { repo } = diverged();
    repo.git('branch', 'trunk', 'main~1');
    const clone = repo.clone();
    clone.git('remote', 'set-head', 'origin', 'trunk');
    clone.checkout('feature');
    expect((await range(clone)).baseTip).toBe(repo.git('rev-parse', 'trunk'));
  });

  test('master will do', async () => {
    const { repo, main } = diverged();
    repo.git('branch', '-m', 'main', 'master');
    expect((await range(repo)).baseTip).toBe(main);
  });

  test('HEAD on the base branch itself is compared with itself, and that is said', async () => {
    const { repo, main } = diverged();
    const found = await range(repo);
    expect(found).toMatchObject({ baseTip: main, mergeBase: main, head: 'worktree' });
    expect(found.notices).toEqual([expect.stringContaining(`main itself (${main.slice(0, 7)})`)]);
  });
});

test('base and head may be named', async () => {
  const { repo, part, feature, main } = diverged();
  expect(await range(repo, { base: 'main', head: 'feature' })).toEqual({
    baseTip: main,
    mergeBase: part,
    head: feature,
    notices: [],
  });
});

test.each<[string, (repo: GitRepo) => void, { base?: string; head?: string }, string]>([
  ['no commits', (repo) => repo.git('checkout', '--quiet', '--orphan', 'new'), {}, 'git-no-commits'],
  ['no base to be found', (repo) => repo.git('branch', '-m', 'main', 'trunk'), {}, 'base-unknown'],
  ['an unknown base', () => {}, { base: 'mian' }, 'git-unknown-ref'],
  ['an unknown head', () => {}, { head: 'faeture' }, 'git-unknown-ref'],
  ['an option as base', () => {}, { base: '--upload-pack=x' }, 'git-invalid-ref'],
  [
    'histories with nothing in common',
    (repo) => {
      repo.git('checkout', '--quiet', '--orphan', 'other');
      repo.commit('other');
    },
    {},
    'git-unrelated-histories',
  ],
])('%s is an error that tells what to do', async (_, prepare, options, code) => {
  const repo = gitRepo({ 'm/1.sql': '' });
  prepare(repo);
  await expect(range(repo, options)).rejects.toMatchObject({ code, hint: expect.any(String) });
});

test('the only remote there is will do, whatever its name', async () => {
  const { repo, part, main } = diverged();
  const clone = repo.clone('--single-branch', '--branch=feature', '--origin=upstream');
  expect(await range(clone, { base: 'main' })).toMatchObject({ baseTip: main, mergeBase: part });
});

describe('a shallow clone', () => {
  test('of one branch gets the base and the history that it lacks', async () => {
    const { repo, part, feature, main } = diverged();
    const clone = repo.clone('--depth=1', '--single-branch', '--branch=feature');
    expect(await range(clone, { base: 'main' })).toMatchObject({ baseTip: main, mergeBase: part });
    expect(clone.git('rev-parse', 'HEAD')).toBe(feature);
  });

  test('is deepened step by step, no further than needed', async () => {
    const repo = longHistory(1_000);
    repo.git('branch', 'feature', 'main~60');
    repo.checkout('feature');
    repo.commit('feature');
    const clone = repo.clone('--depth=1', '--no-single-branch');
    expect((await range(clone, { base: 'main', head: 'feature' })).mergeBase).toBe(repo.git('rev-parse', 'main~60'));
    expect(Number(clone.git('rev-list', '--count', 'origin/main'))).toBeLessThan(400);
  });

  test('with commits of its own, which the remote does not have', async () => {
    const { repo, part } = diverged();
    const clone = repo.clone('--depth=1', '--no-single-branch');
    clone.checkout('feature');
    clone.commit('local', { 'm/2.sql': '' });
    expect((await range(clone, { base: 'main' })).mergeBase).toBe(part);
  });

  test.each<[string, (clone: GitRepo, origin: GitRepo) => void]>([
    ['whose remote is gone', (_, origin) => rmSync(origin.dir, { recursive: true })],
    ['without a remote', (clone) => clone.git('remote', 'remove', 'origin')],
    [
      'whose remote wants a password',
      (clone) => clone.git('remote', 'set-url', 'origin', 'https://me:secret@127.0.0.1:9/x'),
    ],
  ])('%s is an error with the lines to paste, and no secret', async (_, prepare) => {
    const { repo } = diverged();
    const clone = repo.clone('--depth=1', '--no-single-branch');
    clone.git('checkout', '--quiet', '--detach', 'origin/feature');
    const base = repo.git('rev-parse', 'main');
    prepare(clone, repo);
    const error = await range(clone, { base }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'git-history-missing', hint: expect.stringContaining('fetch-depth: 0') });
    expect(String(error)).not.toContain('secret');
  });
});

test('a full clone of one branch gets the base, and stays a full clone', async () => {
  const { repo, part, main } = diverged();
  const clone = repo.clone('--single-branch', '--branch=feature');
  expect(await range(clone, { base: 'main' })).toMatchObject({ baseTip: main, mergeBase: part });
  expect(clone.git('rev-parse', '--is-shallow-repository')).toBe('false');
  expect(clone.git('rev-parse', 'origin/main')).toBe(main);
});
