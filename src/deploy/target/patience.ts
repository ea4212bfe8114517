import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionError, connectionErrors } from '../../postgres/connection-error.ts';
import { isFull } from './causes.ts';
import { mainOf, saidOf } from './diagnosis.ts';
import { isTlsProblem } from './tls.ts';

/** How long somebody is ready to wait for a server, and who is told. */
interface Patience {
  readonly signal: AbortSignal;
  readonly patienceMs: number;
  /** Whether it was reached before: a server that is away now is most likely restarting. */
  readonly reached: boolean;
  readonly onWait?: ((why: string) => void) | undefined;
}

/** A failure after which nothing more was tried. */
export class GaveUp extends Error {
  readonly waitedMs: number;

  constructor(cause: unknown, waitedMs: number) {
    super('gave up', { cause });
    this.waitedMs = waitedMs;
  }
}

const PAUSE_MS = { first: 150, longest: 1_500 };
const TELL_EVERY_MS = 5_000;

/**
 * Tries `attempt` until it works, until it fails for good, or until the patience is over: then it throws GaveUp. `attempt`
 * gets the time at which that will be.
 */
export async function patiently<T>(
  { signal, patienceMs, reached, onWait }: Patience,
  attempt: (deadline: number) => Promise<T>,
): Promise<T> {
  const began = performance.now();
  const deadline = began + patienceMs;
  const tell = atMostEvery(TELL_EVERY_MS, onWait);
  let seen = reached;
  for (let pause = PAUSE_MS.first; ; pause = Math.min(pause * 2, PAUSE_MS.longest)) {
    try {
      return await attempt(deadline);
    } catch (error) {
      signal.throwIfAborted();
      const failures = connectionErrors(error);
      const now = performance.now();
      if (now >= deadline || !failures.some((each) => passes(each, seen))) throw new GaveUp(error, now - began);
      seen ||= failures.some(comesFromServer);
      tell(saidOf(mainOf(failures)));
      // Spread, so that those who wait for one place do not all come at once.
      const wait = Math.min(pause * (0.5 + Math.random() / 2), deadline - now);
      await sleep(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** Whether the reason may be gone in a moment. */
function passes(error: ConnectionError, reached: boolean): boolean {
  if (isFull(error) || PASSING.test(error.code) || PASSING.test(error.message)) return true;
  if (reached) return AWAY.test(error.code) || CLOSED.test(error.message) || error.message === 'timeout expired';
  return CLOSED.test(error.message) && !isTlsProblem(error);
}

const PASSING = /^57P0[1-3]$|^EAI_AGAIN$|starting up|shutting down|server_login_retry/;
/** What a server that restarts, or a network that is cut, looks like from outside. 08: what a pooler says of it. */
const AWAY = /^(ECONNREFUSED|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|08...)$/;
const CLOSED = /ECONNRESET|EPIPE|Connection terminated/;

function comesFromServer(error: ConnectionError): boolean {
  return isFull(error) || /^57P0[1-3]$/.test(error.code);
}

function atMostEvery(ms: number, tell: ((text: string) => void) | undefined): (text: string) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (text) => {
    if (performance.now() - last < ms) return;
    last = performance.now();
    tell?.(text);
  };
}
