/**
 * The one error class for what a user can do something about. `run` prints `message`, then `hint`, never a stack trace,
 * and exits 2: the question could not be answered. Anything else that is thrown is a bug in Lockstep and is shown as one.
 */
export class LockstepError extends Error {
  override readonly name = 'LockstepError';
  /** Stable, kebab-case; documented in docs/troubleshooting.md. */
  readonly code: string;
  /** What to do now: one or more lines, paste-ready where possible. */
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
