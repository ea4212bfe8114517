import type { NetworkFault } from '../server.ts';
import { type Answer, rateLimited, refusal } from './answers.ts';

/** What goes wrong, once or more often, instead of or around an operation: 'chat.postMessage', 'chat.update', 'webhook'. */
export type Fault =
  /** Slack, or something in front of it, answers this. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** `ok: false` with this name. */
  | { readonly kind: 'error'; readonly error: string; readonly more?: object }
  | { readonly kind: 'rate-limit'; readonly retryAfterSeconds?: number }
  | NetworkFault;

/** The answer that a fault gives in the operation's stead; undefined: the operation answers itself. */
export function answerOf(fault: Fault | undefined): Answer | undefined {
  switch (fault?.kind) {
    case 'status':
      return { status: fault.status, body: fault.body ?? '', headers: fault.headers ?? {} };
    case 'error':
      return refusal(fault.error, fault.more);
    case 'rate-limit':
      return rateLimited(fault.retryAfterSeconds);
    default:
      return undefined;
  }
}
