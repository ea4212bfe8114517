import * as z from 'zod';
import type { Deployment, Stage } from './model.ts';
import { isSameDeployment, isSameName, merged, readDeployment, withStage } from './state.ts';

/**
 * How a deployment ended, from what GitHub says of its jobs (`toJSON(needs)`). A job that names an environment and never ran
 * a step, because nobody approved it, says nothing itself. Pure.
 */

const needsSchema = z.record(
  z.string(),
  z.object({
    result: z.enum(['success', 'failure', 'cancelled', 'skipped']),
    outputs: z.record(z.string(), z.string()).default({}),
  }),
);

export type Needs = z.infer<typeof needsSchema>;

/** undefined: it is not what `toJSON(needs)` gives. */
export function readNeeds(json: string): Needs | undefined {
  try {
    return needsSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

interface OutcomeOptions {
  /** What is known besides what the jobs say. */
  readonly deployment: Deployment;
  /** The one after which the code follows. */
  readonly environment: string;
  readonly at: Date;
  readonly url?: string | undefined;
}

interface Outcome {
  readonly deployment: Deployment;
  /** Whether the code may follow: for nothing but a run that has looked at the last environment, and said so. */
  readonly deployCode: boolean;
}

export function outcomeOf(needs: Needs, { deployment, environment, at, url }: OutcomeOptions): Outcome {
  const jobs = Object.entries(needs);
  const told = jobs.flatMap(([, { outputs }]) => readDeployment(outputs.deployment ?? '') ?? []);
  let sum = merged(deployment, ...told.filter((one) => isSameDeployment(deployment, one)));
  for (const [name, job] of jobs) {
    const about = environmentOf(name);
    const state = silentState(job);
    if (state === undefined) continue;
    const known = sum.stages.find((stage) => isSameName(stage.environment, about));
    // A plan that was not made leaves what is known of the environment as it is, and one that found nothing needs no apply.
    if (name.toLowerCase() !== about.toLowerCase() && known !== undefined) continue;
    // What waited for an approval does so no more.
    const waited = known?.state === 'waiting';
    if (state === 'skipped' && known !== undefined && !waited) continue;
    sum = withStage(sum, {
      ...(known ?? bare(about, at)),
      state: state === 'skipped' && waited ? 'cancelled' : state,
      at: at.toISOString(),
      ...(url === undefined ? {} : { url }),
    });
  }
  return { deployment: sum, deployCode: opensTheWay(needs, environment) };
}

const PLAN = /^plan-/i;

/** 'production', of the jobs `production` and `plan-production`. */
function environmentOf(job: string): string {
  return job.replace(PLAN, '');
}

function bare(environment: string, at: Date): Stage {
  return { environment, state: 'skipped', at: at.toISOString(), applied: 0, pending: 0, migrations: [] };
}

/** Of a job in which Lockstep said nothing. */
function silentState({ result, outputs }: Needs[string]): 'rejected' | 'cancelled' | 'skipped' | undefined {
  const spoke = (outputs.result ?? '') !== '' || readDeployment(outputs.deployment ?? '') !== undefined;
  if (spoke || result === 'success') return undefined;
  return result === 'failure' ? 'rejected' : result;
}

/** The job of the last environment decides; where it had nothing to do and was skipped, the plan that says so. */
function opensTheWay(needs: Needs, environment: string): boolean {
  const job = (name: string): Needs[string] | undefined =>
    Object.entries(needs).find(([id]) => isSameName(id, name))?.[1];
  const [apply, plan] = [job(environment), job(`plan-${environment}`)];
  const says = (one: Needs[string] | undefined): boolean =>
    one?.result === 'success' && one.outputs.deploy_code === 'true';
  if (apply === undefined || apply.result === 'skipped') return says(plan);
  return says(apply);
}
