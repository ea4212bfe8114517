import { DatabaseError } from 'pg';

/** What an error says about the connection. */

/** SQLSTATEs with which the server ends a session: shutdown, crash, and its own limits for idle ones. */
const ENDED: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03', '57P05', '25P03', '25P04']);

/** Whether the session is gone (or the server was going away): then nobody knows what became of the last statement. */
export function isLost(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true;
  return (
    error.severity === 'FATAL' ||
    error.severity === 'PANIC' ||
    ENDED.has(error.code ?? '') ||
    /^08/.test(error.code ?? '')
  );
}

/** It got no lock in time, or was the victim of a deadlock: another try may succeed. */
export function isLockFailure(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '55P03' || error.code === '40P01');
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}
