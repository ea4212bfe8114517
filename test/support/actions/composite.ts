import type { CompositeAction, ScriptStep } from './action-file.ts';
import { holds, type Scope, scalarText, textMap } from './expressions.ts';
import { type Job, statusOf } from './job.ts';
import type { StepLog } from './log.ts';
import type { RunningScript } from './script.ts';
import { runScript, type ScriptResult } from './script-step.ts';

type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped';

/** The context `steps` within the action. */
type Steps = Record<string, { outputs: Readonly<Record<string, string>>; outcome: Conclusion; conclusion: Conclusion }>;

export interface CompositeResult {
  readonly conclusion: Conclusion;
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: Steps;
  /** Of the last script that ran; undefined when none did. */
  readonly exitCode: number | undefined;
  readonly summary: string;
}

interface Runtime {
  /** The folder of the action: GITHUB_ACTION_PATH. */
  readonly actionPath: string;
  readonly given: Readonly<Record<string, string>>;
  /** The `env` of the step that uses the action. */
  readonly env: Readonly<Record<string, string>>;
  /** Called for each script, with what ends it when the run is cancelled: nothing where its `if` says so. */
  readonly onStart: (running: RunningScript, cancel: () => void) => void;
}

/** Runs the steps of a composite action (actions/runner, CompositeActionHandler.cs). */
export async function runComposite(
  job: Job,
  log: StepLog,
  action: CompositeAction,
  runtime: Runtime,
): Promise<CompositeResult> {
  const github = { ...job.github, action_path: runtime.actionPath };
  const inputs = readInputs(job, log, action, runtime);
  const steps: Steps = {};
  const results: ScriptResult[] = [];
  let conclusion: Conclusion = 'success';
  const scopeOf = (env: Readonly<Record<string, string>>): Scope => {
    const status = statusOf(job, conclusion === 'failure');
    const action_status = status.cancelled ? 'cancelled' : status.failed ? 'failure' : 'success';
    const contexts = {
      github: { ...github, action_status },
      inputs,
      steps,
      env,
      runner: job.runner,
      job: { status: action_status },
      strategy: {},
      matrix: null,
    };
    return { contexts, status };
  };

  for (const step of action.steps) {
    const outer = { ...job.env, ...runtime.env };
    const env = { ...outer, ...textMap(step.env, scopeOf(outer)) };
    if (!holds(step.condition, scopeOf(env))) {
      record(steps, step, {}, 'skipped', 'skipped');
      continue;
    }
    const result = await runScript(job, log, {
      script: scalarText(step.run, scopeOf(env)),
      shell: scalarText(step.shell, scopeOf(env)),
      workingDirectory: scalarText(step.workingDirectory, scopeOf(env)),
      env,
      github,
      onStart: (running) => {
        runtime.onStart(running, () => {
          if (!holds(step.condition, scopeOf(env))) running.cancel();
        });
      },
    });
    results.push(result);
    const outcome =
      job.cancelled && !holds(step.condition, scopeOf(env)) ? 'cancelled' : result.failed ? 'failure' : 'success';
    const forgiven = outcome === 'failure' && goesOn(step, scopeOf(env));
    record(steps, step, result.outputs, outcome, forgiven ? 'success' : outcome);
    if (!forgiven && outcome !== 'success' && conclusion !== 'cancelled') conclusion = outcome;
  }
  const last = scopeOf({ ...job.env, ...runtime.env });
  return {
    conclusion,
    outputs: Object.fromEntries(action.outputs.map(({ id, value }) => [id, scalarText(value, last)])),
    steps,
    exitCode: results.at(-1)?.exitCode,
    summary: results.map(({ summary }) => summary).join(''),
  };
}

function record(
  steps: Steps,
  { id }: ScriptStep,
  outputs: Readonly<Record<string, string>>,
  outcome: Conclusion,
  conclusion: Conclusion,
): void {
  if (id !== '') steps[id] = { outputs, outcome, conclusion };
}

function goesOn({ continueOnError }: ScriptStep, scope: Scope): boolean {
  return continueOnError === true || (continueOnError !== false && scalarText(continueOnError, scope) === 'true');
}

/** Given and default inputs. An unknown one is a warning; a required one that is missing is nothing to the runner. */
function readInputs(job: Job, log: StepLog, { inputs }: CompositeAction, { given }: Runtime): Record<string, string> {
  const byId = new Map(Object.entries(given).map(([id, value]) => [id.toLowerCase(), value]));
  const known = inputs.map(({ id }) => id);
  const unknown = Object.keys(given).filter((id) => !known.some((each) => each.toLowerCase() === id.toLowerCase()));
  if (unknown.length > 0)
    log.warning(`Unexpected input(s) '${unknown.join("', '")}', valid inputs are ['${known.join("', '")}']`);
  const scope: Scope = {
    contexts: { github: job.github, runner: job.runner, job: {}, strategy: {}, matrix: null },
    status: statusOf(job, false),
  };
  return Object.fromEntries(
    inputs.map(({ id, default: byDefault }) => [id, byId.get(id.toLowerCase()) ?? scalarText(byDefault, scope)]),
  );
}
