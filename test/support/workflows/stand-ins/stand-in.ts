import type { Job } from '../../actions/job.ts';
import type { StepLog } from '../../actions/log.ts';
import type { Artifacts } from '../artifacts.ts';
import type { Permissions } from '../permissions.ts';

/** Actions that the rig plays instead of fetching them. */

export interface ActionCall {
  /** Given ones, by their name in lower case. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly job: Job;
  readonly log: StepLog;
  readonly env: Readonly<Record<string, string>>;
  /** GITHUB_SERVER_URL: where repositories are. */
  readonly serverUrl: string;
  readonly repository: string;
  readonly runId: number;
  readonly artifacts: Artifacts;
  /** What a token may, of this run or of any other; undefined: nobody knows it. */
  readonly permissionsOf: (token: string) => Permissions | undefined;
}

interface ActionOutcome {
  readonly outputs?: Readonly<Record<string, string>>;
}

/** What it throws is the step's error. */
export type Action = (call: ActionCall) => ActionOutcome | Promise<ActionOutcome>;

/** Refuses what the action has and the rig has not, and warns of what the action does not have. */
export function checkInputs({ inputs, log }: ActionCall, played: readonly string[], others: readonly string[]): void {
  const given = Object.entries(inputs).filter(([, value]) => value !== '');
  const missing = given.filter(([name]) => others.includes(name)).map(([name]) => name);
  if (missing.length > 0) throw new Error(`This rig does not play the input ${missing.join(', ')}`);
  const unknown = given.map(([name]) => name).filter((name) => !played.includes(name));
  if (unknown.length > 0)
    log.warning(`Unexpected input(s) '${unknown.join("', '")}', valid inputs are ['${played.join("', '")}']`);
}

/** As @actions/core reads it: YAML's words for it, or an error. */
export function yes(text: string | undefined, byDefault: boolean): boolean {
  if (text === undefined || text === '') return byDefault;
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  throw new Error(`Input does not meet YAML 1.2 "Core Schema" specification: '${text}'`);
}
