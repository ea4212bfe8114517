import type { GitRepo } from '../git-repo.ts';
import type { ActionRun } from './run-action.ts';

/** What a runner knows about the event that a repository's state belongs to. */
export type EventOf = Required<Pick<ActionRun, 'event' | 'github' | 'workspace'>>;

const repository = { full_name: 'acme/shop' };

/** A push of the last commit; the one before it is its parent. */
export function push(repo: GitRepo): EventOf {
  const [after, before] = [repo.git('rev-parse', 'HEAD'), repo.git('rev-parse', 'HEAD^')];
  const payload = { ref: 'refs/heads/main', before, after, repository };
  return { event: { name: 'push', payload }, github: { sha: after }, workspace: repo.dir };
}

/**
 * Pull request 7, of `branch` into `main`. Leaves checked out what actions/checkout does: the merge of both, on no branch.
 * The clone is whole.
 */
export function pullRequest(repo: GitRepo, branch: string): EventOf {
  const [base, head] = [repo.git('rev-parse', 'main'), repo.git('rev-parse', branch)];
  repo.git('checkout', '--quiet', '--detach', 'main');
  repo.git('merge', '--quiet', '--no-ff', '--no-gpg-sign', '-m', `Merge ${head} into ${base}`, head);
  const pull = {
    number: 7,
    user: { login: 'ada' },
    base: { ref: 'main', sha: base, repo: repository },
    head: { ref: branch, sha: head, repo: repository },
  };
  return {
    event: { name: 'pull_request', payload: { action: 'synchronize', number: 7, pull_request: pull, repository } },
    github: {
      sha: repo.git('rev-parse', 'HEAD'),
      ref: 'refs/pull/7/merge',
      ref_name: '7/merge',
      base_ref: 'main',
      head_ref: branch,
    },
    workspace: repo.dir,
  };
}
