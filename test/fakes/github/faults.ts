import type { NetworkFault } from '../server.ts';
import { type Answer, refusal } from './answers.ts';
import type { Json } from './document.ts';

/** What goes wrong, once or more often, instead of or around an operation. */
export type Fault =
  /** GitHub, or something in front of it, answers this. A body that is a string is sent as HTML. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: Json;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'rate-limit'; readonly resetInSeconds: number }
  | { readonly kind: 'secondary-limit'; readonly retryAfterSeconds?: number; readonly status?: 403 | 429 }
  | NetworkFault;

/** The answer that a fault gives in the operation's stead; undefined: the operation answers itself. */
export function answerOf(fault: Fault | undefined): Answer | undefined {
  switch (fault?.kind) {
    case 'status':
      return fault.body === undefined
        ? refusal(fault.status, 'Server Error', fault.headers)
        : { status: fault.status, body: fault.body, headers: fault.headers ?? {} };
    case 'rate-limit':
      return refusal(403, 'API rate limit exceeded for installation ID 1.', {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Math.ceil(Date.now() / 1_000 + fault.resetInSeconds)),
      });
    case 'secondary-limit':
      return refusal(
        fault.status ?? 403,
        'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
        fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) },
      );
    default:
      return undefined;
  }
}
