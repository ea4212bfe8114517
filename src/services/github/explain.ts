import { messageOf } from '../../errors.ts';
import type { ReadOnly } from '../../settings/actions.ts';
import { networkAdvice } from '../network.ts';
import { redact } from '../redact.ts';
import { type Github, GithubError, type GithubFailure } from './github.ts';

/** Why there is no comment, and what to do about it, in words for the log of a run. */

interface Circumstances {
  readonly github: Pick<Github, 'host' | 'repository'>;
  /** undefined: it is not known yet which. */
  readonly pullRequest: number | undefined;
  readonly readOnly: ReadOnly | undefined;
}

const PERMISSIONS = ['permissions:', '  contents: read', '  pull-requests: write'].join('\n');

/** One warning: the first line says what is the case, the rest what to do. */
export function explain(error: unknown, circumstances: Circumstances): string {
  const why =
    error instanceof GithubError
      ? because(error.failure, circumstances)
      : `${redact(messageOf(error))} (a bug in Lockstep)`;
  const { pullRequest } = circumstances;
  return pullRequest === undefined
    ? `No comment on the pull request: ${why}`
    : `No comment on pull request #${pullRequest}: ${why}`;
}

function because(failure: GithubFailure, circumstances: Circumstances): string {
  const { host } = circumstances.github;
  switch (failure.kind) {
    case 'refused':
      return refused(failure.status, failure.said, circumstances);
    case 'rate-limit':
      return `${host} has had too many requests with this token (rate limit)${until(failure.waitSeconds)}. The next run brings the comment up to date.`;
    case 'server':
      return `${host} answers with an error of its own (${failure.status}), several times over. Run the job again later.`;
    case 'network':
      return `${host} cannot be reached: ${failure.said}. ${networkAdvice(failure.said, failure.proxied)}`;
    case 'strange':
      return `what answers at ${host} is not GitHub's API. Something in between may answer in its stead: a proxy, a login page. On GitHub Enterprise Server the address ends in /api/v3.`;
    case 'slow':
      return `${host} did not finish within the ${Math.round(failure.limitMs / 1_000)} seconds that it is given. Run the job again later.`;
    case 'cancelled':
      return 'the run was cancelled.';
  }
}

function refused(status: number, said: string, { github, readOnly }: Circumstances): string {
  const { host, repository } = github;
  if (status === 401)
    return `the token is not valid: it has expired, was revoked, or is not one for ${host} (${said}). Set github_token anew, or leave it out to use the workflow's own.`;
  if (/\barchived\b/i.test(said)) return `${repository} is archived, so nobody can comment there.`;
  if (/\blocked\b/i.test(said)) return 'its conversation is locked. Unlock it, or set comment: never.';
  if (status === 403) return forbidden(said, repository, readOnly);
  if (status === 404)
    return `the token has no access to ${repository}, or there is no such pull request (${host} says: ${said}). The token must be one for this repository, with at least:\n\n${PERMISSIONS}`;
  if (status === 410)
    return `its conversation is gone: issues are switched off for ${repository}, or it was deleted (GitHub says: ${said}).`;
  if (status === 422 && /too long/i.test(said))
    return `it is longer than GitHub takes (${said}). This is a bug in Lockstep: please report it.`;
  return `GitHub refused it with ${status} (${said}).`;
}

function forbidden(said: string, repository: string, readOnly: ReadOnly | undefined): string {
  const lacksPermission = /not accessible/i.test(said);
  if (lacksPermission && readOnly !== undefined) {
    const runs = readOnly === 'fork' ? 'runs for a pull request from a fork' : "runs for Dependabot's pull requests";
    return `GitHub gives ${runs} a token that may only read. The verdict, the job's summary and the annotations stand; there is nothing to mend.`;
  }
  if (lacksPermission && /personal access token/i.test(said))
    return `the personal access token may not write there. It needs "Pull requests: Read and write" for ${repository}; the workflow's own token would do, too, with:\n\n${PERMISSIONS}`;
  if (lacksPermission)
    return `the token may not write there (GitHub says: ${said}). Give the workflow, or its job, these permissions:\n\n${PERMISSIONS}\n\nThe token of an app of your own needs "Pull requests: Read and write" in the app's settings.`;
  return `GitHub refused it with 403 (${said}).`;
}

function until(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  return seconds < 90 ? `, for another ${seconds} s` : `, for another ${Math.ceil(seconds / 60)} minutes`;
}
