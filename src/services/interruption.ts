/** The part of the process that tells about signals and about errors nobody caught. */
export interface EventSource {
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  exit(code: number): unknown;
}

/** Why a run must come to its end. */
type Cause =
  | { readonly kind: 'signal'; readonly name: SignalName; readonly exitCode: number }
  | { readonly kind: 'uncaught'; readonly error: unknown };

export interface Interruptions {
  /** Aborted at the first cause. */
  readonly signal: AbortSignal;
  /** The first cause, if there was one. */
  cause(): Cause | undefined;
  /** Stops listening. */
  release(): void;
}

/** The usual statuses of programs that a signal ended: 128 + its number. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

type SignalName = keyof typeof SIGNALS;

/** A command that does not end by itself after an error that nobody caught is given this time to clean up. */
const GRACE_MS = 10_000;

/**
 * The first signal (or error that nobody caught) asks for an orderly end, so that no server and no directory is left
 * behind; the second signal ends the process at once.
 */
export function watchInterruptions(source: EventSource): Interruptions {
  const controller = new AbortController();
  let first: Cause | undefined;
  const interrupt = (cause: Cause): void => {
    first ??= cause;
    controller.abort();
  };
  const onSignal = (name: SignalName) => (): void => {
    if (first !== undefined) source.exit(SIGNALS[name]);
    interrupt({ kind: 'signal', name, exitCode: SIGNALS[name] });
  };
  const onUncaught = (error: unknown): void => {
    if (first === undefined) setTimeout(() => source.exit(2), GRACE_MS).unref();
    interrupt({ kind: 'uncaught', error });
  };
  const listeners = {
    // The terminal was closed.
    SIGHUP: onSignal('SIGHUP'),
    SIGINT: onSignal('SIGINT'),
    SIGTERM: onSignal('SIGTERM'),
    uncaughtException: onUncaught,
  };
  for (const [event, listener] of Object.entries(listeners)) source.on(event, listener);
  return {
    signal: controller.signal,
    cause: () => first,
    release: () => {
      for (const [event, listener] of Object.entries(listeners)) source.off(event, listener);
    },
  };
}
