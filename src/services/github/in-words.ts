import type { GithubFailure } from './github.ts';

/** Why GitHub did not answer a question: one line of whole sentences, without advice about what only the asker knows. */
export function inWords(failure: GithubFailure): string {
  switch (failure.kind) {
    case 'refused':
      return `GitHub answered ${failure.status}${failure.said && ` (${failure.said})`}.${adviceFor(failure.status)}`;
    case 'rate-limit':
      return 'GitHub has had too many requests with this token (rate limit).';
    case 'server':
      return `GitHub answered with an error of its own (${failure.status}).`;
    case 'network':
      return `GitHub cannot be reached: ${failure.said}.`;
    case 'strange':
      return "What answered was not GitHub's API.";
    case 'slow':
      return `GitHub did not answer within ${Math.round(failure.limitMs / 1_000)} s.`;
    case 'cancelled':
      return 'The question to GitHub was cancelled.';
  }
}

function adviceFor(status: number): string {
  if (status === 401) return ' The token has expired, was revoked, or is one for another server.';
  if (status === 403) return ' The token needs the permission `contents: read`.';
  return status === 404
    ? ' It does not have what was asked for, or the token lacks the permission `contents: read`.'
    : '';
}
