/** Answers as Slack gives them. */

export interface Answer {
  readonly status: number;
  /** A string is sent as it is, anything else as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The Web API says by `ok` what others say by the status: https://docs.slack.dev/apis/web-api. */
export function ok(fields: object): Answer {
  return { status: 200, body: { ok: true, ...fields } };
}

export function refusal(error: string, more: object = {}): Answer {
  return { status: 200, body: { ok: false, error, ...more } };
}

/** 429 and Retry-After, at both doors: https://docs.slack.dev/apis/web-api/rate-limits. */
export function rateLimited(retryAfterSeconds: number | undefined): Answer {
  return {
    status: 429,
    body: { ok: false, error: 'ratelimited' },
    ...(retryAfterSeconds === undefined ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
  };
}
