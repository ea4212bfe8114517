import { messageOf } from '../errors.ts';
import type { Report } from '../report/model.ts';
import type { RuleDescription } from '../report/rule-description.ts';
import type { Runner } from '../services/runner.ts';
import type { Settings } from '../settings/types.ts';
import { writeFiles, writeReport } from './files.ts';

export interface Delivery {
  readonly settings: Settings;
  readonly report: Report;
  /** What SARIF tells about rules. */
  readonly rules: () => Promise<readonly RuleDescription[]>;
  /** undefined: not inside GitHub Actions. */
  readonly runner: Runner | undefined;
  readonly print: (text: string) => void;
  readonly signal: AbortSignal;
  /** The run was cancelled: what is left of its time is for the files and outputs. */
  readonly hurried: boolean;
}

/**
 * Brings a report to every surface that was asked for. Throws `report-not-written` when a file could not be written, after
 * all others were served; what goes wrong on GitHub is a warning, and the verdict stands.
 */
export async function deliver(delivery: Delivery): Promise<void> {
  const { settings, report, rules, runner, print, signal, hurried } = delivery;
  const problem = await writeFiles(settings, report, rules).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  if (runner !== undefined) {
    const { annotate, summarise, setOutputs, outputsOf } = await import('./step.ts');
    let commentUrl: string | undefined;
    if (!hurried) {
      annotate(report, runner, print);
      await summarise(settings, report, runner);
      commentUrl = await comment(settings, report, runner, signal);
    }
    setOutputs(outputsOf(report, settings.reportPath, commentUrl), runner);
  }
  if (problem !== undefined) throw problem.error;
}

/** Address of the comment, if there is one. */
async function comment(
  settings: Settings,
  report: Report,
  runner: Runner,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { tellPullRequest } = await import('./pull-request.ts');
    const outcome = await tellPullRequest(settings, report, signal);
    if (outcome?.kind === 'failed') runner.warning(outcome.warning);
    return outcome !== undefined && 'url' in outcome ? outcome.url : undefined;
  } catch (error) {
    // A bug of ours in the comment is no reason to withhold the verdict.
    runner.warning(`The pull request's comment could not be written: ${messageOf(error)}`);
    return undefined;
  }
}

/** A run that could not begin for its settings: there are none to go by but these. Throws `report-not-written`. */
export async function deliverRefusal(
  report: Report,
  reportPath: string | undefined,
  runner: Runner | undefined,
  print: (text: string) => void,
): Promise<void> {
  if (runner !== undefined) {
    const { annotate, setOutputs, outputsOf } = await import('./step.ts');
    annotate(report, runner, print);
    setOutputs(outputsOf(report, reportPath, undefined), runner);
  }
  if (reportPath !== undefined) await writeReport(reportPath, report);
}
