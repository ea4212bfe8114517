import type { Deployment } from '../deploy/deployment.ts';
import { prepareLedger } from '../deploy/ledger/prepare.ts';
import { beginRun } from '../deploy/ledger/write.ts';
import type { LockAnswer } from '../deploy/lock/lock.ts';
import type { PlanFile } from '../deploy/plan/plan-file.ts';
import type { MigrationRun } from '../deploy/run/result.ts';
import { invalidIndexes } from '../deploy/survey/invalid-indexes.ts';
import { newestOf } from '../project/layouts/names.ts';
import type { Migration } from '../project/types.ts';
import type { Report, Result, TestRun } from '../report/model.ts';
import type { HistoryReport } from '../report/target-model.ts';
import { checkAfterwards, sayInvalid } from './apply-checks.ts';
import { type CommandOutcome, runCommand } from './apply-command.ts';
import { hasNotes, takeNotes } from './apply-notes.ts';
import { Interrupted, runPending } from './apply-run.ts';
import { historyNotices } from './history-notices.ts';
import type { Io } from './io.ts';
import { explained } from './on-target.ts';
import { closingRun, reportedError } from './run-row.ts';
import { outOfTurn, turnOf } from './superseded.ts';
import type { TargetInputs } from './target-inputs.ts';
import { checksDue, isRefused, planFor, type TargetPlan } from './target-plan.ts';
import { historyOf, lockOf, migrationOf, reportOf, type TargetFrame, type TargetOutcome } from './target-report.ts';

interface LockedRun {
  readonly frame: TargetFrame;
  readonly io: Io;
  readonly deployment: Deployment;
  readonly lock: LockAnswer;
  readonly approved: PlanFile | undefined;
}

/** All that happens while the lock is held: the history anew, the plan, the migrations, the checks. The run is in the ledger. */
export async function applyLocked(run: LockedRun): Promise<Report> {
  const { frame, deployment, lock, approved } = run;
  const { inputs, opened, notices } = frame;
  const since = performance.now();
  for (;;) {
    const { plan, wrong, returns } = await begun(run, approved);
    const told = historyNotices(inputs, plan);
    const common = { plan: plan.report, lock: lockOf(opened.key, lock) };
    if (wrong) {
      notices.push(...told);
      return reportOf(frame, { result: 'refused', ...common, history: historyOf(plan) });
    }
    const locked = { since, waitedMs: lock.waitedMs, returns };
    const outcome = await closingRun(deployment, run.io, notices, locked, () => decide(run, plan));
    // Without a row of its own it does not know whether another run has had the lock meanwhile.
    if (deployment.runId === undefined && deployment.returns !== returns) continue;
    notices.push(...told);
    return reportOf(frame, { ...common, history: historyAfter(plan, outcome, inputs.commit), ...outcome });
  }
}

/**
 * Reads the history, plans, and writes the run into the ledger, unless there is nothing to run. After a connection that was
 * lost meanwhile all of it is done anew: another run may have had the lock.
 */
async function begun({ frame, deployment, lock }: LockedRun, approved: PlanFile | undefined) {
  const { inputs, opened } = frame;
  const { role, database } = opened.target;
  for (;;) {
    const { returns } = deployment;
    const history = await deployment.surely(() => deployment.history());
    const plan = await deployment.surely((session) => planFor({ inputs, opened, session, history, approved }));
    // It may be the wrong database: nothing is written to it, not even that we were here.
    if (plan.gates.some(({ name, open }) => name === 'baseline' && !open)) return { plan, wrong: true, returns };
    const { ledger } = opened;
    // A tool that runs its migrations itself makes its history by itself.
    const source = inputs.tool === undefined ? opened.source : undefined;
    await deployment.surely((session) => prepareLedger(session, { ledger, source, history, role, database }));
    if (!changesNothing(plan, inputs)) {
      const { identity } = deployment.request;
      deployment.runId = await deployment.surely((session) => beginRun(session, ledger, identity, lock.waitedMs));
    }
    if (deployment.returns === returns) return { plan, wrong: false, returns };
    deployment.runId = undefined;
  }
}

/** Neither a migration to run, nor checks that the last deploy owes, nor anything to note in the history. */
function changesNothing(plan: TargetPlan, inputs: TargetInputs): boolean {
  const owed = plan.state.pending.length > 0 || checksDue(plan.history) !== undefined;
  return !owed && !hasNotes(plan, inputs);
}

