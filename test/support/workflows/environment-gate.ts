import type { Scope } from '../actions/expressions.ts';
import type { Approval } from './model.ts';
import type { JobNode } from './plan.ts';
import type { RunContext } from './scope.ts';
import { get, plain } from './tokens.ts';

/** The name of the environment that a job asks for; undefined: none. */
export function environmentName({ file }: JobNode, scope: Scope): string | undefined {
  const token = get(file.token, 'environment');
  const value = plain(get(token, 'name') ?? token, scope);
  return value === null || value === '' ? undefined : String(value);
}

/** An environment's name knows no case. One that nobody has set up is made, without rules. */
export function environmentOf(
  run: RunContext,
  name: string | undefined,
): RunContext['environments'][string] | undefined {
  const found = Object.keys(run.environments).find((each) => each.toLowerCase() === name?.toLowerCase());
  return found === undefined ? undefined : run.environments[found];
}

/** Asks where there are reviewers, and waits. cancelled: the run or the job was, meanwhile. undefined: nobody had to be asked. */
export async function passGate(
  run: RunContext,
  job: string,
  environment: string | undefined,
  whenStopped: Promise<void>,
): Promise<Approval | 'cancelled' | undefined> {
  const reviewers = environmentOf(run, environment)?.reviewers ?? [];
  if (environment === undefined || reviewers.length === 0) return undefined;
  const answered = Promise.resolve(run.approve({ environment, job, reviewers, page: run.page() }));
  const answer = await Promise.race([answered, whenStopped]);
  return answer === undefined ? 'cancelled' : { environment, job, answer };
}
