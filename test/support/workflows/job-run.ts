import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { holds, type Scope, scalarText, textMap } from '../actions/expressions.ts';
import { createJob, type Job, type JobOptions, statusOf } from '../actions/job.ts';
import { StepLog } from '../actions/log.ts';
import type { JobResult, Result, StepResult } from './model.ts';
import type { JobNode, WorkflowNode } from './plan.ts';
import { type Services, startServices } from './services.ts';
import { temporaryFolder } from './sources.ts';
import { runStep, type StepEnd, type StepRun } from './step-run.ts';
import { entries, get, mapping, scalar } from './tokens.ts';
import type { StepFile } from './workflow-file.ts';

/** Runs a job's steps on a runner of its own: a fresh folder, an empty workspace. */

export interface JobRun {
  readonly id: string;
  readonly node: JobNode;
  readonly workflow: WorkflowNode;
  /** The contexts before the job began, with its own secrets and its matrix. */
  readonly scope: Scope;
  readonly token: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly environment: { readonly name: string } | undefined;
  readonly options: Pick<JobOptions, 'machine' | 'event' | 'github' | 'runner' | 'patience' | 'debug'>;
  readonly world: StepRun['world'];
  readonly onLine: (line: string, step: string) => void;
  /** Called with what cancels the job. */
  readonly onStart: (cancel: () => void) => void;
}

/** All of a job's outputs, as UTF-16. */
const OUTPUTS_LIMIT = 1024 * 1024;

export async function runJob(run: JobRun): Promise<JobResult> {
  const job = prepare(run);
  const about = new StepLog(job.masks, { onLine: (line) => run.onLine(line, '') });
  const all: StepResult[] = [];
  let cancelStep = (): void => {};
  run.onStart(() => {
    job.cancelled = true;
    cancelStep();
  });
  let failed = false;
  let services: Services = { context: {}, stop: async () => {} };
  const scopeNow = (env: Job['env']): Scope => {
    const status = statusOf(job, failed);
    const steps = Object.fromEntries(all.flatMap(({ id, ...step }) => (id === '' ? [] : [[id, stepContext(step)]])));
    const jobContext = { ...jobFacts(run), status: job.cancelled ? 'cancelled' : failed ? 'failure' : 'success' };
    const more = {
      github: job.github,
      env,
      steps,
      runner: job.runner,
      job: { ...jobContext, services: services.context },
    };
    return { contexts: { ...run.scope.contexts, ...more }, status };
  };
  try {
    for (const level of [run.workflow.file.root, run.node.file.token])
      Object.assign(job.env, textMap(mapping(get(level, 'env')), scopeNow(job.env)));
    services = await startServices(get(run.node.file.token, 'services'), run.scope);
    for (const step of run.node.file.steps) {
      const result = await one(run, job, step, scopeNow, (cancel) => {
        cancelStep = cancel;
      });
      all.push(result);
      if (result.conclusion === 'failure') failed = true;
    }
  } finally {
    await services.stop();
  }
  let outputs: Readonly<Record<string, string>> = {};
  try {
    outputs = outputsOf(run, scopeNow(job.env), about);
  } catch (error) {
    about.error((error as Error).message);
    failed = true;
  }
  const result: Result = job.cancelled ? 'cancelled' : failed ? 'failure' : 'success';
  return {
    id: run.id,
    result,
    outputs,
    steps: Object.fromEntries(all.flatMap((step) => (step.id === '' ? [] : [[step.id, step]]))),
    all,
    log: [...all.map(({ log }) => log), about.text].join(''),
    summary: all.map(({ summary }) => summary).join(''),
    annotations: [...all.flatMap(({ annotations }) => annotations), ...about.annotations],
    environment: run.environment && {
      name: run.environment.name,
      url: scalarText(scalar(get(get(run.node.file.token, 'environment'), 'url')), scopeNow(job.env)),
    },
    permissions: run.node.permissions,
  };
}

