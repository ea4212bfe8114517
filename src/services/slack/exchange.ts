import type { Environment } from '../../settings/environment.ts';
import { version } from '../../version.ts';
import { createFetch, hasProxy } from '../fetch.ts';
import { isUnsent, networkMessage, oneLine } from '../network.ts';
import { type Limit, Patience } from '../patience.ts';
import type { Answer } from './answer.ts';
import { SlackError } from './slack.ts';

/** One way to ask both doors of Slack: within a time, again where that can double nothing, and without a word of a secret. */

export interface ExchangeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Where proxies are named: HTTPS_PROXY, HTTP_PROXY, NO_PROXY. */
  readonly env: Environment;
  readonly userAgent?: string;
  /** For everything that is asked of this client, the waiting that Slack asks for included. */
  readonly budgetMs?: number;
}

interface Request {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

interface Manner<T> {
  readonly read: (answer: Answer) => T;
  /** Whether to do it twice is as good as once. */
  readonly repeatable: boolean;
}

/** Whoever waits for an apply should not wait for its messenger. */
const BUDGET_MS = 5_000;
const PAUSE_MS = 300;
/** Slack counts in whole seconds. */
const LEAST_WAIT_SECONDS = 1;

export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #secrets: readonly string[];
  readonly #fetch: ReturnType<typeof createFetch>;
  readonly #patience: Patience;

  /** `secrets`: taken out of every text, since HTTP libraries like to quote what they did not like. */
  constructor(options: ExchangeOptions, secrets: readonly string[]) {
    const { env, signal, budgetMs = BUDGET_MS } = options;
    this.#options = options;
    this.#secrets = secrets;
    this.#fetch = createFetch(env);
    this.#patience = new Patience(
      budgetMs,
      signal,
      (kind) => new SlackError(kind === 'slow' ? { kind, limitMs: budgetMs } : { kind }),
    );
  }

  /** Rejects with SlackError. */
  send<T>(request: Request, manner: Manner<T>): Promise<T> {
    return this.#patience.during(async (limit) => {
      for (let again = 1; ; again--) {
        try {
          return manner.read(await this.#ask(request, limit));
        } catch (error) {
          const pause = error instanceof SlackError ? pauseAfter(error, manner.repeatable, again > 0) : undefined;
          if (pause === undefined || !(await limit.wait(pause))) throw error;
        }
      }
    });
  }

  async #ask({ url, headers = {}, body }: Request, { signal }: Limit): Promise<Answer> {
    const { env, userAgent = `lockstep/${version}` } = this.#options;
    try {
      const response = await this.#fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': userAgent, ...headers },
        body: JSON.stringify(body),
        // Neither the token nor the message goes where an answer points to.
        redirect: 'manual',
        signal,
      });
      return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const said = oneLine(networkMessage(error), this.#secrets);
      throw new SlackError({ kind: 'network', said, proxied: hasProxy(env), unsent: isUnsent(error) });
    }
  }
}

/**
 * How long to wait before the next try, undefined: there is none. What Slack turned away for its number was not done, and is
 * tried again as long as there is time. After an error of Slack's or the network's there is one more try, unless the first may
 * have been done and must not be done twice.
 */
function pauseAfter({ failure }: SlackError, repeatable: boolean, onceMore: boolean): number | undefined {
  if (failure.kind === 'rate-limit')
    return Math.max(LEAST_WAIT_SECONDS, failure.waitSeconds ?? LEAST_WAIT_SECONDS) * 1_000;
  const passing = failure.kind === 'server' || failure.kind === 'network';
  const harmless = repeatable || (failure.kind === 'network' && failure.unsent);
  return passing && harmless && onceMore ? PAUSE_MS : undefined;
}
