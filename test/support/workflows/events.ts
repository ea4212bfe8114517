import { pullRequestContext, pullRequestPayload } from '../actions/events.ts';
import { mergeRef } from '../actions-checkout.ts';
import type { GitRepo } from '../git-repo.ts';
import type { RunResult } from './model.ts';

/** What starts a run, and what GitHub tells of it. */
export interface RunEvent {
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly ref: string;
  /** The commit that the run is for, and whose workflow is run. */
  readonly sha: string;
  /** 'ada' unless told. */
  readonly actor?: string;
  readonly head_ref?: string;
  readonly base_ref?: string;
}

const SHOP = 'acme/shop';
const repository = { full_name: SHOP, default_branch: 'main' };

/** A push to `branch` that made `sha` its tip: by default the last commit there. */
export function push(repo: GitRepo, branch = 'main', sha = repo.git('rev-parse', branch)): RunEvent {
  const parents = repo.git('rev-list', '--parents', '-n', '1', sha).split(' ');
  const [before = '0'.repeat(40)] = parents.slice(1);
  const ref = `refs/heads/${branch}`;
  return { name: 'push', ref, sha, payload: { ref, before, after: sha, repository } };
}

interface PullRequestOptions {
  readonly branch?: string;
  /** Where it comes from: 'acme/shop' unless told. */
  readonly from?: string;
  readonly by?: string;
  readonly title?: string;
}

/** Pull request 42, as GitHub merges it for the trial. */
export function pullRequest(repo: GitRepo, options: PullRequestOptions = {}): RunEvent {
  const { branch = 'feature', from = SHOP, by = 'ada', title = 'a change' } = options;
  const [base, head] = [repo.git('rev-parse', 'main'), repo.git('rev-parse', branch)];
  const payload = pullRequestPayload({ base, head, branch, from, by });
  const pull = { ...(payload.pull_request as object), title };
  const { ref = '', head_ref = '', base_ref = '' } = pullRequestContext({ branch });
  const sha = mergeRef({ repo }, 'main', branch);
  return { name: 'pull_request', payload: { ...payload, pull_request: pull }, ref, sha, actor: by, head_ref, base_ref };
}

/** Started by hand, on a branch. */
export function dispatch(repo: GitRepo, inputs: Readonly<Record<string, unknown>> = {}, branch = 'main'): RunEvent {
  const ref = `refs/heads/${branch}`;
  const payload = { ref, inputs, repository };
  return { name: 'workflow_dispatch', ref, sha: repo.git('rev-parse', branch), payload };
}

interface Proposal {
  readonly head: { readonly sha: string; readonly ref: string; readonly repo: { readonly full_name: string } };
}

/** Another run has ended: what follows runs on the default branch, with all rights. */
export function workflowRun(repo: GitRepo, of: RunEvent, ended: Pick<RunResult, 'id' | 'conclusion'>): RunEvent {
  const pull = of.payload.pull_request as Proposal | undefined;
  const from = pull?.head.repo.full_name ?? SHOP;
  const run = {
    ...{ id: ended.id, run_attempt: 1, conclusion: ended.conclusion, event: of.name, status: 'completed' },
    actor: { login: of.actor ?? 'ada' },
    head_sha: pull?.head.sha ?? of.sha,
    head_branch: pull?.head.ref ?? of.ref.replace('refs/heads/', ''),
    head_repository: { full_name: from, owner: { login: from.split('/')[0] } },
    // GitHub leaves this empty for a fork.
    pull_requests: [],
  };
  const payload = { action: 'completed', workflow_run: run, repository };
  return { name: 'workflow_run', ref: 'refs/heads/main', sha: repo.git('rev-parse', 'main'), payload };
}
