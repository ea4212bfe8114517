import { DatabaseError } from 'pg';
import { LockstepError } from '../../errors.ts';

/** What an error says about the connection. */

/**
 * Whether the session is gone (or the server was going away): then nobody knows what became of the last statement. What the
 * server calls an error only, it goes on after: a script may raise any SQLSTATE, and dblink those of its own connections.
 * Nor is what we refuse ourselves, or a mistake of ours.
 */
export function isLost(error: unknown): boolean {
  if (error instanceof LockstepError || error instanceof TypeError || error instanceof RangeError) return false;
  return !(error instanceof DatabaseError) || error.severity === 'FATAL' || error.severity === 'PANIC';
}

/** The session lives, and the deploy lock is not its own any more: it is given up like a lost connection. */
export class LockGone extends Error {
  constructor() {
    super('the deploy lock was lost');
  }
}

/** It got no lock in time, or was the victim of a deadlock: another try may succeed. */
export function isLockFailure(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '55P03' || error.code === '40P01');
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}
