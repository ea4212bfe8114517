import { readFileSync } from 'node:fs';
import type { Environment } from './environment.ts';

/** What GitHub Actions tells a step about its run: environment variables and the event's payload. Nothing else reads them. */

/** Why a pull request's token may only read, and there are no secrets: it is from another repository, or by Dependabot. */
export type ReadOnly = 'fork' | 'dependabot';

/** https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows, as far as we care. */
export type ActionsEvent =
  | {
      readonly kind: 'pull_request';
      readonly number: number;
      /** The base branch's tip when the event happened; the branch may have moved since. */
      readonly baseSha: string;
      /** The tip of the pull request's branch; what is checked out by default is its merge into the base. */
      readonly headSha: string;
      readonly readOnly: ReadOnly | undefined;
    }
  | { readonly kind: 'merge_group'; readonly baseSha: string; readonly headSha: string }
  /** `before` is undefined for a new branch. */
  | { readonly kind: 'push'; readonly before: string | undefined; readonly after: string }
  /** Another workflow's run has ended; this one has a token that may write, and must not run what that one was about. */
  | ({ readonly kind: 'workflow_run' } & EndedRun)
  /** It runs with secrets and write access on what anybody proposes: never together with the proposal's code. */
  | { readonly kind: 'pull_request_target' }
  /** It has commits, and its payload does not tell them: it is not there, or is none of GitHub's. */
  | { readonly kind: 'unreadable'; readonly name: string }
  /** Without commits of its own: workflow_dispatch, schedule, release, ... */
  | { readonly kind: 'other'; readonly name: string };

/** A run that has ended, as GitHub itself tells of it. */
export interface EndedRun {
  readonly runId: number;
  readonly runAttempt: number;
  /** Of which event it was: 'pull_request', 'push'. */
  readonly of: string;
  readonly headSha: string;
  readonly headBranch: string;
  /** Whose repository the branch is in: 'octocat'. undefined: it has been deleted. */
  readonly headOwner: string | undefined;
}

export interface Actions {
  readonly event: ActionsEvent;
  /** 'owner/name' */
  readonly repository: string | undefined;
  /** The commit that the run is for: GITHUB_SHA. */
  readonly sha: string | undefined;
  /** Where actions/checkout puts the repository. */
  readonly workspace: string | undefined;
  /** 'https://github.com' */
  readonly serverUrl: string;
  /** 'https://api.github.com' */
  readonly apiUrl: string;
  /** Grows from run to run of a repository. 0: not told. */
  readonly runId: number;
  /** From 1: grows when the same run is started again. */
  readonly runAttempt: number;
}

/** undefined: not inside GitHub Actions. */
export function readActions(env: Environment): Actions | undefined {
  if (env.GITHUB_ACTIONS !== 'true') return undefined;
  return {
    event: readEvent(env),
    repository: /^[^/\s]+\/[^/\s]+$/.test(env.GITHUB_REPOSITORY ?? '') ? env.GITHUB_REPOSITORY : undefined,
    sha: sha(env.GITHUB_SHA),
    workspace: env.GITHUB_WORKSPACE || undefined,
    serverUrl: (env.GITHUB_SERVER_URL || 'https://github.com').replace(/\/+$/, ''),
    apiUrl: (env.GITHUB_API_URL || 'https://api.github.com').replace(/\/+$/, ''),
    runId: whole(env.GITHUB_RUN_ID) ?? 0,
    runAttempt: whole(env.GITHUB_RUN_ATTEMPT) ?? 1,
  };
}

function readEvent(env: Environment): ActionsEvent {
  const name = env.GITHUB_EVENT_NAME || 'unknown';
  if (name === 'pull_request_target') return { kind: 'pull_request_target' };
  const payload = readPayload(env.GITHUB_EVENT_PATH);
  if (name === 'workflow_run') {
    const run = endedRun(fields(payload.workflow_run));
    return run === undefined ? { kind: 'unreadable', name } : { kind: 'workflow_run', ...run };
  }
  // Of a branch that was deleted there is no commit any more.
  if (!HAVE_COMMITS.has(name) || (name === 'push' && isNone(payload.after))) return { kind: 'other', name };
  return commitsOf(name, payload, env) ?? { kind: 'unreadable', name };
}

const HAVE_COMMITS: ReadonlySet<string> = new Set(['pull_request', 'merge_group', 'push']);

function endedRun(run: Fields): EndedRun | undefined {
  const { id, run_attempt: attempt, event, head_branch: headBranch } = run;
  const headSha = sha(run.head_sha);
  const { login } = fields(fields(run.head_repository).owner);
  if (!isCount(id) || !isCount(attempt) || headSha === undefined) return undefined;
  if (typeof event !== 'string' || typeof headBranch !== 'string') return undefined;
  const headOwner = typeof login === 'string' && login !== '' ? login : undefined;
  return { runId: id, runAttempt: attempt, of: event, headSha, headBranch, headOwner };
}

/** undefined: the payload does not tell them. */
function commitsOf(name: string, payload: Fields, env: Environment): ActionsEvent | undefined {
  if (name === 'pull_request') {
    const pull = fields(payload.pull_request);
    const number = pull.number;
    const baseSha = sha(fields(pull.base).sha);
    const headSha = sha(fields(pull.head).sha);
    if (!isCount(number)) return undefined;
    if (baseSha === undefined || headSha === undefined) return undefined;
    return { kind: 'pull_request', number, baseSha, headSha, readOnly: readOnly(pull, payload, env) };
  }
  if (name === 'merge_group') {
    const group = fields(payload.merge_group);
    const baseSha = sha(group.base_sha);
    const headSha = sha(group.head_sha);
    return baseSha && headSha ? { kind: 'merge_group', baseSha, headSha } : undefined;
  }
  if (name === 'push') {
    // `after` of an annotated tag is the tag; GITHUB_SHA is the commit, which actions/checkout fetches without the tag.
    const after = sha(env.GITHUB_SHA) ?? sha(payload.after);
    const before = isNone(payload.before) ? undefined : sha(payload.before);
    return after === undefined ? undefined : { kind: 'push', before, after };
  }
  return undefined;
}

function readOnly(pull: Fields, payload: Fields, env: Environment): ReadOnly | undefined {
  // Whoever starts the run again: what Dependabot opened stays Dependabot's.
  const dependabot = env.GITHUB_ACTOR === 'dependabot[bot]' || fields(pull.user).login === 'dependabot[bot]';
  if (dependabot) return 'dependabot';
  const head = fields(fields(pull.head).repo).full_name;
  const base = fields(payload.repository).full_name ?? env.GITHUB_REPOSITORY;
  // A fork that was deleted has no repository any more.
  return head === base ? undefined : 'fork';
}

type Fields = Readonly<Record<string, unknown>>;

function readPayload(path: string | undefined): Fields {
  try {
    return path ? fields(JSON.parse(readFileSync(path, 'utf8'))) : {};
  } catch {
    return {};
  }
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function sha(value: unknown): string | undefined {
  return typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value) ? value : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/** GitHub writes "no commit" in zeros. */
function isNone(value: unknown): boolean {
  return typeof value === 'string' && /^0+$/.test(value);
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
