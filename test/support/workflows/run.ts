import { holds, type Scope, scalarText } from '../actions/expressions.ts';
import type { Concurrency } from './concurrency.ts';
import { environmentName, environmentOf, passGate } from './environment-gate.ts';
import { calledInputs } from './inputs.ts';
import { type JobRun, runJob } from './job-run.ts';
import { combinationName, combinations } from './matrix.ts';
import type { Approval, JobResult, Result } from './model.ts';
import type { JobNode, WorkflowNode } from './plan.ts';
import { type FileContext, jobScope, type Needs, type Outcome, type RunContext } from './scope.ts';
import { handedOver, secretsOf } from './secrets.ts';
import { entries, get, plain, scalar } from './tokens.ts';

/** Runs the jobs of a workflow, each as soon as all that it needs have ended, and those of the workflows that it calls. */

export interface Engine {
  readonly run: RunContext;
  readonly concurrency: Concurrency;
  readonly approvals: Approval[];
  readonly options: JobRun['options'];
  readonly world: JobRun['world'];
  readonly onLine: (line: string, job: string, step: string) => void;
}

export async function runJobs(engine: Engine, workflow: WorkflowNode, file: FileContext): Promise<Needs> {
  const started = new Map<string, Promise<Outcome>>();
  const settle = (id: string): Promise<Outcome> => {
    const node = workflow.jobs.find((job) => job.file.id.toLowerCase() === id.toLowerCase()) as JobNode;
    const made = started.get(node.file.id) ?? begin(node);
    started.set(node.file.id, made);
    return made;
  };
  const begin = async (node: JobNode): Promise<Outcome> => {
    const before = await Promise.all(node.file.needs.map(async (id) => [id, await settle(id)] as const));
    return runNode(engine, workflow, node, file, Object.fromEntries(before));
  };
  const ended = workflow.jobs.map(async ({ file: { id } }) => [id, await settle(id)] as const);
  return Object.fromEntries(await Promise.all(ended));
}

async function runNode(
  engine: Engine,
  workflow: WorkflowNode,
  node: JobNode,
  file: FileContext,
  needs: Needs,
): Promise<Outcome> {
  const { run } = engine;
  const id = file.prefix + node.file.id;
  const before = jobScope(run, file, needs);
  const all = Object.values(needs);
  const finish = ({ result, outputs }: Pick<JobResult, 'result' | 'outputs'>): Outcome => ({
    result,
    outputs,
    clean: result === 'success' && all.every(({ clean }) => clean),
    broken: result === 'failure' || all.some(({ broken }) => broken),
  });
  if (!holds(node.file.condition, before)) {
    const free = before.status.cancelled && all.every(({ result }) => result === 'success');
    return finish(note(engine, withoutSteps(id, free ? 'cancelled' : 'skipped')));
  }
  const strategy = plain(get(node.file.token, 'strategy'), before) as { matrix?: unknown } | null;
  const legs = combinations(strategy?.matrix).map(async (matrix) => {
    const scope = jobScope(run, file, needs, { matrix: matrix ?? null, strategy: strategy ?? {} });
    const leg = newLeg(run, () => holds(node.file.condition, jobScope(run, file, needs)));
    const name = matrix === undefined ? id : `${id} (${combinationName(matrix)})`;
    return inTurn(engine, name, get(node.file.token, 'concurrency'), scope, leg, () =>
      node.called === undefined
        ? alone(engine, workflow, node, file, scope, name, leg)
        : call(engine, node, node.called, file, scope, name),
    );
  });
  const results = await Promise.all(legs);
  const whole = {
    ...withoutSteps(id, worst(results)),
    outputs: Object.assign({}, ...results.map((each) => each.outputs)),
  };
  if (strategy?.matrix !== undefined) note(engine, whole);
  return finish(whole);
}

/** A job, as far as it can be ended from outside. */
interface Leg {
  readonly stop: () => void;
  readonly isStopped: () => boolean;
  readonly whenStopped: Promise<void>;
}

/** `goesOn`: what the job's `if` says when the run is cancelled. */
function newLeg(run: RunContext, goesOn: () => boolean): Leg {
  let isStopped = false;
  let tell = (): void => {};
  const whenStopped = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const stop = (): void => {
    isStopped = true;
    tell();
  };
  void run.whenCancelled.then(() => goesOn() || stop());
  return { stop, isStopped: () => isStopped, whenStopped };
}

