import type { Annotation } from '../actions/log.ts';
import type { Permissions } from './permissions.ts';

/** What came out of a run: what its page on GitHub shows, and what the page does not. */

export type Result = 'success' | 'failure' | 'cancelled' | 'skipped';

export interface StepResult {
  /** As the file has it; '' without one. */
  readonly id: string;
  readonly name: string;
  readonly outcome: Result;
  /** `outcome`, except where continue-on-error forgives. */
  readonly conclusion: Result;
  readonly outputs: Readonly<Record<string, string>>;
  readonly log: string;
  readonly summary: string;
  readonly annotations: readonly Annotation[];
}

export interface JobResult {
  /** 'deploy/production': `production` of the workflow that `deploy` calls. 'check (17)': a job of a matrix. */
  readonly id: string;
  readonly result: Result;
  readonly outputs: Readonly<Record<string, string>>;
  /** Those that have an id. */
  readonly steps: Readonly<Record<string, StepResult>>;
  /** All of them, in order. */
  readonly all: readonly StepResult[];
  readonly log: string;
  /** Markdown of all steps. */
  readonly summary: string;
  readonly annotations: readonly Annotation[];
  readonly environment: { readonly name: string; readonly url: string } | undefined;
  /** What its token may. undefined: it never got one. */
  readonly permissions: Permissions | undefined;
}

/** Somebody was asked whether a job may use an environment. */
export interface Approval {
  readonly environment: string;
  readonly job: string;
  readonly answer: Answer;
}

/** never: nobody answered, until GitHub gave up. */
export type Answer = 'approve' | 'reject' | 'never';

/** What stands on the run's page while somebody thinks. */
export interface ApprovalRequest {
  readonly environment: string;
  readonly job: string;
  readonly reviewers: readonly string[];
  readonly page: RunPage;
}

export interface RunPage {
  readonly url: string;
  /** Jobs that have ended. */
  readonly jobs: Readonly<Record<string, JobResult>>;
  /** The summaries of those jobs, one after the other. */
  readonly summary: string;
  /** Names. */
  readonly artifacts: readonly string[];
}

export interface RunResult {
  readonly id: number;
  /** startup_failure: GitHub would not begin; `problems` tell why. */
  readonly conclusion: Result | 'startup_failure';
  readonly problems: readonly string[];
  readonly jobs: Readonly<Record<string, JobResult>>;
  readonly approvals: readonly Approval[];
  /** Content by path, by the artifact's name. */
  readonly artifacts: Readonly<Record<string, Readonly<Record<string, Buffer>>>>;
  /** All jobs' logs, in the order in which they ended. */
  readonly log: string;
}

/** What somebody can see of a run without the rights to change it: nothing in it may be secret. */
export function visibleText({ jobs, artifacts, log }: RunResult): string {
  const ofJobs = Object.values(jobs).map(({ summary, outputs, annotations }) => [summary, outputs, annotations]);
  const files = Object.values(artifacts).flatMap((each) =>
    Object.entries(each).map(([path, content]) => `${path}\n${content.toString('utf8')}`),
  );
  return [log, JSON.stringify(ofJobs), ...files].join('\n');
}
