/**
 * The outcome of work that cannot be interrupted itself, or a rejection as soon as `signal` aborts; what the work gives
 * after that goes to `late`.
 */
export async function abortable<T>(
  work: Promise<T>,
  signal: AbortSignal,
  late: (value: T) => unknown = () => {},
): Promise<T> {
  let stopListening = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    stopListening = () => signal.removeEventListener('abort', abort);
  });
  try {
    return await Promise.race([work, aborted]);
  } catch (error) {
    work.then(late, () => {});
    throw error;
  } finally {
    stopListening();
  }
}

/** Lets asynchronous work run one after the other, in the order of the calls. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
