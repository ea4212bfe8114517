import { messageOf } from '../errors.ts';
import { annotationsOf } from '../report/annotations.ts';
import { isBad } from '../report/deployment/lines.ts';
import { writeDeployment } from '../report/deployment/state.ts';
import { openCounts } from '../report/findings.ts';
import { renderSummary } from '../report/markdown/summary.ts';
import type { Report } from '../report/model.ts';
import { count } from '../report/words.ts';
import type { ActionsRunner } from '../services/actions-runner.ts';
import type { Settings } from '../settings/types.ts';
import { linksOf } from './context.ts';

/** What a step of GitHub Actions tells: annotations, the job's summary, outputs. */

export function annotate(report: Report, runner: ActionsRunner, print: (text: string) => void): void {
  const { shown, left } = annotationsOf(report);
  for (const annotation of shown) runner.annotate(annotation);
  const rest = left.error + left.warning;
  if (rest > 0)
    print(`${count(rest, 'more finding')} without an annotation: GitHub shows ten of a kind. The summary has them.\n`);
}

/**
 * Nothing for a change without migrations: most pull requests of a repository are that. A deploy that had nothing to do is
 * told in a line, since somebody waits for it. A failure is a warning.
 */
export async function summarise(settings: Settings, report: Report, runner: ActionsRunner): Promise<void> {
  if (report.command === 'check' && report.result === 'noop') return;
  try {
    await runner.summary(renderSummary(report, { links: linksOf(settings, report) }));
  } catch (error) {
    runner.warning(`The job's summary could not be written: ${messageOf(error)}`);
  }
}

/** docs/outputs.md has their meanings. */
export function outputsOf(report: Report, reportPath: string | undefined, commentUrl: string | undefined) {
  const { open, blocking } = openCounts(report.findings);
  return {
    result: report.result,
    deploy_code: String(opensTheWay(report)),
    findings_count: String(open),
    blocking_count: String(blocking),
    migrations: JSON.stringify(report.migrations.map(({ id }) => id)),
    applied_count: String(appliedCount(report)),
    pending_count: pendingCount(report),
    plan_digest: report.plan?.digest ?? '',
    duration_ms: String(Math.round(report.durationMs)),
    deployed_commit: report.history?.commit ?? '',
    outcome: outcomeIn(report),
    deployment: report.deployment === undefined ? '' : writeDeployment(report.deployment),
    report_path: reportPath ?? '',
    comment_url: commentUrl ?? '',
  };
}

/**
 * Whether code that needs these migrations may follow. A check looks at no target, and a plan opens the way only when
 * nothing was pending.
 */
function opensTheWay({ command, result, deployCode }: Report): boolean {
  return (
    (command === 'notify' && result === 'passed' && deployCode === true) ||
    (command === 'apply' && (result === 'applied' || result === 'noop')) ||
    (command === 'plan' && result === 'noop')
  );
}

/** Of `notify`: what stopped the deployment, else what the last environment came to, in the words of a stage. '': nobody has said. */
function outcomeIn({ command, deployment }: Report): string {
  if (command !== 'notify' || deployment === undefined) return '';
  const { stages } = deployment;
  const stopped = stages.find(isBad) ?? stages.find(({ state }) => state === 'cancelled' || state === 'superseded');
  return (stopped ?? stages.at(-1))?.state ?? '';
}

/** In this run: what a rehearsal applied is applied nowhere, and what a baseline recorded was there already. */
function appliedCount({ command, migrations }: Report): number {
  return command === 'apply' ? migrations.filter(({ status }) => status === 'applied').length : 0;
}

/** What is left after the run. '': nobody has looked, and a number would be taken for an answer. */
function pendingCount(report: Report): string {
  const { plan } = report;
  return plan === undefined ? '' : String(Math.max(0, plan.pending.length - appliedCount(report)));
}

/** Throws when the runner's file cannot be written. */
export function setOutputs(outputs: ReturnType<typeof outputsOf>, runner: ActionsRunner): void {
  for (const [name, value] of Object.entries(outputs)) runner.output(name, value);
}
