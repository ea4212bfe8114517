import { messageOf } from '../../errors.ts';
import { errorAt } from '../../postgres/statements.ts';
import type { SqlErrorReport } from '../../report/model.ts';
import { howToSettle } from '../../settle.ts';
import { asOurselves, finishStep, forgetStep, startStep } from '../ledger/steps.ts';
import { oldSnapshots } from '../survey/snapshots.ts';
import { pause, pauseMs } from './backoff.ts';
import { type Evidence, rowsOf } from './evidence/evidence.ts';
import { evidenceOf, isTellable } from './evidence/kinds.ts';
import { codeOf, isLockFailure, isLost } from './loss.ts';
import { asking, noteTry, type StepEnd, type StepRun } from './step.ts';
import { watched, withBlockers } from './transactional.ts';
import { named, type Sight } from './watch.ts';

/**
 * A statement that Postgres runs in no transaction. Its step is written before (begun, with what was there) and after; when
 * nobody heard its end, the catalogs tell whether it happened, and what a failed one left behind is taken away.
 */
export async function runBare(run: StepRun): Promise<StepEnd> {
  const { deployment, task, statement, hash } = run;
  const { ledger, policy, teller, signal } = deployment.request;
  const evidence = evidenceOf(statement);
  const key = { ledger, migration: task.identity, statement: statement.index };
  const { session } = deployment;
  const write = (statements: readonly string[]): Promise<unknown> =>
    deployment.persistently(() => session.run(asOurselves(statements)));
  const finish = async (): Promise<StepEnd> => {
    await write([finishStep(key, hash, deployment.runId)]);
    return { kind: 'done' };
  };
  let before: unknown;
  if (run.begun?.state === 'started') {
    before = run.begun.before;
    const happened = await evidence.happened(session, before);
    if (happened === undefined)
      return {
        kind: 'failed',
        error: asking(task, `nothing can tell whether statement ${statement.index + 1} took effect`),
      };
    if (happened) return finish();
    const left = await inTheWay(run, evidence, before, () => evidence.repair(session, before));
    if (left !== undefined) return left;
    if ((await evidence.happened(session, before)) === true) return finish();
  }
  const left = await inTheWay(run, evidence, before, () => evidence.prepare(session));
  if (left !== undefined) return left;
  before ??= await evidence.before(session);
  const most = evidence.concurrently ? policy.concurrentRetries : Number.POSITIVE_INFINITY;
  const deadline = performance.now() + policy.lockRetryBudgetMs;
  for (let tries = 1; ; tries++) {
    await deployment.persistently(() => deployment.fenced([startStep(key, hash, before, deployment.runId)]));
    const startedAt = new Date();
    const { thrown, blockers } = await execute(run, evidence);
    if (thrown !== undefined && signal.aborted && !isTellable(statement)) {
      const why = `statement ${statement.index + 1} was cancelled, and nothing can tell what it has done until then`;
      return { kind: 'failed', error: asking(task, why) };
    }
    if (thrown !== undefined && isLost(thrown)) return { kind: 'lost', error: thrown };
    const problem = thrown === undefined ? await evidence.problem(session, before) : undefined;
    if (thrown === undefined && problem === undefined) return finish();
    const error = thrown === undefined ? problemReport(run, problem ?? '') : errorOf(run, thrown, blockers);
    // Cancelled: there is no time to clean up. The step stays begun, and the next run does it.
    if (signal.aborted) return { kind: 'failed', error: { ...error, ranBefore: LEFT_BEHIND } };
    noteTry(run, startedAt, error, blockers);
    const cleaned = await cleanUp(run, () => evidence.repair(session, before));
    if (cleaned.thrown !== undefined) {
      if (isLost(cleaned.thrown)) return { kind: 'lost', error: cleaned.thrown };
      return { kind: 'failed', error: await withLeft(run, error, evidence, before, cleaned.thrown) };
    }
    const mayHaveHappened = !evidence.concurrently || evidence.isFinishedByRepair === true;
    if (thrown !== undefined && mayHaveHappened && (await evidence.happened(session, before)) === true) return finish();
    // A procedure may have committed a part of its work before it failed: to repeat it would do that part twice.
    if (!isTellable(statement)) return { kind: 'failed', error: toSettle(run, error) };
    const again =
      mayRepeat(thrown, evidence) && tries <= most && (evidence.concurrently || performance.now() < deadline);
    if (!again) {
      // It did not happen and left nothing: the file may be mended and start anew here.
      const left = await evidence.problem(session, before);
      if (left === undefined && !(await evidence.isInDoubt?.(session, before))) await write([forgetStep(key)]);
      return { kind: 'failed', error: await withLeft(run, error, evidence, before) };
    }
    teller.done(`${task.migration.id}, statement ${statement.index + 1}: ${error.message}; trying again`);
    await pause(pauseMs(tries), signal).catch(() => {});
    if (signal.aborted) return { kind: 'failed', error: { ...error, ranBefore: LEFT_BEHIND } };
  }
}

/** What failed, and that nobody but a person can say what it has done until then. */
function toSettle({ task }: StepRun, error: SqlErrorReport): SqlErrorReport {
  const hint = [error.hint, howToSettle(task.migration.id)].filter((part) => part !== undefined).join('\n');
  return { ...error, hint, settle: true };
}

