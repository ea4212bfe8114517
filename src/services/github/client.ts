import { randomUUID } from 'node:crypto';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import type { Environment } from '../../settings/environment.ts';
import { version } from '../../version.ts';
import { createFetch, hasProxy } from '../fetch.ts';
import { type Limit, Patience } from '../patience.ts';
import { githubErrorOf, waitSeconds } from './failure.ts';
import { COMPARISONS, type Github, type GithubComment, GithubError, isRefused } from './github.ts';

/** octokit behind our interface. Heavy: import it only where GitHub is really asked. */

export interface GithubOptions {
  /** 'https://api.github.com', 'https://github.acme.example/api/v3' */
  readonly apiUrl: string;
  readonly token: string;
  /** 'owner/name' */
  readonly repository: string;
  readonly signal?: AbortSignal | undefined;
  /** Where proxies are named: HTTPS_PROXY, HTTP_PROXY, NO_PROXY. */
  readonly env: Environment;
  readonly userAgent?: string;
  /** For everything that is asked of this client, the waiting for rate limits included. */
  readonly budgetMs?: number;
  /** How often a request is tried again, rate limits included. Default 3. */
  readonly retries?: number;
  /** false: without the pauses of our own choosing, for tests; those that GitHub asks for are kept. */
  readonly pauses?: boolean;
}

const BUDGET_MS = 60_000;
const RETRIES = 3;
const PER_PAGE = 100;
const MALFORMED = 'it holds a space, a line break or another character that no token has';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

// The order matters: the pause comes before the plugin that tries again.
const Client = Octokit.plugin(pauseBeforeRetry, retry, throttling);
/** For questions by POST, which the other would space from the writes behind them. */
const Asker = Octokit.plugin(pauseBeforeRetry, retry);

export function createGithub(options: GithubOptions): Github {
  const { repository, signal, env, userAgent = `lockstep/${version}`, budgetMs = BUDGET_MS } = options;
  const { retries = RETRIES, pauses = true } = options;
  // A line break at the end is a common slip, and a header may not hold it.
  const token = options.token.trim();
  const [owner = '', repo = ''] = repository.split('/');
  const common = {
    auth: token,
    baseUrl: options.apiUrl.replace(/\/+$/, ''),
    userAgent,
    log: silent,
    request: { fetch: createFetch(env), log: silent },
    retry: {
      // Refusals are answers. Rate limits are the other plugin's: this one would not wait as long as GitHub asks.
      doNotRetry: Array.from({ length: 100 }, (_, index) => 400 + index),
      retries,
      retryAfterBaseValue: 0,
    },
  };
  const octokit = new Client({
    ...common,
    throttle: {
      // Writes are spaced per client, not per process.
      id: randomUUID(),
      onRateLimit: waitForLimit,
      onSecondaryRateLimit: waitForLimit,
      retryAfterBaseValue: 0,
      ...(pauses ? {} : UNSPACED),
    },
  });
  /** How one request is made; the hooks find its limits here. */
  const requestOptions = (limit: Limit): RequestLimits & { signal: AbortSignal } => ({
    signal: limit.signal,
    limit,
    maxRetries: retries,
    pauses,
  });
  const patience = new Patience(
    budgetMs,
    signal,
    (kind) => new GithubError(kind === 'slow' ? { kind, limitMs: budgetMs } : { kind }),
  );
  const proxied = hasProxy(env);
  const call = async <T>(work: (limit: Limit) => Promise<T>): Promise<T> => {
    // No header can hold it, and it would look like a broken network.
    if (/[^\x21-\x7e]/.test(token)) throw new GithubError({ kind: 'refused', status: 401, said: MALFORMED });
    return patience.during(work).catch((error) => {
      if (error instanceof Error && error.name === 'GraphqlResponseError')
        throw new GithubError({ kind: 'refused', status: 403, said: 'GraphQL' });
      throw githubErrorOf(error, { token, proxied });
    });
  };

  return {
    host: hostOf(options.apiUrl),
    repository,
    comments: (pullRequest) =>
      call(async (limit) => {
        const comments: GithubComment[] = [];
        // octokit.paginate would forget `request` after the first page, and the limit with it.
        for (let page = 1; ; page++) {
          const { data, headers } = await octokit.rest.issues.listComments({
            owner,
            repo,
            issue_number: pullRequest,
            per_page: PER_PAGE,
            page,
            request: requestOptions(limit),
          });
          if (!Array.isArray(data)) throw new GithubError({ kind: 'strange' });
          comments.push(...data.map(commentOf));
          if (!/\brel="next"/.test(headers.link ?? '')) return comments.sort((a, b) => a.id - b.id);
        }
      }),
    createComment: (pullRequest, body) =>
      call(async (limit) => {
        const request = { ...requestOptions(limit), retries: 0 };
        const { data } = await octokit.rest.issues.createComment({
          owner,
          repo,
          issue_number: pullRequest,
          body,
          request,
        });
        return commentOf(data);
      }),
    updateComment: (id, body) =>
      call(async (limit) => {
        const request = requestOptions(limit);
        const { data } = await octokit.rest.issues.updateComment({ owner, repo, comment_id: id, body, request });
        return commentOf(data);
      }),
    deleteComment: (id) =>
      call(async (limit) => {
        await octokit.rest.issues.deleteComment({ owner, repo, comment_id: id, request: requestOptions(limit) });
      }),
    user: () =>
      call(async (limit) => {
        const { graphql } = new Asker(common);
        const answer = await graphql<Viewer>('{ viewer { login } }', { request: requestOptions(limit) });
        if (typeof answer?.viewer?.login !== 'string') throw new GithubError({ kind: 'strange' });
        return answer.viewer.login;
      }).catch((error) => {
        if (isRefused(error, 403) || isRefused(error, 404)) return undefined;
        throw error;
      }),
    mergedPullRequest: (commit) =>
      call(async (limit) => {
        const { data } = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({
          owner,
          repo,
          commit_sha: commit,
          per_page: PER_PAGE,
          request: requestOptions(limit),
        });
        if (!Array.isArray(data)) throw new GithubError({ kind: 'strange' });
        // A commit is also part of pull requests that were opened from it later, and of those that are still open.
        const merged = data.filter(({ merged_at }) => typeof merged_at === 'string');
        return (merged.find(({ merge_commit_sha }) => merge_commit_sha === commit) ?? merged[0])?.number;
      }),
    openPullRequests: ({ owner: from, name, tip }) =>
      call(async (limit) => {
        const { data } = await octokit.rest.pulls.list({
          owner,
          repo,
          state: 'open',
          head: `${from}:${name}`,
          per_page: PER_PAGE,
          request: requestOptions(limit),
        });
        if (!Array.isArray(data)) throw new GithubError({ kind: 'strange' });
        // Asked for a branch that it does not know, GitHub lists others' as well.
        const ours = data.filter(({ head }) => head?.sha === tip && head.ref === name && head.user?.login === from);
        return ours.map(({ number }) => number);
      }),
    approvers: (environment) =>
      call(async (limit) => {
        const { data } = await octokit.rest.repos.getEnvironment({
          owner,
          repo,
          environment_name: environment,
          request: requestOptions(limit),
        });
        if (typeof data?.name !== 'string') throw new GithubError({ kind: 'strange' });
        const reviewers = (data.protection_rules ?? []).flatMap((rule) =>
          'reviewers' in rule ? (rule.reviewers ?? []) : [],
        );
        return reviewers.flatMap(({ reviewer = {} }) =>
          'login' in reviewer && reviewer.login !== undefined
            ? [reviewer.login]
            : 'slug' in reviewer && reviewer.slug !== undefined
              ? [`the team ${reviewer.slug}`]
              : [],
        );
      }),
    compare: (base, head) =>
      call(async (limit) => {
        const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
          owner,
          repo,
          basehead: `${base}...${head}`,
          // The commits between them, of which none is of interest.
          per_page: 1,
          request: requestOptions(limit),
        });
        if (!COMPARISONS.includes(data?.status)) throw new GithubError({ kind: 'strange' });
        return data.status;
      }),
  };
}

