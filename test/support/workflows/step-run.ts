import { readAction } from '../actions/action-file.ts';
import { runComposite } from '../actions/composite.ts';
import { type Scope, scalarText, textMap } from '../actions/expressions.ts';
import type { Job } from '../actions/job.ts';
import type { StepLog } from '../actions/log.ts';
import { runScript } from '../actions/script-step.ts';
import type { Source } from './sources.ts';
import type { ActionCall } from './stand-ins/stand-in.ts';
import { get, mapping, scalar } from './tokens.ts';
import { findAction } from './uses.ts';
import type { StepFile } from './workflow-file.ts';

/** Runs one step of a job. Its `if` has been asked. */

export interface StepRun {
  readonly step: StepFile;
  readonly job: Job;
  readonly log: StepLog;
  /** The file that the step stands in. */
  readonly source: Source;
  /** `defaults.run`, as they are now. */
  readonly defaults: { readonly shell: string; readonly workingDirectory: string };
  readonly scope: Scope;
  readonly env: Readonly<Record<string, string>>;
  /** Called with what ends the step when the run is cancelled: nothing, where the step's `if` says so. */
  readonly onStart: (cancel: () => void) => void;
  readonly world: Parameters<typeof findAction>[3] & Omit<ActionCall, 'inputs' | 'job' | 'log' | 'env'>;
}

export interface StepEnd {
  readonly failed: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** What cannot be read or found fails the step; a mistake of the test itself is thrown. */
export async function runStep(run: StepRun): Promise<StepEnd> {
  return run.step.uses === undefined ? script(run) : action(run, run.step.uses);
}

function script({ step, job, log, defaults, scope, env, onStart }: StepRun): Promise<StepEnd> {
  const { token } = step;
  return runScript(job, log, {
    script: scalarText(step.run, scope),
    // Where a file names no shell, the runner's bash stops at errors and does not look into pipes.
    shell: scalarText(scalar(get(token, 'shell')), scope) || defaults.shell || 'bash -e {0}',
    workingDirectory: scalarText(scalar(get(token, 'working-directory')), scope) || defaults.workingDirectory,
    env,
    github: job.github,
    onStart: (running) => onStart(() => running.cancel()),
  });
}

async function action({ step, job, log, source, scope, env, onStart, world }: StepRun, uses: string): Promise<StepEnd> {
  const given = textMap(mapping(get(step.token, 'with')), scope);
  announce(log, uses, given, env);
  const found = findAction(uses, source, job.workspace, world);
  if (typeof found === 'string') {
    const { conclusion, outputs, summary } = await runComposite(job, log, readAction(found), {
      actionPath: found,
      given,
      env: difference(env, job.env),
      onStart: (_running, cancel) => onStart(cancel),
    });
    return { failed: conclusion === 'failure', outputs, summary };
  }
  const inputs = Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  try {
    const { outputs = {} } = await found({ ...world, inputs, job, log, env });
    return { failed: false, outputs, summary: '' };
  } catch (error) {
    log.error((error as Error).message);
    return { failed: true, outputs: {}, summary: '' };
  }
}

/** What a step adds: the rest is the job's, and may still change while a composite action runs. */
function difference(env: StepRun['env'], of: StepRun['env']): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => of[name] !== value));
}

function announce(log: StepLog, uses: string, given: StepRun['env'], env: StepRun['env']): void {
  log.output(`##[group]Run ${uses}`);
  for (const [title, values] of [
    ['with', given],
    ['env', env],
  ] as const) {
    const lines = Object.entries(values).filter(([, value]) => value !== '');
    if (lines.length > 0) log.output(`${title}:`);
    for (const [name, value] of lines) for (const line of `  ${name}: ${value}`.split('\n')) log.output(line);
  }
  log.output('##[endgroup]');
}
