/** What Lockstep asks of GitHub: a narrow interface, so that nothing else knows the client behind it. */

/** A comment in a pull request's conversation. */
export interface GithubComment {
  readonly id: number;
  readonly body: string;
  /** Its page. */
  readonly url: string;
  /** undefined: whoever wrote it has left GitHub. */
  readonly author: { readonly login: string } | undefined;
}

/** How a second commit stands to a first: 'ahead' descends from it, 'behind' is its ancestor. */
export const COMPARISONS = ['ahead', 'behind', 'identical', 'diverged'] as const;

export type Comparison = (typeof COMPARISONS)[number];

/** Every method rejects with GithubError, and with nothing else. */
export interface Github {
  /** 'api.github.com': what a message names. */
  readonly host: string;
  /** 'owner/name' */
  readonly repository: string;
  /** All of them, oldest first. */
  comments(pullRequest: number): Promise<GithubComment[]>;
  /** Not tried again after an unclear failure (see isUnclear): it may have arrived. */
  createComment(pullRequest: number, body: string): Promise<GithubComment>;
  updateComment(id: number, body: string): Promise<GithubComment>;
  deleteComment(id: number): Promise<void>;
  /**
   * Whose token it is: 'octocat', 'acme-robot[bot]', and 'github-actions[bot]' for GITHUB_TOKEN. By GraphQL: GET /user is
   * refused to apps. undefined: GitHub does not say.
   */
  user(): Promise<string | undefined>;
  /** The pull request whose merge has made this commit; undefined: none has. */
  mergedPullRequest(commit: string): Promise<number | undefined>;
  /** Numbers of the open pull requests whose branch this is, and whose tip is this commit. `owner`: of the branch's repository. */
  openPullRequests(branch: { readonly owner: string; readonly name: string; readonly tip: string }): Promise<number[]>;
  /** Who may approve a job that uses this environment: 'grace', 'the team dba'. Empty: nobody has to. */
  approvers(environment: string): Promise<string[]>;
  /** How `head` stands to `base`, both shas. Refused with 404 when GitHub does not have one of them. */
  compare(base: string, head: string): Promise<Comparison>;
}

export type GithubFailure =
  /** An answer of 400 to 499; `said` is GitHub's own message, on one line. */
  | { readonly kind: 'refused'; readonly status: number; readonly said: string }
  /** Too many requests, and the wait is longer than our patience. */
  | { readonly kind: 'rate-limit'; readonly waitSeconds: number | undefined }
  | { readonly kind: 'server'; readonly status: number }
  /** No answer; `said` is what the network said. */
  | { readonly kind: 'network'; readonly said: string; readonly proxied: boolean }
  /** An answer that is not GitHub's: a login page, say. */
  | { readonly kind: 'strange' }
  /** All the time there is for GitHub is used up. */
  | { readonly kind: 'slow'; readonly limitMs: number }
  | { readonly kind: 'cancelled' };

/** Why GitHub did not do what it was asked. Internal: users get its explanation as a warning (explain.ts). */
export class GithubError extends Error {
  override readonly name = 'GithubError';
  readonly failure: GithubFailure;

  constructor(failure: GithubFailure, cause?: unknown) {
    super(`GitHub: ${failure.kind}`, cause === undefined ? undefined : { cause });
    this.failure = failure;
  }
}

/** Whether what was asked may have been done all the same. */
export function isUnclear(error: unknown): boolean {
  return error instanceof GithubError && ['server', 'network', 'strange'].includes(error.failure.kind);
}

/** Whether GitHub answered this status. */
export function isRefused(error: unknown, status: number): boolean {
  return error instanceof GithubError && error.failure.kind === 'refused' && error.failure.status === status;
}
