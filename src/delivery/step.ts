import { messageOf } from '../errors.ts';
import { annotationsOf } from '../report/annotations.ts';
import { openCounts } from '../report/findings.ts';
import { renderSummary } from '../report/markdown/summary.ts';
import type { MigrationReport, Report } from '../report/model.ts';
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

/** Nothing for a change without migrations (a deploy without any has its line): most pull requests of a repository are that. A failure is a warning. */
export async function summarise(settings: Settings, report: Report, runner: ActionsRunner): Promise<void> {
  if (report.result === 'noop' && report.target === undefined) return;
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
    applied_count: String(countOf(report, 'applied')),
    pending_count: String(stillPending(report)),
    plan_digest: report.plan?.digest ?? '',
    duration_ms: String(Math.round(report.durationMs)),
    report_path: reportPath ?? '',
    comment_url: commentUrl ?? '',
  };
}

/**
 * Whether code that needs these migrations may follow. A check looks at no target, and a plan opens the way only when
 * nothing was pending.
 */
function opensTheWay({ command, result }: Report): boolean {
  return (
    (command === 'apply' && (result === 'applied' || result === 'noop')) || (command === 'plan' && result === 'noop')
  );
}

/** Of a check: what the rehearsal applied is applied nowhere. */
function countOf({ command, migrations }: Report, status: MigrationReport['status']): number {
  return command === 'check' ? 0 : migrations.filter((migration) => migration.status === status).length;
}

function stillPending(report: Report): number {
  const { command, plan } = report;
  if (command === 'check') return 0;
  return Math.max(0, (plan?.pending.length ?? 0) - (command === 'apply' ? countOf(report, 'applied') : 0));
}

/** Throws when the runner's file cannot be written. */
export function setOutputs(outputs: ReturnType<typeof outputsOf>, runner: ActionsRunner): void {
  for (const [name, value] of Object.entries(outputs)) runner.output(name, value);
}
