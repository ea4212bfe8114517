import { ledgerTables } from '../deploy/ledger/read.ts';
import { lockHolder } from '../deploy/lock/holder.ts';
import { longTransactions } from '../deploy/survey/blockers.ts';
import { invalidIndexes } from '../deploy/survey/invalid-indexes.ts';
import { missingRights } from '../deploy/survey/rights.ts';
import { touchedTables } from '../deploy/survey/tables.ts';
import type { Session } from '../postgres/session.ts';
import { originsOf } from '../project/origins.ts';
import { pullRequestIn } from '../report/deployment/begin.ts';
import type { Report, Result } from '../report/model.ts';
import type { PlanReport } from '../report/target-model.ts';
import { writeText } from '../services/text-file.ts';
import type { Settings } from '../settings/types.ts';
import { historyNotices } from './history-notices.ts';
import type { Io } from './io.ts';
import { onTarget } from './on-target.ts';
import { readingOf } from './reading.ts';
import { outOfTurn, turnOf } from './superseded.ts';
import { isRefused, planNow, type TargetPlan } from './target-plan.ts';
import { historyOf, migrationOf, reportOf, type TargetFrame } from './target-report.ts';

/** Says what `apply` would do to a target now. Reads only. */
export function plan(settings: Settings, io: Io): Promise<Report> {
  io.progress.step('reading the target');
  return onTarget(settings, io, { use: 'read' }, (frame) =>
    readingOf(frame.opened.target.session, () => planned(frame)),
  );
}

async function planned(frame: TargetFrame): Promise<Report> {
  const { settings, inputs, opened, notices } = frame;
  const { session, backendPid } = opened.target;
  const made = await planNow(frame);
  const { history } = made;
  notices.push(...historyNotices(inputs, made));
  const turn = await turnOf(settings, inputs, history);
  if (turn.kind === 'ours' && turn.notice !== undefined) notices.push(turn.notice);
  const surveyed = await survey(session, made, backendPid);
  const holder = await lockHolder(session, opened.key);
  const rights = await missingRights(session, history.ledger.exists ? ledgerTables(opened.ledger) : []);
  if (rights.length > 0) notices.push(`To see all of it, the role needs: ${rights.join(' ')}`);
  const outcome = turn.kind === 'ours' ? { result: resultOf(made) } : outOfTurn(turn, made);
  // What cannot be applied is not to be approved.
  const { planOut } = settings.target;
  if (planOut !== undefined && (outcome.result === 'planned' || outcome.result === 'noop')) {
    await writeText(planOut, made.text);
  }
  return reportOf(frame, {
    history: historyOf(made),
    plan: { ...made.report, pending: await withOrigins(frame, made), ...surveyed },
    lock: { key: String(opened.key), ...(holder === undefined ? {} : { holder }) },
    migrations: made.state.pending.map((migration) => migrationOf(migration, undefined, 'pending')),
    ...outcome,
  });
}

/** Who wrote them, and by which pull request they came: for whoever approves. */
async function withOrigins(
  { inputs }: TargetFrame,
  { state, history, report }: TargetPlan,
): Promise<PlanReport['pending']> {
  if (state.pending.length === 0 || inputs.at === 'worktree') return report.pending;
  const paths = new Map(state.pending.map(({ id, path }) => [id, path]));
  const request = { from: history.ledger.commits[0], to: inputs.commit, paths: [...paths.values()] };
  const origins = await originsOf(inputs.git, request);
  return report.pending.map((one) => {
    const { author, landed } = origins.get(paths.get(one.id) ?? '') ?? {};
    const pullRequest = landed === undefined ? undefined : pullRequestIn(landed);
    return {
      ...one,
      ...(author === undefined ? {} : { author }),
      ...(pullRequest === undefined ? {} : { pullRequest }),
    };
  });
}

function resultOf({ gates, state }: TargetPlan): Result {
  if (isRefused(gates)) return 'refused';
  // Checks that did not pass are to be run by `apply`, before any code follows.
  return state.pending.length === 0 && !gates.some(({ name }) => name === 'checks') ? 'noop' : 'planned';
}

async function survey(
  session: Session,
  { state }: TargetPlan,
  ownPid: number,
): Promise<Pick<PlanReport, 'tables' | 'blockers' | 'invalidIndexes'>> {
  const invalid = await invalidIndexes(session);
  const found = invalid.length === 0 ? {} : { invalidIndexes: [...invalid] };
  if (state.pending.length === 0) return found;
  return {
    tables: await touchedTables(session, state.pending),
    blockers: await longTransactions(session, state.pending, [ownPid]),
    ...found,
  };
}
