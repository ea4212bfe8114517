import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment } from '../deploy/deployment.ts';
import { codeOf, isLost, LockGone } from '../deploy/run/loss.ts';
import type { Target } from '../deploy/target/target.ts';
import type { Session } from '../postgres/session.ts';
import type { Bookkeeping } from '../project/layouts/bookkeeping.ts';
import { literal } from '../project/quoting.ts';
import type { Migration } from '../project/types.ts';

/** What goes on beside a command that applies migrations: whether the lock is still ours, and what it has recorded. */

interface Watched {
  readonly deployment: Deployment;
  /** undefined: no table tells. */
  readonly source: Bookkeeping | undefined;
  readonly known: readonly Migration[];
  /** The command has ended. */
  readonly ended: AbortSignal;
  /** Ids that the history has now. */
  readonly onHistory: (applied: readonly string[]) => void;
}

const LOOK_EVERY_MS = 500;

/** Resolves with undefined when the command has ended, else with what took the lock away: then it has to be stopped. */
export async function watchLock({ deployment, source, known, ended, onHistory }: Watched): Promise<unknown> {
  for (;;) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: ended }).catch(() => {});
    if (ended.aborted) return undefined;
    try {
      await fence(deployment);
      const applied = source && (await appliedNow(deployment.session, source, known));
      if (applied !== undefined) onHistory(applied);
    } catch (error) {
      if (isLost(error)) return error;
      // See fence(). Anything else (no answer in time, say) does not show that the lock is gone.
      if (codeOf(error) === '22012') return new LockGone();
    }
  }
}

/** A transaction that failed, and that somebody has left open, says nothing of the lock: it is ended, and the lock asked for again. */
async function fence({ session, fence: sql }: Deployment): Promise<void> {
  try {
    await session.run(sql);
  } catch (error) {
    if (codeOf(error) !== IN_FAILED_TRANSACTION) throw error;
    await session.run('ROLLBACK');
    await session.run(sql);
  }
}

const IN_FAILED_TRANSACTION = '25P02';

/** undefined: it cannot be told now. What is in the way of a look is no reason to stop the command. */
async function appliedNow(
  session: Session,
  source: Bookkeeping,
  known: readonly Migration[],
): Promise<readonly string[] | undefined> {
  try {
    // One message is one transaction, which ends by itself also where it fails: nothing is left open that has to be known of.
    const results = await session.run([LOOK_LOCK_TIMEOUT, source.select].join(';\n'));
    return source.history(results[1]?.rows ?? [], known).applied;
  } catch (error) {
    if (isLost(error)) throw error;
    // The table is not there yet, or locked.
    return undefined;
  }
}

/** While it waits for the table, which the command may have locked, nobody asks for our own lock. */
const LOOK_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '100ms'";

const LEAVE_MS = 10_000;

/**
 * Sessions of a command that has ended: those of one that was stopped are ended, and waited for, so that nothing of it is at
 * work when the lock is let go.
 */
export async function endSessions(session: Session, applicationName: string): Promise<void> {
  const deadline = performance.now() + LEAVE_MS;
  // The list is the whole server's, and the number of a run one database's own.
  for (;;) {
    const [result] = await session.run(
      `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
       WHERE application_name = ${literal(applicationName)} AND datname = pg_catalog.current_database()
         AND usename = session_user AND pid <> pg_catalog.pg_backend_pid()`,
    );
    if ((result?.rows.length ?? 0) === 0 || performance.now() > deadline) return;
    await sleep(100);
  }
}

/** For how long a session is tried for, by which the sessions of a command are ended. */
const REACH_MS = 10_000;

/**
 * The same by a session of its own, which needs no lock: whoever has taken ours meanwhile must not have the command beside
 * him. Never rejects: who cannot reach the server now is asked again by who comes back.
 */
export async function endSessionsApart(target: Pick<Target, 'open'>, applicationName: string): Promise<void> {
  try {
    // Also when the run is cancelled meanwhile.
    const signal = new AbortController().signal;
    const session = await target.open({ patienceMs: REACH_MS, suffix: ' ends command', signal });
    try {
      await endSessions(session, applicationName);
    } finally {
      await session.close();
    }
  } catch {
    // See above.
  }
}
