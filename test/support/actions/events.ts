import type { Actions, ActionsEvent } from '../../../src/settings/actions.ts';
import { mergeRef } from '../actions-checkout.ts';
import type { GitRepo } from '../git-repo.ts';
import type { ActionRun } from './run-action.ts';

/** What a runner knows about the event that a repository's state belongs to. */
export type EventOf = Required<Pick<ActionRun, 'event' | 'github' | 'workspace'>>;

const SHOP = 'acme/shop';

/** A push of the last commit; the one before it is its parent. */
export function pushEvent(repo: GitRepo): EventOf {
  const [after, before] = [repo.git('rev-parse', 'HEAD'), repo.git('rev-parse', 'HEAD^')];
  const payload = { ref: 'refs/heads/main', before, after, repository: { full_name: SHOP } };
  return { event: { name: 'push', payload }, github: { sha: after }, workspace: repo.dir };
}

/**
 * Pull request 42, of `branch` into `main`. Leaves checked out what actions/checkout does: the merge of both, on no branch.
 * The clone is whole.
 */
export function pullRequestEvent(repo: GitRepo, branch: string): EventOf {
  const [base, head] = [repo.git('rev-parse', 'main'), repo.git('rev-parse', branch)];
  const sha = mergeRef({ repo }, 'main', branch);
  repo.git('checkout', '--quiet', '--detach', sha);
  return {
    event: { name: 'pull_request', payload: pullRequestPayload({ base, head, branch }) },
    github: { ...pullRequestContext({ branch }), sha },
    workspace: repo.dir,
  };
}

interface PulledCommits {
  /** The commit that `main` was at when the branch was last pushed to. */
  readonly base: string;
  readonly head: string;
  readonly branch?: string;
  /** The repository that it comes from, and the one it is for: 'acme/shop' unless told. */
  readonly from?: string;
  readonly repository?: string;
  readonly by?: string;
  readonly number?: number;
}

/** What GitHub tells of a pull request into `main`, as far as anybody reads it. */
export function pullRequestPayload(pull: PulledCommits): Readonly<Record<string, unknown>> {
  const { base, head, branch = 'feature', repository = SHOP, from = repository, by = 'ada', number = 42 } = pull;
  return {
    action: 'synchronize',
    number,
    pull_request: {
      number,
      user: { login: by },
      base: { ref: 'main', sha: base, repo: { full_name: repository } },
      head: { ref: branch, sha: head, repo: { full_name: from } },
    },
    repository: { full_name: repository },
  };
}

/** What the context `github` holds for a pull request, apart from the commit. */
export function pullRequestContext({
  branch = 'feature',
  number = 42,
}: Pick<PulledCommits, 'branch' | 'number'>): Readonly<Record<string, string>> {
  return { ref: `refs/pull/${number}/merge`, ref_name: `${number}/merge`, base_ref: 'main', head_ref: branch };
}

/** What `readActions` makes of an event. */
export function actionsOf(event: ActionsEvent, rest: Partial<Actions> = {}): Actions {
  return {
    event,
    repository: SHOP,
    sha: undefined,
    workspace: undefined,
    serverUrl: 'https://github.com',
    apiUrl: 'https://api.github.com',
    runId: 1,
    runAttempt: 1,
    ...rest,
  };
}
