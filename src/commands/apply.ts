import { readFile } from 'node:fs/promises';
import { readHistory } from '../deploy/history/read.ts';
import { type PlanFile, readPlan } from '../deploy/plan/plan-file.ts';
import { Watch } from '../deploy/run/watch.ts';
import { LockstepError, messageOf } from '../errors.ts';
import type { Report } from '../report/model.ts';
import type { Settings } from '../settings/types.ts';
import { applyLocked } from './apply-locked.ts';
import { asksFirst, confirm } from './confirm.ts';
import { busyReport, deploymentFor, tellWait } from './deployment.ts';
import type { Io } from './io.ts';
import { onTarget } from './on-target.ts';
import { isRefused, planFor } from './target-plan.ts';
import { historyOf, reportOf, type TargetFrame } from './target-report.ts';

/** Applies the pending migrations to a target, under the lock. */
export async function apply(settings: Settings, io: Io): Promise<Report> {
  let approved: PlanFile | undefined;
  const before = async (): Promise<void> => {
    approved = await approvedPlan(settings);
  };
  return onTarget(settings, io, { use: 'write', before }, (frame) => applyTo(frame, io, approved));
}

async function applyTo(frame: TargetFrame, io: Io, approved: PlanFile | undefined): Promise<Report> {
  const { settings, inputs, opened, notices } = frame;
  const { pooler, standby } = opened.target;
  // What would hold for nobody is not even tried.
  if (pooler === 'transaction' || standby) return refusedUnlocked(frame, approved);
  const shown = asksFirst(settings) ? await showAndAsk(frame, io, approved) : undefined;
  const watch = new Watch(opened.target, io.signal);
  const deployment = deploymentFor(settings, io, inputs, opened, watch, notices);
  try {
    const lock = await deployment.lock(tellWait(io));
    if (!lock.acquired) return busyReport(frame, lock);
    return await applyLocked({ frame, io, deployment, lock, approved: approved ?? shown });
  } finally {
    await watch.close();
    await deployment.close();
  }
}

async function approvedPlan({ target: { planFile, planDigest } }: Settings): Promise<PlanFile | undefined> {
  if (planFile === undefined || planDigest === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(planFile, 'utf8');
  } catch (cause) {
    throw new LockstepError('plan-unreadable', `${planFile} cannot be read: ${messageOf(cause)}`, { cause });
  }
  return readPlan(text, planDigest, planFile);
}

/** By hand in a terminal: what was shown is what was agreed to. undefined: there is nothing to agree to. */
async function showAndAsk(frame: TargetFrame, io: Io, approved: PlanFile | undefined): Promise<PlanFile | undefined> {
  const { opened, inputs, settings } = frame;
  const { session } = opened.target;
  const history = await readHistory(session, opened.history);
  const plan = await planFor({ inputs, opened, session, history, approved });
  if (isRefused(plan.gates) || plan.state.pending.length === 0) return undefined;
  const preview = reportOf(frame, { result: 'planned', plan: plan.report, history: historyOf(plan) });
  const { renderReport } = await import('../report/terminal/report.ts');
  io.progress.close();
  io.stdout(renderReport({ ...preview, command: 'plan' }, { color: settings.color, width: settings.width }));
  await confirm(io, inputs, opened.target.address, 'migrations are applied');
  return approved ?? readPlan(plan.text, plan.report.digest, 'the plan');
}

async function refusedUnlocked(frame: TargetFrame, approved: PlanFile | undefined): Promise<Report> {
  const { opened, inputs } = frame;
  const { session } = opened.target;
  const history = await readHistory(session, opened.history);
  const plan = await planFor({ inputs, opened, session, history, approved });
  return reportOf(frame, { result: 'refused', plan: plan.report, history: historyOf(plan) });
}