function prepare({ id, node, options, token, secrets }: JobRun): Job {
  const folder = temporaryFolder('lockstep-runner-');
  const workspace = join(folder, 'work');
  const home = join(folder, 'home');
  for (const path of [workspace, home]) mkdirSync(path);
  const hidden = Object.values(secrets).flatMap((secret) => [
    secret,
    ...secret.split(/[\r\n]+/).map((line) => line.trim()),
  ]);
  const github = { ...options.github, token, job: node.file.id, action: id };
  const machine = { HOME: home, ...options.machine };
  return createJob({ ...options, folder, workspace, github, machine, secrets: hidden });
}

async function one(
  run: JobRun,
  job: Job,
  step: StepFile,
  scopeNow: (env: Job['env']) => Scope,
  onStart: (cancel: () => void) => void,
): Promise<StepResult> {
  const log = new StepLog(job.masks, { debug: job.debug, onLine: (line) => run.onLine(line, step.id) });
  const end = (
    outcome: Result,
    { outputs = {}, summary = '' }: Partial<StepEnd> = {},
    forgiven = false,
  ): StepResult => ({
    id: step.id,
    name: step.name?.toString() ?? step.uses ?? step.run?.toString().split('\n', 1)[0] ?? '',
    outcome,
    conclusion: forgiven ? 'success' : outcome,
    outputs,
    log: log.text,
    summary,
    annotations: log.annotations,
  });
  let forgives = false;
  try {
    const env = { ...job.env, ...textMap(mapping(get(step.token, 'env')), scopeNow(job.env)) };
    const holdsNow = (): boolean => holds(step.condition, scopeNow(env));
    if (!holdsNow()) return end('skipped');
    const { continueOnError } = step;
    const scope = scopeNow(env);
    forgives = typeof continueOnError === 'boolean' ? continueOnError : scalarText(continueOnError, scope) === 'true';
    const defaults = {
      shell: byDefault(run, 'shell', scope),
      workingDirectory: byDefault(run, 'working-directory', scope),
    };
    const ended = await runStep({
      ...{ step, job, log, scope, env, defaults, source: run.node.source, world: run.world },
      onStart: (cancel) => onStart(() => !holdsNow() && cancel()),
    });
    if (job.cancelled && !holdsNow()) return end('cancelled', ended);
    return end(ended.failed ? 'failure' : 'success', ended, ended.failed && forgives);
  } catch (error) {
    if (/^This (rig|test|runner) /.test((error as Error).message)) throw error;
    log.error((error as Error).message);
    return end('failure', {}, forgives);
  }
}

function byDefault({ workflow, node }: JobRun, key: string, scope: Scope): string {
  const levels = [node.file.token, workflow.file.root];
  const found = levels.map((level) => scalar(get(get(get(level, 'defaults'), 'run'), key))).find(Boolean);
  return scalarText(found, scope);
}

function stepContext({ outputs, outcome, conclusion }: Omit<StepResult, 'id'>): Record<string, unknown> {
  return { outputs, outcome, conclusion };
}

/** Which file a job is from: the called one, whose `github` context is the caller's. */
function jobFacts({ node: { source } }: JobRun): Record<string, string> {
  const { repository, commit, path } = source;
  return {
    workflow_ref: `${repository}/${path}@${commit}`,
    workflow_sha: commit,
    workflow_repository: repository,
    workflow_file_path: path,
  };
}

/** What may hold a secret stays here (actions/runner, JobExtension.cs). */
function outputsOf({ node }: JobRun, scope: Scope, log: StepLog): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [name, token] of entries(get(node.file.token, 'outputs'))) {
    const value = scalarText(scalar(token), scope);
    if (log.masks.mayHoldSecret(value)) log.warning(`Skip output '${name}' since it may contain secret.`);
    else if (value !== '') outputs[name] = value;
  }
  const size = Object.values(outputs).join('').length * 2;
  if (size > OUTPUTS_LIMIT)
    throw new Error(`The outputs of ${node.file.id} have ${size} bytes: GitHub takes a mebibyte`);
  return outputs;
}