/** In the place of the throttling plugin's queues, which put seconds between two writes. */
const UNSPACED = Object.fromEntries(
  ['write', 'notifications'].map((name) => [name, { key: () => ({ schedule: async () => {} }) }]),
);

interface RequestLimits {
  readonly limit: Limit;
  /** Not `retries`, by which the retry plugin would try refusals again, too. */
  readonly maxRetries: number;
  readonly pauses: boolean;
}

interface Attempt {
  readonly request: Partial<RequestLimits> & { retries?: number; readonly retryCount?: number };
}

/**
 * The wait before the retry plugin tries again. Its own would be a timer that nothing can stop (a cancelled run would
 * linger), would know no budget, and would not heed `retry-after`.
 */
function pauseBeforeRetry({ hook }: Pick<Octokit, 'hook'>): void {
  hook.error('request', async (error, options) => {
    const { request } = options as Attempt;
    const { limit, maxRetries = 0, retries = maxRetries, retryCount = 0, pauses } = request;
    if ('status' in error && error.status >= 500 && retryCount < retries) {
      const asked = waitSeconds(error.response?.headers ?? {});
      const milliseconds = asked === undefined ? (pauses ? 500 * (retryCount + 1) ** 2 : 0) : asked * 1_000;
      if (!(await limit?.wait(milliseconds))) request.retries = 0;
    }
    throw error;
  });
}

/** Whether the request is tried again; it is, when GitHub's limit ends before our patience. */
async function waitForLimit(seconds: number, options: object, _octokit: unknown, retryCount: number): Promise<boolean> {
  const { limit, maxRetries = 0 } = (options as Attempt).request;
  return retryCount < maxRetries && (await limit?.wait(Math.max(1, seconds) * 1_000)) === true;
}

interface Viewer {
  readonly viewer?: { readonly login?: unknown };
}

interface CommentData {
  readonly id: number;
  readonly body?: string | null | undefined;
  readonly html_url: string;
  readonly user: { readonly login: string } | null;
}

function commentOf(data: CommentData): GithubComment {
  if (typeof data?.id !== 'number') throw new GithubError({ kind: 'strange' });
  const { id, body, html_url: url, user } = data;
  return { id, body: body ?? '', url, author: user === null ? undefined : { login: user.login } };
}

function hostOf(apiUrl: string): string {
  return URL.canParse(apiUrl) ? new URL(apiUrl).host : apiUrl;
}
