import { runScript, type ScriptOutcome } from '../../postgres/runner.ts';
import type { Failure } from '../../postgres/script-run.ts';
import { shortened } from '../../postgres/sql-error.ts';
import type { Migration } from '../../project/types.ts';
import type { Attempt, SessionReport } from '../../report/target-model.ts';
import type { Deployment } from '../deployment.ts';
import { isApplied } from '../history/read.ts';
import { pause, pauseMs } from './backoff.ts';
import { isLockFailure, isLost, LockGone } from './loss.ts';
import type { MigrationRun } from './result.ts';
import { MISSING_RIGHT, NO_RIGHT } from './rights.ts';
import { clampTimeouts, limitMs, localTimeouts } from './timeouts.ts';
import { named, type Sight } from './watch.ts';

export interface Task {
  readonly migration: Migration;
  /** What the history knows it by. */
  readonly identity: string;
  /**
   * Statements that say in the tool's own history that it has begun, committed before one that runs without a transaction;
   * undefined: there is nothing to say. They may run again.
   */
  readonly begin?: () => readonly string[];
  /** SQL that records it in the ledger and in the tool's history. Without a duration: that of the transaction it stands in. */
  readonly record: (durationMs?: number) => string;
}

/**
 * Runs a migration in one transaction, with its row in the history. Tried again while it gets no lock, within the budget;
 * after a lost connection the history decides whether it has been done.
 */
export async function runTransactional(
  deployment: Deployment,
  { migration, identity, record }: Task,
): Promise<MigrationRun> {
  const { policy, timeouts, teller, signal } = deployment.request;
  const attempts: Attempt[] = [];
  const deadline = performance.now() + policy.lockRetryBudgetMs;
  const guard = {
    begin: localTimeouts(timeouts),
    clamp: clampTimeouts(timeouts, true),
    fence: deployment.fence,
    // client_connection_check_interval: https://www.postgresql.org/docs/release/14.0/
    endsWithLast: deployment.request.target.major >= 14,
  };
  let losses = 0;
  for (let lockFailures = 0; ; ) {
    const startedAt = new Date();
    const run = { script: migration.up, execution: 'transaction', record: record(), guard } as const;
    const { value: outcome, blockers } = await watched(deployment, runScript(deployment.session, run));
    if (outcome.status === 'applied') return { ...outcome, attempts };
    const { failure } = outcome;
    const attempt = (): Attempt => attemptOf(outcome, startedAt, blockers);
    if (signal.aborted) return ended(outcome, attempts);
    if (failure !== undefined && needsReturn(failure)) {
      attempts.push(attempt());
      losses += 1;
      const history = await deployment.comeBack(lossOf(failure));
      if (isApplied(history, identity)) return { ...outcome, status: 'applied', error: undefined, attempts };
      if (losses >= MOST_LOSSES) return tooOften(outcome, attempts);
      continue;
    }
    const left = deadline - performance.now();
    if (!isLockFailure(failure?.thrown) || left <= 0) return ended(outcome, attempts, blockers);
    attempts.push(attempt());
    lockFailures += 1;
    const wait = Math.min(pauseMs(lockFailures), left);
    teller.done(`${migration.id} got no lock${by(blockers)}: trying again in ${(wait / 1000).toFixed(1)} s`);
    await pause(wait, signal).catch(() => {});
    if (signal.aborted) return ended(outcome, attempts);
  }
}

/** A statement that brings its server down, or that somebody ends again and again, is not to be repeated without end. */
export const MOST_LOSSES = 3;

function tooOften(outcome: ScriptOutcome, attempts: readonly Attempt[]): MigrationRun {
  const run = ended(outcome, attempts);
  if (run.error === undefined) return run;
  const message = `the session was lost ${MOST_LOSSES} times while this ran: ${run.error.message}`;
  return {
    ...run,
    error: { ...run.error, message, hint: 'Look into the log of the server: who ended it, or what it died of.' },
  };
}

/** Sees who is in the way of a statement of the deploy's session, and cancels it when the run is. */
export function watched<T>(deployment: Deployment, work: Promise<T>, concurrently = false): Promise<Sight<T>> {
  const { watch, timeouts, teller } = deployment.request;
  const { session, backendPid } = deployment;
  return watch.during(
    {
      pid: backendPid,
      lookAfterMs: Math.max(50, Math.min(1_000, limitMs(timeouts.lock) / 2)),
      concurrently,
      onNews: (news) => teller.step(news),
    },
    work,
    () => session.cut(),
  );
}

/** The connection is gone, or the lock: either way the session is not to be used any more. */
function needsReturn({ thrown, at }: Failure): boolean {
  return at === 'fence' || isLost(thrown);
}

/** A lock that is gone on a living session is treated as a lost connection: the session is given up. */
function lossOf({ thrown, at }: Failure): unknown {
  return at === 'fence' ? new LockGone() : thrown;
}

function attemptOf(outcome: ScriptOutcome, startedAt: Date, blockers: readonly SessionReport[]): Attempt {
  const { error, durationMs } = outcome;
  return {
    startedAt: startedAt.toISOString(),
    durationMs,
    ...(error?.sqlstate === undefined ? {} : { sqlstate: error.sqlstate }),
    message: shortened(error?.message ?? '', 500),
    ...(error?.statement === undefined ? {} : { statement: error.statement }),
    ...(blockers.length === 0 ? {} : { blockers: [...blockers] }),
  };
}

/** It came to nothing: the transaction is rolled back, and what was the last try is the error. */
function ended(
  outcome: ScriptOutcome,
  attempts: readonly Attempt[],
  blockers: readonly SessionReport[] = [],
): MigrationRun {
  const { error, durationMs, statements } = outcome;
  const failure = outcome.status === 'applied' ? undefined : outcome.failure;
  if (failure !== undefined && failure.at === 'commit' && isLost(failure.thrown) && error !== undefined) {
    const hint = 'Whether it was committed is not known: the next run finds out.';
    return { status: 'failed', durationMs, statements, error: { ...error, hint }, attempts };
  }
  if (failure?.at === 'record' && error?.sqlstate === NO_RIGHT) {
    return { status: 'failed', durationMs, statements, error: { ...error, hint: MISSING_RIGHT }, attempts };
  }
  const why =
    error !== undefined && blockers.length > 0 ? { ...error, hint: withBlockers(error.hint, blockers) } : error;
  return { status: 'failed', durationMs, statements, error: why, attempts };
}

export function withBlockers(hint: string | undefined, blockers: readonly SessionReport[]): string {
  const blocked = `It waited for ${blockers.map(named).join('; ')}.`;
  return hint === undefined ? blocked : `${hint} ${blocked}`;
}

function by(blockers: readonly SessionReport[]): string {
  const [first] = blockers;
  return first === undefined ? '' : `, which ${named(first)} holds`;
}
