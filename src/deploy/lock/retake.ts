import { setTimeout as sleep } from 'node:timers/promises';
import { LockstepError } from '../../errors.ts';
import type { Session } from '../../postgres/session.ts';
import { tryLock } from './lock.ts';

interface Retaking {
  /** The one that came after the loss. */
  readonly session: Session;
  readonly key: bigint;
  /** The backend of the session that was lost. */
  readonly oldPid: number;
  /** For how long somebody else may hold the lock. Milliseconds. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** An old backend that is still at work after this time is ended: it is ours. */
const OLD_BACKEND_MS = 2_000;

/**
 * Takes the lock again after a loss. The old backend holds it until it ends: to get it is to know that nothing of ours is
 * still at work. Throws `lock-lost` when another run keeps it.
 */
export async function retakeLock({ session, key, oldPid, limitMs, signal }: Retaking): Promise<void> {
  const started = performance.now();
  for (let asked = false; ; ) {
    signal.throwIfAborted();
    if (await tryLock(session, key)) return;
    const waitedMs = performance.now() - started;
    if (!asked && waitedMs > OLD_BACKEND_MS) {
      asked = true;
      await endOld(session, oldPid);
    }
    if (waitedMs > limitMs) {
      throw new LockstepError('lock-lost', 'The connection was lost, and meanwhile another run has taken the lock.', {
        hint: 'Start the run again: it goes on where this one was interrupted.',
      });
    }
    await sleep(100 + Math.random() * 200, undefined, { signal });
  }
}

/** Only what is called as we are: the server may have given the number to somebody else. */
async function endOld({ client }: Session, pid: number): Promise<void> {
  await client
    .query(
      `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
       WHERE pid = $1 AND usename = session_user AND application_name = pg_catalog.current_setting('application_name')`,
      [pid],
    )
    .catch(() => {});
}
