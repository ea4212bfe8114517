import { type GitRepo, gitRepo } from './git-repo.ts';

/** Repositories as GitHub serves them, and checkouts as actions/checkout makes them. */

export interface Hosted {
  readonly repo: GitRepo;
  /** Where `feature` begins; main has gone on since. */
  readonly part: string;
  readonly main: string;
  readonly feature: string;
}

/** A main branch, and a branch `feature` with two commits of its own. As on GitHub any commit may be asked for. */
export function hosted(): Hosted {
  const repo = gitRepo({ 'm/1.sql': 'select 1;\n' });
  repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  const part = repo.commit('part');
  repo.branch('feature');
  repo.commit('feature 1', { 'm/2.sql': 'select 2;\n' });
  const feature = repo.commit('feature 2', { 'm/3.sql': 'select 3;\n' });
  repo.checkout('main');
  const main = repo.commit('main 1', { 'm/4.sql': 'select 4;\n' });
  return { repo, part, main, feature };
}

/** The test merge that GitHub makes of a pull request: refs/pull/42/merge. Returns its sha; HEAD stays. */
export function mergeRef({ repo }: Pick<Hosted, 'repo'>, base = 'main', head = 'feature'): string {
  const before = repo.git('rev-parse', '--abbrev-ref', 'HEAD');
  repo.git('checkout', '--quiet', '--detach', base);
  repo.git('merge', '--quiet', '--no-ff', '--no-edit', head);
  const sha = repo.git('rev-parse', 'HEAD');
  repo.git('update-ref', 'refs/pull/42/merge', sha);
  repo.checkout(before);
  return sha;
}

interface CheckoutOptions {
  readonly sha: string;
  /** 0: all branches, whole. Default 1, as actions/checkout has it. */
  readonly depth?: number;
}

/** What actions/checkout does: init, fetch one commit, check it out detached. */
export function actionsCheckout(repo: GitRepo, { sha, depth = 1 }: CheckoutOptions): GitRepo {
  const clone = gitRepo();
  clone.git('remote', 'add', 'origin', `file://${repo.dir}`);
  const limit = depth === 0 ? [] : [`--depth=${depth}`];
  const branches = depth === 0 ? ['+refs/heads/*:refs/remotes/origin/*'] : [];
  const commit = `+${sha}:refs/remotes/pull/42/merge`;
  clone.git(
    'fetch',
    '--quiet',
    '--no-tags',
    '--prune',
    '--no-recurse-submodules',
    ...limit,
    'origin',
    ...branches,
    commit,
  );
  clone.git('checkout', '--quiet', '--force', '--detach', sha);
  return clone;
}
