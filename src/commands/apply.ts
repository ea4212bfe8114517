import { readFile } from 'node:fs/promises';
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
import { readingOf } from './reading.ts';
import { isRefused, planNow, type TargetPlan } from './target-plan.ts';
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
  if (shown !== undefined && 'refused' in shown) return shown.refused;
  const watch = new Watch(opened.target, io.signal);
  const deployment = deploymentFor(settings, io, inputs, opened, watch, notices);
  try {
    const lock = await deployment.lock(tellWait(io));
    if (!lock.acquired) return busyReport(frame, lock);
    return await applyLocked({ frame, io, deployment, lock, approved: approved ?? shown?.approved });
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
    throw new LockstepError('plan-unreadable', `${planFile} cannot be read: ${messageOf(cause)}`, {
      hint: 'Write it with `lockstep plan --out FILE`; in a workflow it reaches another job as an artifact.',
      cause,
    });
  }
  return readPlan(text, planDigest, planFile);
}

/** By hand in a terminal: what was shown is what was agreed to, also when it is that nothing shall run. */
async function showAndAsk(
  frame: TargetFrame,
  io: Io,
  approved: PlanFile | undefined,
): Promise<{ readonly approved: PlanFile } | { readonly refused: Report }> {
  const { opened, inputs, settings } = frame;
  const plan = await previewOf(frame, approved);
  const agreed = { approved: approved ?? readPlan(plan.text, plan.report.digest, 'the plan') };
  if (isRefused(plan.gates))
    return { refused: reportOf(frame, { result: 'refused', plan: plan.report, history: historyOf(plan) }) };
  if (plan.state.pending.length === 0) return agreed;
  const preview = reportOf(frame, { result: 'planned', plan: plan.report, history: historyOf(plan) });
  const { renderReport } = await import('../report/terminal/report.ts');
  io.progress.close();
  io.stdout(renderReport({ ...preview, command: 'plan' }, { color: settings.color, width: settings.width }));
  await confirm(io, inputs, opened.target.address, 'migrations are applied');
  return agreed;
}

/** The plan as it is now, read without the lock. */
function previewOf(frame: TargetFrame, approved: PlanFile | undefined): Promise<TargetPlan> {
  return readingOf(frame.opened.target.session, () => planNow(frame, approved));
}

async function refusedUnlocked(frame: TargetFrame, approved: PlanFile | undefined): Promise<Report> {
  const plan = await previewOf(frame, approved);
  return reportOf(frame, { result: 'refused', plan: plan.report, history: historyOf(plan) });
}