/** The history as this run has left it. */
function historyAfter(plan: TargetPlan, { migrations = [] }: TargetOutcome, commit: string): HistoryReport {
  const before = historyOf(plan);
  const applied = new Set(migrations.filter(({ status }) => status === 'applied').map(({ id }) => id));
  if (applied.size === 0) return before;
  const { state } = plan;
  const all = [
    ...state.applied.map(({ migration }) => migration),
    ...state.pending.filter(({ id }) => applied.has(id)),
  ];
  // Pending ones sort after what is applied, unless they are out of order.
  const newest = state.outOfOrder.some(({ id }) => applied.has(id))
    ? (before.newest ?? newestOf(all)?.id)
    : newestOf(all)?.id;
  return { ...before, applied: before.applied + applied.size, ...(newest === undefined ? {} : { newest }), commit };
}

async function decide(run: LockedRun, plan: TargetPlan): Promise<TargetOutcome> {
  const { frame, deployment } = run;
  const { settings, inputs } = frame;
  const turn = await turnOf(settings, inputs, plan.history);
  if (turn.kind !== 'ours') return { ...outOfTurn(turn, plan), migrations: notRun(plan) };
  if (turn.notice !== undefined) frame.notices.push(turn.notice);
  if (isRefused(plan.gates)) return { result: 'refused', migrations: notRun(plan) };
  await takeNotes(deployment, plan, inputs);
  return applyPlan(run, plan);
}

async function applyPlan(run: LockedRun, plan: TargetPlan): Promise<TargetOutcome> {
  const { frame, io, deployment } = run;
  const { inputs, opened, settings } = frame;
  const { pending } = plan.state;
  const invalidBefore = await invalidThen(run, plan);
  let lost: unknown;
  const { history } = plan;
  const { tool } = inputs;
  const working =
    tool === undefined
      ? runPending({ inputs, opened, deployment, history, io }, pending).then((runs): CommandOutcome => ({ runs }))
      : runCommand({ settings, inputs, tool, opened, deployment, history, io }, pending);
  const { runs, problem } = await working.catch((error): CommandOutcome => {
    if (!(error instanceof Interrupted)) throw error;
    lost = explained(error.cause, opened.target.address);
    return { runs: error.results };
  });
  const migrations = pending.map((migration) => migrationOf(migration, runs.get(migration), 'not-run'));
  if (lost !== undefined) return { result: 'error', migrations, error: reportedError(lost) };
  const stopped = stoppedResult(runs, pending);
  const cancelled = io.signal.aborted ? { error: CANCELLED } : {};
  if (stopped !== undefined || io.signal.aborted) return { result: stopped ?? 'failed', migrations, ...cancelled };
  if (problem !== undefined)
    return { result: 'failed', migrations, error: { code: 'command-failed', message: problem } };
  const result = pending.length === 0 ? 'noop' : 'applied';
  // A deploy whose checks failed, or never came to run, is not made good by starting it again without them.
  if (pending.length === 0 && checksDue(plan.history) === undefined) return { result, migrations };
  const checked = await checkAfterwards({ settings, io, inputs, deployment, invalidBefore }).catch((error) => {
    if (!io.signal.aborted) throw error;
    return { problems: [], tests: [] };
  });
  const { problems, tests } = checked;
  return problems.length === 0 && !io.signal.aborted
    ? { result, migrations, ...testsOf(tests) }
    : {
        result: 'failed',
        migrations,
        ...testsOf(tests),
        error: io.signal.aborted ? CANCELLED : { code: 'checks-failed', message: problems.join('\n') },
      };
}

/**
 * Invalid indexes that are not this deploy's: those that are there before it runs anything. Of a deploy that is tried again
 * the ones that the last try has left are not among them.
 */
async function invalidThen(
  { deployment, frame }: LockedRun,
  { state, history }: TargetPlan,
): Promise<readonly string[]> {
  const { troubles } = history.ledger;
  if (state.pending.length === 0 && checksDue(history) === undefined) return [];
  const now = await deployment.surely(invalidIndexes);
  const before = now.filter((name) => !troubles.some((text) => text.includes(sayInvalid(name))));
  if (before.length > 0) frame.notices.push(`Invalid indexes were there before this run: ${before.join(', ')}.`);
  return before;
}

const CANCELLED = { code: 'cancelled', message: 'The run was cancelled.' } as const;

function testsOf(tests: readonly TestRun[]): { readonly tests?: readonly TestRun[] } {
  return tests.length === 0 ? {} : { tests };
}

/** undefined: all of them were applied. */
function stoppedResult(runs: ReadonlyMap<Migration, MigrationRun>, pending: readonly Migration[]): Result | undefined {
  const statuses = pending.map((migration) => runs.get(migration)?.status ?? 'not-run');
  if (statuses.every((status) => status === 'applied')) return undefined;
  return statuses.some((status) => status === 'applied' || status === 'partial') ? 'partial' : 'failed';
}

function notRun({ state }: TargetPlan) {
  return state.pending.map((migration) => migrationOf(migration, undefined, 'not-run'));
}
