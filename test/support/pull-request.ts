import { onTestFinished } from 'vitest';
import { type GithubStandIn, startGithub } from '../fakes/github/stand-in.ts';
import { pullRequestContext, pullRequestPayload } from './actions/events.ts';
import { ownAction } from './actions/own-action.ts';
import { type ActionResult, type ActionRun, type RunningAction, startAction } from './actions/run-action.ts';
import { actionsCheckout, mergeRef } from './actions-checkout.ts';
import { gitRepo } from './git-repo.ts';
import { testTools } from './postgres.ts';

/** A pull request on GitHub: a real repository, the stand-in's pull request, and runs of the action on it. */

type Files = Readonly<Record<string, string | null>>;

interface PullRequestRun {
  readonly with?: ActionRun['with'];
  readonly env?: ActionRun['env'];
  readonly machine?: ActionRun['machine'];
  /** By default the workflow's own. */
  readonly token?: string;
  /** 'acme/shop' unless it comes from a fork. */
  readonly from?: string;
  readonly by?: string;
  /** Grows from run to run unless told. */
  readonly runId?: number;
  readonly runAttempt?: number;
  /** The fetch-depth of actions/checkout. */
  readonly depth?: number;
  readonly onLine?: (line: string) => void;
}

interface PullRequest {
  readonly number: number;
  readonly github: GithubStandIn;
  /** Commits to the pull request's branch. Returns the sha. */
  push(files: Files): string;
  /** The workflow's run for what was pushed last. */
  run(options?: PullRequestRun): Promise<ActionResult>;
  start(options?: PullRequestRun): RunningAction;
  /** Bodies of the comments there, oldest first. */
  comments(): string[];
}

/** `base`: what the main branch holds; `change`: what the pull request does to it. Gone when the test ends. */
export async function openPullRequest(base: Files, change: Files): Promise<PullRequest> {
  const pull = { number: 42, branch: 'feature' };
  const repo = gitRepo();
  repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  const baseSha = repo.commit('base', base);
  repo.branch(pull.branch);
  let headSha = repo.commit('the change', change);
  const github = await startGithub();
  onTestFinished(() => github.close());
  github.pullRequest(pull.number);
  const action = ownAction();
  let runs = 9000;

  const start = (options: PullRequestRun = {}): RunningAction => {
    const {
      token = github.tokens.write,
      from = github.repository,
      by = 'ada',
      runId = ++runs,
      runAttempt = 1,
    } = options;
    const merge = mergeRef({ repo });
    const workspace = actionsCheckout(repo, { sha: merge, depth: options.depth ?? 1 });
    return startAction({
      action,
      with: { cache_directory: `${testTools}/../e2e-bases`, tool_directory: testTools, ...options.with },
      workspace: workspace.dir,
      env: options.env ?? {},
      machine: { ...workspace.env, ...options.machine },
      ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
      event: {
        name: 'pull_request',
        payload: pullRequestPayload({ ...pull, base: baseSha, head: headSha, repository: github.repository, from, by }),
      },
      github: {
        ...pullRequestContext(pull),
        sha: merge,
        token,
        actor: by,
        api_url: github.url,
        repository: github.repository,
        run_id: String(runId),
        run_attempt: String(runAttempt),
      },
    });
  };

  return {
    number: pull.number,
    github,
    push(files) {
      repo.checkout(pull.branch);
      headSha = repo.commit('another push', files);
      return headSha;
    },
    start,
    run: (options) => start(options).finished,
    comments: () => github.comments(pull.number).map(({ body }) => body),
  };
}
