import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Status } from './expressions.ts';
import { Masks } from './masks.ts';

export interface JobOptions {
  /** The runner's own folder; tools, actions and temporary files come to lie in it. */
  readonly folder: string;
  /** Absolute: GITHUB_WORKSPACE. */
  readonly workspace: string;
  /** The environment of the runner itself: PATH and HOME at the least. */
  readonly machine: Readonly<Record<string, string>>;
  readonly event: { readonly name: string; readonly payload: Readonly<Record<string, unknown>> };
  /** What differs from a push to `main` of acme/shop: `sha`, `token`, `api_url`, ... */
  readonly github?: Readonly<Record<string, unknown>>;
  /** What differs from a hosted runner of this platform: `os`. */
  readonly runner?: Readonly<Record<string, string>>;
  /** What the workflow's secrets hold. The token is always hidden. */
  readonly secrets?: readonly string[];
  readonly debug?: boolean;
  /** How much of the runner's patience a cancelled step gets: 0.1 for a test that would wait too long. Default 1. */
  readonly patience?: number;
}

/** A job as far as its steps share it. */
export interface Job {
  readonly temp: string;
  readonly actions: string;
  readonly workspace: string;
  readonly machine: Readonly<Record<string, string>>;
  /** The contexts of that name. */
  readonly github: Readonly<Record<string, unknown>>;
  readonly runner: Readonly<Record<string, string>>;
  readonly masks: Masks;
  readonly debug: boolean;
  readonly patience: number;
  /** What steps wrote to GITHUB_ENV, for the steps after them. */
  readonly env: Record<string, string>;
  /** What steps wrote to GITHUB_PATH: the last one is looked into first. */
  path: readonly string[];
  cancelled: boolean;
}

export function createJob(options: JobOptions): Job {
  const { folder, workspace, machine, event, github = {}, runner = {}, secrets = [], debug = false } = options;
  const { patience = 1 } = options;
  const [temp, actions, tools] = ['_temp', '_actions', '_tool'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [temp, actions, tools]) mkdirSync(path, { recursive: true });
  const eventPath = join(temp, '_github_workflow', 'event.json');
  mkdirSync(join(eventPath, '..'), { recursive: true });
  writeFileSync(eventPath, JSON.stringify(event.payload));
  const context: Record<string, unknown> = {
    ...GITHUB,
    event_name: event.name,
    event: event.payload,
    event_path: eventPath,
    workspace,
    ...github,
  };
  return {
    temp,
    actions,
    workspace,
    machine,
    github: context,
    runner: {
      os: OS[process.platform] ?? 'Linux',
      arch: process.arch.toUpperCase(),
      name: 'tests',
      environment: 'github-hosted',
      temp,
      tool_cache: tools,
      workspace: folder,
      ...(debug ? { debug: '1' } : {}),
      ...runner,
    },
    masks: new Masks([String(context.token), ...secrets]),
    debug,
    patience,
    env: {},
    path: [],
    cancelled: false,
  };
}

export function statusOf(job: Job, failed: boolean): Status {
  return { failed: failed && !job.cancelled, cancelled: job.cancelled };
}

/**
 * What a script's process finds in its environment (actions/runner, ScriptHandler.cs): the runner's own, what earlier steps
 * and the step itself set, and GITHUB_* and RUNNER_*, which nobody can set otherwise. No INPUT_*: a composite action has to
 * hand its inputs on itself.
 */
export function environmentOf(
  job: Job,
  env: Readonly<Record<string, string>>,
  github: Job['github'],
): Record<string, string> {
  const PATH = [...[...job.path].reverse(), env.PATH ?? job.machine.PATH ?? ''].join(':');
  const shared = Object.entries(github).filter(([name, value]) => SHARED.has(name) && isScalar(value));
  return {
    CI: 'true',
    ...job.machine,
    ...env,
    PATH,
    ...Object.fromEntries(shared.map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, String(value)])),
    ...Object.fromEntries(Object.entries(job.runner).map(([name, value]) => [`RUNNER_${name.toUpperCase()}`, value])),
    GITHUB_ACTIONS: 'true',
  };
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean';
}

const OS: Readonly<Record<string, string>> = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' };

const GITHUB: Readonly<Record<string, unknown>> = {
  action: '__run',
  action_status: 'success',
  actor: 'ada',
  actor_id: '1001',
  api_url: 'https://api.github.com',
  base_ref: '',
  graphql_url: 'https://api.github.com/graphql',
  head_ref: '',
  job: 'check',
  ref: 'refs/heads/main',
  ref_name: 'main',
  ref_protected: false,
  ref_type: 'branch',
  repository: 'acme/shop',
  repository_id: '2002',
  repository_owner: 'acme',
  repository_owner_id: '3003',
  retention_days: '90',
  run_attempt: '1',
  run_id: '4004',
  run_number: '7',
  server_url: 'https://github.com',
  sha: '0'.repeat(40),
  token: 'ghs_0123456789abcdefghijklmnopqrstuvwxyz',
  triggering_actor: 'ada',
  workflow: 'ci',
  workflow_ref: 'acme/shop/.github/workflows/ci.yml@refs/heads/main',
  workflow_sha: '0'.repeat(40),
};

/** What of `github` is in the environment too (actions/runner, GitHubContext.cs). The token is not. */
const SHARED = new Set(
  `action_path action_ref action_repository action actor actor_id api_url base_ref env event_name event_path graphql_url
  head_ref job output path ref_name ref_protected ref_type ref repository repository_id repository_owner
  repository_owner_id retention_days run_attempt run_id run_number server_url sha state step_summary triggering_actor
  workflow workflow_ref workflow_sha workspace`.split(/\s+/),
);