/** Says what a statement that is given up has left behind, which the next run takes away or goes on with. */
async function withLeft(
  { deployment }: StepRun,
  error: SqlErrorReport,
  evidence: Evidence,
  before: unknown,
  cleaning?: unknown,
): Promise<SqlErrorReport> {
  const left = await evidence.problem(deployment.session, before).catch(() => undefined);
  const failed = cleaning === undefined ? '' : `Cleaning up failed as well: ${messageOf(cleaning)}.`;
  const what = left === undefined ? '' : `It has left something behind: ${left}.`;
  if (failed === '' && what === '') return error;
  const said = [error.hint, failed, what, 'The next run sees to it.'];
  return { ...error, hint: said.filter((part) => part !== undefined && part !== '').join(' ') };
}

const LEFT_BEHIND = 'The run was cancelled: what this statement may have left is cleaned up by the next run.';

/** Runs the statement itself; CONCURRENTLY under limits of its own. */
async function execute({ deployment, statement }: StepRun, { concurrently }: Evidence) {
  const { session } = deployment;
  const run = async () => {
    const { error } = await session.runTimed(statement.sql);
    return error;
  };
  if (concurrently) await tellSnapshots(deployment).catch(() => {});
  const { value, blockers } = concurrently ? await patiently(deployment, run) : await watched(deployment, run());
  return { thrown: value, blockers };
}

/**
 * Work that waits for older transactions: under `concurrent_wait` in place of lock_timeout, and without statement_timeout.
 * Watched, since without limits nothing else would notice that the connection is dead.
 */
async function patiently<T>(deployment: StepRun['deployment'], work: () => Promise<T>): Promise<Sight<T>> {
  const { session, request } = deployment;
  const [saved] = await rowsOf<{ readonly lock: string; readonly statement: string }>(
    session,
    "SELECT pg_catalog.current_setting('lock_timeout') AS lock, pg_catalog.current_setting('statement_timeout') AS statement",
  );
  const { lock = '0', statement = '0' } = saved ?? {};
  const set = (lockTimeout: string, statementTimeout: string): Promise<unknown> =>
    session.run(
      `SELECT pg_catalog.set_config('lock_timeout', '${lockTimeout}', false), pg_catalog.set_config('statement_timeout', '${statementTimeout}', false)`,
    );
  const { patience } = session;
  await set(request.policy.concurrentWait, '0');
  const endless = Number.POSITIVE_INFINITY;
  session.patience = { own: endless, script: endless };
  try {
    return await deployment.withoutToolLock(() => watched(deployment, work(), true));
  } finally {
    session.patience = patience;
    // A connection that is gone needs no setting back.
    await set(lock, statement).catch(() => {});
  }
}

/** Names what a CONCURRENTLY statement will wait for, before it does. */
async function tellSnapshots({ session, backendPid, request }: StepRun['deployment']): Promise<void> {
  const { sessions } = await oldSnapshots(session, [backendPid]);
  if (sessions.length === 0) return;
  request.teller.step(`it will wait for older transactions: ${sessions.slice(0, 3).map(named).join('; ')}`);
}

/** Takes away what an earlier run has left, before this one begins. Returns the end if that does not succeed. */
async function inTheWay(
  run: StepRun,
  evidence: Evidence,
  before: unknown,
  work: () => Promise<readonly string[]>,
): Promise<StepEnd | undefined> {
  const { thrown, blockers } = await cleanUp(run, work);
  if (thrown === undefined) return undefined;
  if (run.deployment.request.signal.aborted || isLost(thrown)) throw thrown;
  return { kind: 'failed', error: await withLeft(run, errorOf(run, thrown, blockers), evidence, before) };
}

async function cleanUp(
  { deployment }: StepRun,
  work: () => Promise<readonly string[]>,
): Promise<{ readonly thrown?: unknown; readonly blockers: Sight<unknown>['blockers'] }> {
  try {
    const { value, blockers } = await patiently(deployment, () =>
      work().then(
        (told) => ({ told }),
        (thrown: unknown) => ({ told: [], thrown }),
      ),
    );
    tell(value.told, deployment.request.teller.notice);
    return 'thrown' in value ? { thrown: value.thrown, blockers } : { blockers };
  } catch (thrown) {
    return { thrown, blockers: [] };
  }
}

/** With those that it waited for. */
function errorOf({ task, statement }: StepRun, thrown: unknown, blockers: Sight<unknown>['blockers']): SqlErrorReport {
  const error = errorAt(thrown, task.migration.up, statement);
  return blockers.length === 0 ? error : { ...error, hint: withBlockers(error.hint, blockers) };
}

/** Not what would fail again just so: duplicates under a unique index, a column that is not there. */
function mayRepeat(thrown: unknown, { concurrently }: Evidence): boolean {
  if (thrown === undefined || isLockFailure(thrown)) return true;
  return concurrently && (codeOf(thrown) === '57014' || codeOf(thrown) === '55006');
}

function problemReport({ task, statement }: StepRun, problem: string): SqlErrorReport {
  const { line, index } = statement;
  return { message: `Postgres called it a success, but ${problem}`, path: task.migration.path, line, statement: index };
}

function tell(texts: readonly string[], notice: (text: string) => void): void {
  for (const text of texts) notice(text);
}
