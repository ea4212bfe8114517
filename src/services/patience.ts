import { setTimeout as sleep } from 'node:timers/promises';

/** The end of one call: when it is cancelled, or when the time is used up. */
export class Limit {
  /** Aborted with the error that the patience was given for it. */
  readonly signal: AbortSignal;
  /** By performance.now(). */
  readonly #deadline: number;

  constructor(signal: AbortSignal, deadline: number) {
    this.signal = signal;
    this.#deadline = deadline;
  }

  /** false, and at once: there is not that much time left. */
  async wait(milliseconds: number): Promise<boolean> {
    if (performance.now() + milliseconds >= this.#deadline) return false;
    return sleep(milliseconds, true, { signal: this.signal }).catch(() => false);
  }
}

/**
 * How long a service may keep us waiting altogether. The clock runs while a call is under way, so that a run which speaks to
 * it at its beginning and at its end has the same patience however long it takes itself.
 */
export class Patience {
  readonly #budgetMs: number;
  readonly #cancelled: AbortSignal | undefined;
  readonly #error: (kind: 'slow' | 'cancelled') => Error;
  #spentMs = 0;

  constructor(
    budgetMs: number,
    cancelled: AbortSignal | undefined,
    /** What a call ends with when its time is over. */
    error: (kind: 'slow' | 'cancelled') => Error,
  ) {
    this.#budgetMs = budgetMs;
    this.#cancelled = cancelled;
    this.#error = error;
  }

  /** Rejects with such an error at the end of the time, whatever `call` is doing then. */
  async during<T>(call: (limit: Limit) => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const leftMs = this.#budgetMs - this.#spentMs;
    const controller = new AbortController();
    const slow = (): void => controller.abort(this.#error('slow'));
    const cancel = (): void => controller.abort(this.#error('cancelled'));
    const ended = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason));
    });
    ended.catch(() => {});
    const timer = setTimeout(slow, leftMs);
    this.#cancelled?.addEventListener('abort', cancel);
    if (leftMs <= 0) slow();
    if (this.#cancelled?.aborted) cancel();
    try {
      controller.signal.throwIfAborted();
      return await Promise.race([call(new Limit(controller.signal, startedAt + leftMs)), ended]);
    } finally {
      clearTimeout(timer);
      this.#cancelled?.removeEventListener('abort', cancel);
      this.#spentMs += performance.now() - startedAt;
    }
  }
}