/** Waits for the job's turn in its group, if it has one. */
async function inTurn(
  engine: Engine,
  id: string,
  token: ReturnType<typeof get>,
  scope: Scope,
  { stop, whenStopped }: Leg,
  act: () => Promise<JobResult>,
): Promise<JobResult> {
  const request = concurrencyOf(plain(token, scope));
  if (request === undefined) return act();
  const leave = await engine.concurrency.enter({ ...request, by: id, cancel: stop }, whenStopped);
  if (leave === undefined) return note(engine, withoutSteps(id, 'cancelled'));
  try {
    return await act();
  } finally {
    leave();
  }
}

/** One job with steps: the gate of its environment, then a runner. */
async function alone(
  engine: Engine,
  workflow: WorkflowNode,
  node: JobNode,
  file: FileContext,
  scope: Scope,
  id: string,
  { isStopped, whenStopped }: Leg,
): Promise<JobResult> {
  const { run, options, world } = engine;
  const name = environmentName(node, scope);
  const approval = await passGate(run, id, name, whenStopped);
  if (approval === 'cancelled' || isStopped()) return note(engine, withoutSteps(id, 'cancelled'));
  if (approval !== undefined) engine.approvals.push(approval);
  if (approval !== undefined && approval.answer !== 'approve') return note(engine, withoutSteps(id, 'failure'));
  const environment = environmentOf(run, name);
  const token = run.token(node.permissions);
  const secrets = secretsOf(file, environment);
  const own = { secrets: { ...secrets, GITHUB_TOKEN: token }, vars: { ...run.vars, ...environment?.vars } };
  const result = await runJob({
    ...{ id, node, workflow, token, secrets, options, world },
    scope: { ...scope, contexts: { ...scope.contexts, ...own } },
    environment: name === undefined ? undefined : { name },
    onLine: (line, step) => engine.onLine(line, id, step),
    onStart: (cancel) => void whenStopped.then(cancel),
  });
  return note(engine, result);
}

/** A called workflow: its jobs are the run's, and it ends as they do. */
async function call(
  engine: Engine,
  node: JobNode,
  called: WorkflowNode,
  file: FileContext,
  scope: Scope,
  id: string,
): Promise<JobResult> {
  const given = (plain(get(node.file.token, 'with'), scope) ?? {}) as Record<string, unknown>;
  const inputs = calledInputs(called.file, given, scope);
  const jobs = await runJobs(engine, called, { prefix: `${id}/`, inputs, ...handedOver(node.file, file, scope) });
  // The outputs of a called workflow see no results of its jobs (actions/runner#2495).
  const seen = Object.fromEntries(Object.entries(jobs).map(([name, { outputs }]) => [name, { outputs }]));
  const end: Scope = { ...scope, contexts: { ...scope.contexts, inputs, jobs: seen } };
  const outputs = entries(get(called.file.call, 'outputs')).flatMap(([name, definition]) => {
    const value = scalarText(scalar(get(definition, 'value')), end);
    return value === '' ? [] : [[name, value] as const];
  });
  return note(engine, { ...withoutSteps(id, worst(Object.values(jobs))), outputs: Object.fromEntries(outputs) });
}

export function concurrencyOf(value: unknown) {
  if (value === null || value === '') return undefined;
  const given = typeof value === 'object' ? (value as Record<string, unknown>) : { group: value };
  return {
    group: String(given.group),
    cancelInProgress: given['cancel-in-progress'] === true,
    queue: given.queue === 'max' ? 'max' : 'single',
  } as const;
}

export function worst(ended: readonly { readonly result: Result }[]): Result {
  const has = (wanted: Result): boolean => ended.some(({ result }) => result === wanted);
  const order: readonly Result[] = ['failure', 'cancelled', 'success'];
  return order.find(has) ?? 'skipped';
}

function withoutSteps(id: string, result: Result): JobResult {
  return {
    ...{ id, result, outputs: {}, steps: {}, all: [], log: '', summary: '', annotations: [] },
    environment: undefined,
    permissions: undefined,
  };
}

function note({ run }: Engine, result: JobResult): JobResult {
  run.jobs[result.id] = result;
  return result;
}
