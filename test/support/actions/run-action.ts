import { type ChildProcess, execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readAction } from './action-file.ts';
import { type CompositeResult, runComposite } from './composite.ts';
import { createJob, type JobOptions } from './job.ts';
import { type Annotation, StepLog } from './log.ts';

/**
 * Runs a composite action as GitHub's runner would, for tests: `uses: owner/repo@ref` as the one step of a job. Expressions
 * and action.yml are read by GitHub's own packages, everything else follows actions/runner.
 *
 * It does: inputs and their defaults; `if`, `env`, `continue-on-error`, `working-directory` and `shell` of script steps;
 * contexts; outputs; GITHUB_* and RUNNER_* variables; the command files and the commands in the output, `stop-commands`
 * included; hidden secrets; the limits of annotations and summary; a checkout of the action apart from its sources;
 * cancellation, by signals to the step's own process alone.
 *
 * It does not: `uses:` in composites, hashFiles(), other kinds of action, job containers, problem matchers, Windows, the
 * service behind the runner (50 annotations a job, artifacts, caches, OpenID tokens), nor workflows: those are run by
 * test/support/workflows, on the same parts.
 */
export interface ActionRun extends Pick<JobOptions, 'event' | 'github' | 'runner' | 'secrets' | 'debug'> {
  /** A folder with action.yml. All of it but node_modules is copied to where the runner would check it out. */
  readonly action: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly workspace: string;
  /** `env` of the step in the workflow. */
  readonly env?: Readonly<Record<string, string>>;
  /** The runner's own environment on top of PATH and HOME. */
  readonly machine?: Readonly<Record<string, string>>;
  /** The name of the folder that the runner works in. */
  readonly folder?: string;
  /** `owner/repo@ref`, or './folder' for an action that lies in the workspace: nothing is checked out for it. */
  readonly uses?: string;
  /** Called with each line of the log. */
  readonly onLine?: (line: string) => void;
}

export interface ActionResult extends CompositeResult {
  /** As GitHub shows it, without times. */
  readonly log: string;
  readonly annotations: readonly Annotation[];
  /** Those that GitHub does not show: there were too many. */
  readonly dropped: readonly Annotation[];
  /** What has been hidden in the log. */
  readonly masks: readonly string[];
  /** Outputs that no other job could get. */
  readonly secretOutputs: readonly string[];
  /** What later steps find in their environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly path: readonly string[];
}

export interface RunningAction {
  /** The process of the first script. Never resolves when none is run. */
  readonly started: Promise<ChildProcess>;
  /** Cancels the run, as the button does. */
  cancel(): void;
  readonly finished: Promise<ActionResult>;
}

/** To its end. */
export function runAction(run: ActionRun): Promise<ActionResult> {
  return startAction(run).finished;
}

/** To send signals to, or to cancel. What the runner made is removed when the test ends. */
export function startAction(run: ActionRun): RunningAction {
  const folder = join(temporaryFolder(), run.folder ?? 'runner');
  mkdirSync(folder);
  const { PATH = '', HOME = tmpdir() } = process.env;
  const job = createJob({
    ...run,
    folder,
    machine: { PATH, HOME, ...run.machine },
    github: { sha: headOf(run.workspace), ...run.github },
  });
  const uses = run.uses ?? 'lockstep-dev/lockstep@v0';
  const actionPath = uses.startsWith('./')
    ? `${run.workspace}/${uses}`
    : checkOut(run.action, join(job.actions, uses.replace('@', '/')));
  const log = new StepLog(job.masks, {
    ...(run.debug === undefined ? {} : { debug: run.debug }),
    ...(run.onLine === undefined ? {} : { onLine: run.onLine }),
  });
  const given = Object.fromEntries(Object.entries(run.with ?? {}).map(([name, value]) => [name, String(value)]));
  announce(log, uses, given);

  let tellStarted: (child: ChildProcess) => void = () => {};
  const started = new Promise<ChildProcess>((resolve) => {
    tellStarted = resolve;
  });
  let cancelCurrent = (): void => {};
  const finish = async (): Promise<ActionResult> => {
    const result = await runComposite(job, log, readAction(actionPath), {
      actionPath,
      given,
      env: run.env ?? {},
      onStart: ({ child }, cancel) => {
        cancelCurrent = cancel;
        tellStarted(child);
      },
    });
    return {
      ...result,
      log: log.text,
      annotations: log.annotations,
      dropped: log.dropped,
      masks: job.masks.values,
      secretOutputs: Object.entries(result.outputs).flatMap(([name, value]) =>
        job.masks.mayHoldSecret(value) ? name : [],
      ),
      env: job.env,
      path: job.path,
    };
  };
  const cancel = (): void => {
    job.cancelled = true;
    cancelCurrent();
  };
  return { started, cancel, finished: finish() };
}

function announce(log: StepLog, uses: string, given: Readonly<Record<string, string>>): void {
  log.output(`##[group]Run ${uses}`);
  const inputs = Object.entries(given).filter(([, value]) => value !== '');
  if (inputs.length > 0) log.output('with:');
  for (const [name, value] of inputs) log.output(`  ${name}: ${value}`);
  log.output('##[endgroup]');
}

function checkOut(action: string, target: string): string {
  cpSync(action, target, {
    recursive: true,
    filter: (source) => !['node_modules', '.git', '.cache'].includes(basename(source)),
  });
  return target;
}

/** Open to other users, as a runner's folders are: as root we start Postgres as another. */
function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-runner-')));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function headOf(workspace: string): string {
  try {
    return execFileSync('git', ['-C', workspace, 'rev-parse', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return '0'.repeat(40);
  }
}
