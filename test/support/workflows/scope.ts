import type { Scope, Status } from '../actions/expressions.ts';
import type { Answer, ApprovalRequest, JobResult, Result, RunPage } from './model.ts';
import type { Permissions } from './permissions.ts';

/** What all jobs of a run share, and what the jobs of one file share. */

export interface EnvironmentSetup {
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  /** With reviewers a job waits until somebody answers. */
  readonly reviewers?: readonly string[];
}

export interface RunContext {
  readonly id: number;
  /** The contexts of that name, as far as they are the same in all jobs. */
  readonly github: Readonly<Record<string, unknown>>;
  readonly vars: Readonly<Record<string, string>>;
  readonly environments: Readonly<Record<string, EnvironmentSetup>>;
  readonly approve: (request: ApprovalRequest) => Answer | Promise<Answer>;
  /** Makes a token for a job. */
  readonly token: (permissions: Permissions) => string;
  /** Jobs that have ended, by their whole id. */
  readonly jobs: Record<string, JobResult>;
  readonly page: () => RunPage;
  readonly cancelled: () => boolean;
  readonly whenCancelled: Promise<void>;
}

/** What a file's jobs see: the whole repository's in the workflow of the event, what it was handed in a called one. */
export interface FileContext {
  /** '' or 'deploy/'. */
  readonly prefix: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** An environment may bring secrets that are not in `secrets`: not where they were handed over one by one. */
  readonly open: boolean;
}

/** How a job ended, as far as those that need it know. */
export interface Outcome {
  readonly result: Result;
  readonly outputs: Readonly<Record<string, string>>;
  /** It and all before it succeeded. */
  readonly clean: boolean;
  /** It or one before it failed. */
  readonly broken: boolean;
}

export type Needs = Readonly<Record<string, Outcome>>;

/** The contexts before a job has begun. */
export function jobScope(
  run: RunContext,
  file: FileContext,
  needs: Needs,
  more: Readonly<Record<string, unknown>> = {},
): Scope {
  const results = Object.entries(needs).map(([id, { result, outputs }]) => [id, { result, outputs }] as const);
  return {
    contexts: {
      github: run.github,
      inputs: file.inputs,
      vars: run.vars,
      needs: Object.fromEntries(results),
      strategy: {},
      matrix: null,
      secrets: file.secrets,
      env: {},
      ...more,
    },
    status: statusBefore(run, needs),
  };
}

function statusBefore(run: RunContext, needs: Needs): Status {
  const all = Object.values(needs);
  const failed = all.some(({ broken }) => broken);
  return { failed, cancelled: run.cancelled(), incomplete: !all.every(({ clean }) => clean) };
}
