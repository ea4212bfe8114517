import { errorAt } from '../../postgres/statements.ts';
import { finishStep, keepSession } from '../ledger/steps.ts';
import { pause, pauseMs } from './backoff.ts';
import { runBare } from './bare-step.ts';
import { codeOf, isLockFailure, isLost, LockGone } from './loss.ts';
import { noteTry, type StepEnd, type StepRun } from './step.ts';
import { watched, withBlockers } from './transactional.ts';

/** What Postgres says of a statement that it runs outside of transactions alone, or that ends its own: CALL of a procedure. */
const NOT_IN_TRANSACTION: ReadonlySet<string | undefined> = new Set(['25001', '2D000']);

/**
 * A statement of a migration without a transaction that may stand in one: it commits together with its step, so that it
 * can never run twice. The step is written first, as who we are, and the role that the file has chosen holds again.
 */
export async function runEnclosed(run: StepRun): Promise<StepEnd> {
  const { deployment, task, statement, hash } = run;
  const { ledger, policy, signal, teller } = deployment.request;
  const key = { ledger, migration: task.identity, statement: statement.index };
  const before = [
    'BEGIN',
    "SELECT pg_catalog.set_config('lockstep.role', pg_catalog.current_setting('role'), true)",
    'SET LOCAL role TO DEFAULT',
    finishStep(key, hash, deployment.runId),
    "SELECT pg_catalog.set_config('role', pg_catalog.current_setting('lockstep.role'), true)",
  ].join(';\n');
  // Where the session stands now is kept as well: a later session has to stand there, too.
  const after = [
    'SET CONSTRAINTS ALL IMMEDIATE',
    "SELECT pg_catalog.set_config('lockstep.role', pg_catalog.current_setting('role'), true)",
    'SET LOCAL role TO DEFAULT',
    keepSession(key),
    "SELECT pg_catalog.set_config('role', pg_catalog.current_setting('lockstep.role'), true)",
    deployment.fence,
    'COMMIT',
    // What was set for that transaction alone holds no more, in a later session either.
    'BEGIN',
    "SELECT pg_catalog.set_config('lockstep.role', pg_catalog.current_setting('role'), true)",
    'SET LOCAL role TO DEFAULT',
    keepSession(key),
    'COMMIT',
  ];
  const keepAt = after.indexOf(keepSession(key));
  const [fenceAt, commitAt] = [after.indexOf(deployment.fence), after.indexOf('COMMIT')];
  const deadline = performance.now() + policy.lockRetryBudgetMs;
  for (let tries = 1; ; tries++) {
    const { session } = deployment;
    const startedAt = new Date();
    const once = async (): Promise<{ thrown?: unknown; atFence?: boolean; isOurs?: boolean }> => {
      const begun = await session.runTimed(before);
      if (begun.error !== undefined) return { thrown: begun.error, isOurs: true };
      const ran = await session.runTimed(statement.sql);
      if (ran.error !== undefined) return { thrown: ran.error };
      const { error, completed } = await session.runTimed(after.join(';\n'));
      const at = completed.length;
      const isDone = error === undefined || (at > commitAt && !isLost(error));
      return isDone ? {} : { thrown: error, atFence: at === fenceAt, isOurs: at === keepAt };
    };
    const { value, blockers } = await watched(deployment, once());
    const { thrown, atFence = false, isOurs = false } = value;
    if (thrown === undefined) {
      if (session.inTransaction) await session.run('ROLLBACK');
      return { kind: 'done' };
    }
    if (isLost(thrown) || atFence) {
      return { kind: 'lost', error: atFence ? new LockGone() : thrown };
    }
    await session.run('ROLLBACK');
    // The ledger's refusal says nothing of the statement.
    if (isOurs && !isLockFailure(thrown)) throw thrown;
    const error = errorAt(thrown, task.migration.up, statement);
    if (NOT_IN_TRANSACTION.has(codeOf(thrown))) return runBare(run);
    const left = deadline - performance.now();
    if (signal.aborted || !isLockFailure(thrown) || left <= 0) {
      const hint = blockers.length === 0 ? error.hint : withBlockers(error.hint, blockers);
      return { kind: 'failed', error: hint === undefined ? error : { ...error, hint } };
    }
    noteTry(run, startedAt, error, blockers);
    const wait = Math.min(pauseMs(tries), left);
    teller.done(`${task.migration.id}, statement ${statement.index + 1}, got no lock: trying again`);
    await pause(wait, signal).catch(() => {});
    if (signal.aborted) return { kind: 'failed', error };
  }
}
