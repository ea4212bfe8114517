import { LockstepError, messageOf } from '../errors.ts';
import type { Report } from '../report/model.ts';
import type { RuleDescription } from '../report/rule-description.ts';
import type { ActionsRunner } from '../services/actions-runner.ts';
import { redact } from '../services/redact.ts';
import type { Settings } from '../settings/types.ts';
import { withDeployment } from './deployment.ts';
import { writeFiles } from './files.ts';

export interface Delivery {
  readonly settings: Settings;
  readonly report: Report;
  /** What SARIF tells about rules. */
  readonly rules: () => Promise<readonly RuleDescription[]>;
  /** undefined: not inside GitHub Actions. */
  readonly runner: ActionsRunner | undefined;
  readonly print: (text: string) => void;
  readonly signal: AbortSignal;
  /** The run was cancelled: what is left of its time is for the files and outputs. */
  readonly hurried: boolean;
}

/**
 * Brings a report to every surface that was asked for. Rejects when a file or an output could not be written, after all
 * others were served: somebody relies on it, so there is no answer. What goes wrong on GitHub is a warning, and the verdict
 * stands.
 */
export async function deliver({ settings, report: found, rules, ...delivery }: Delivery): Promise<void> {
  const { runner, hurried } = delivery;
  const report = withDeployment(settings, found);
  const failures = await writeFiles(settings, report, rules);
  const outputs = runner && (await outputsFor(settings, runner));
  failures.push(...(outputs?.(report) ?? []));
  const told = failures.length === 0 ? report : withoutAnswer(report, failures[0]);
  if (told !== report) {
    // Whoever reads one of those that could be written must not take it for the answer.
    await writeFiles(settings, told, rules);
    outputs?.(told);
  }
  if (runner !== undefined && !hurried) {
    const { annotate, summarise } = await import('./step.ts');
    // They would stand on the lines of another commit.
    if (settings.command !== 'comment') annotate(told, runner, delivery.print);
    await summarise(settings, told, runner);
    const { withApprovers } = await import('./approvers.ts');
    const waiting = await withApprovers(settings, told, delivery);
    // Side by side: a deploy waits for its messengers.
    const tellers = { ...delivery, runner };
    const [url, known] = await Promise.all([comment(settings, waiting, tellers), slack(settings, waiting, delivery)]);
    if (url.address !== undefined || known !== told) failures.push(...(outputs?.(known, url.address) ?? []));
    if (url.failure !== undefined) failures.push(url.failure);
  }
  if (runner === undefined && !hurried) await slack(settings, told, delivery);
  if (failures.length > 0) throw failures[0];
}

type Outputs = (report: Report, commentUrl?: string) => LockstepError[];

/** Sets the step's outputs; the last ones count. Returns what went wrong. */
async function outputsFor({ reportPath }: Settings, runner: ActionsRunner): Promise<Outputs> {
  const { setOutputs, outputsOf } = await import('./step.ts');
  return (report, commentUrl) => {
    try {
      setOutputs(outputsOf(report, reportPath, commentUrl), runner);
      return [];
    } catch (error) {
      return [outputsNotWritten(error)];
    }
  };
}

/** The step will exit as one without an answer: no surface may say otherwise. */
function withoutAnswer(report: Report, failure: unknown): Report {
  const { code, hint } = failure instanceof LockstepError ? failure : { code: 'bug', hint: undefined };
  const error = { code, message: redact(messageOf(failure)), ...(hint === undefined ? {} : { hint }) };
  return { ...report, result: 'error', error };
}

function outputsNotWritten(cause: unknown): LockstepError {
  return new LockstepError('outputs-not-written', `The step's outputs could not be written: ${messageOf(cause)}`, {
    hint: 'Steps that test them would go on in the dark. Look at the disk of the runner, and run the job again.',
    cause,
  });
}

interface Tellers extends Pick<Delivery, 'print' | 'signal'> {
  readonly runner: ActionsRunner;
}

async function tell(settings: Settings, report: Report, signal: AbortSignal) {
  if (report.deployment === undefined)
    return (await import('./pull-request.ts')).tellPullRequest(settings, report, signal);
  return (await import('./deployment-comment.ts')).tellDeployment(settings, report, signal);
}

/** The report as the next job has to know it: with the place of the message. */
async function slack(
  settings: Settings,
  report: Report,
  { runner, print, signal }: Pick<Delivery, 'runner' | 'print' | 'signal'>,
): Promise<Report> {
  const warn = (text: string): void => (runner === undefined ? print(`${text}\n`) : runner.warning(text));
  const { token, webhook } = settings.telling.slack;
  if (token === undefined && webhook === undefined) return report;
  if (report.deployment === undefined) {
    warn('Slack was not told: outside of GitHub Actions only --deployment says which deployment it is about.');
    return report;
  }
  try {
    const { tellSlack } = await import('./slack.ts');
    const { deployment, warnings } = (await tellSlack(settings, report, signal)) ?? { warnings: [] };
    for (const warning of warnings) warn(warning);
    return deployment === undefined ? report : { ...report, deployment };
  } catch (error) {
    warn(`Slack could not be told: ${messageOf(error)}`);
    return report;
  }
}

interface Commented {
  /** Of the comment, if there is one. */
  readonly address?: string | undefined;
  /** Of a run that is there for nothing else. */
  readonly failure?: LockstepError;
}

async function comment(settings: Settings, report: Report, { runner, print, signal }: Tellers): Promise<Commented> {
  try {
    const outcome = await tell(settings, report, signal);
    if (outcome?.kind === 'failed') {
      const [first = ''] = outcome.warning.split('\n');
      // Nothing was to be said, or a deploy has no right to: that is worth no more than a line.
      const isMinor = report.result === 'noop' || (report.deployment !== undefined && outcome.forbidden);
      if (isMinor && settings.command !== 'comment') print(`${first}\n`);
      else return notWritten(settings, outcome.warning, runner);
    }
    if (outcome?.kind === 'none' && outcome.why !== undefined) print(`${outcome.why}\n`);
    return outcome !== undefined && 'url' in outcome ? { address: outcome.url } : {};
  } catch (error) {
    // A bug of ours in the comment is no reason to withhold the verdict.
    return notWritten(settings, `The pull request's comment could not be written: ${messageOf(error)}`, runner);
  }
}

function notWritten({ command }: Settings, why: string, runner: ActionsRunner): Commented {
  runner.warning(why);
  return command === 'comment' ? { failure: new LockstepError('comment-not-written', why) } : {};
}
