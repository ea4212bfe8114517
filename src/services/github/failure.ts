import { networkMessage, oneLine } from '../network.ts';
import { GithubError } from './github.ts';

/** From what octokit rejects with to what it means. */

interface HttpError {
  readonly status: number;
  readonly response?: {
    readonly headers: Readonly<Record<string, string | number | undefined>>;
    readonly data: unknown;
  };
}

interface FailureContext {
  /** Taken out of every text: an HTTP library quotes a header that it does not like. */
  readonly token: string;
  readonly proxied: boolean;
}

export function githubErrorOf(error: unknown, { token, proxied }: FailureContext): GithubError {
  if (error instanceof GithubError) return error;
  const http = isHttpError(error) ? error : undefined;
  if (http?.response === undefined) {
    const said = oneLine(networkMessage(error), [token]);
    return new GithubError({ kind: 'network', said, proxied });
  }
  const { status, response } = http;
  const said = oneLine(messageOf(response.data), [token]);
  if (isRateLimit(status, response.headers, said))
    return new GithubError({ kind: 'rate-limit', waitSeconds: waitSeconds(response.headers) });
  return new GithubError(status >= 500 ? { kind: 'server', status } : { kind: 'refused', status, said });
}

function isHttpError(error: unknown): error is HttpError {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && 'request' in error;
}

function isRateLimit(status: number, headers: Readonly<Record<string, unknown>>, said: string): boolean {
  if (status === 429) return true;
  return (
    status === 403 &&
    (headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined || /rate limit/i.test(said))
  );
}

/** undefined: GitHub did not say. */
export function waitSeconds(headers: Readonly<Record<string, string | number | undefined>>): number | undefined {
  const after = Number(headers['retry-after'] ?? Number.NaN);
  if (Number.isFinite(after)) return after;
  const reset = Number(headers['x-ratelimit-remaining'] === '0' ? headers['x-ratelimit-reset'] : Number.NaN);
  return Number.isFinite(reset) ? Math.max(0, Math.ceil(reset - Date.now() / 1_000)) : undefined;
}

/** GitHub's own words. What stands between us and GitHub answers with pages of HTML, which nobody wants to read here. */
function messageOf(data: unknown): string {
  if (typeof data !== 'object' || data === null || !('message' in data) || typeof data.message !== 'string') return '';
  const errors = 'errors' in data && Array.isArray(data.errors) ? data.errors : [];
  const details = errors.map((each) => (typeof each === 'string' ? each : each?.message));
  return [data.message, ...details.filter((each) => typeof each === 'string')].join(': ');
}
