import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GithubStandIn } from '../../fakes/github/stand-in.ts';
import type { JobOptions } from '../actions/job.ts';
import type { GitRepo } from '../git-repo.ts';
import { Artifacts } from './artifacts.ts';
import { Concurrency } from './concurrency.ts';
import { type GitHost, startGitHost } from './git-host.ts';
import type { Answer, ApprovalRequest, RunResult } from './model.ts';
import { DEFAULTS, may, type Permissions } from './permissions.ts';
import type { EnvironmentSetup } from './scope.ts';
import { upperCase } from './secrets.ts';
import { type Repositories, Sources } from './sources.ts';
import { type RunOptions, startRun } from './start-run.ts';
import type { Actions } from './uses.ts';

/**
 * Runs workflows as GitHub would, for tests: a repository, its settings and all of its runs.
 *
 * It does: jobs in the order of `needs`, side by side where they may be, `if`, outputs, `env`, `defaults`, matrices,
 * permissions, concurrency, environments and their approval, called workflows, services of Postgres, artifacts,
 * cancellation; the actions of other people that workflows of ours use (stand-ins/); composite actions.
 *
 * It does not: filters of events (`branches`, `paths`, `types`), `timeout-minutes`, containers, caches, OpenID tokens,
 * branch rules and timers of environments, `fail-fast`. What would change a result is refused with its name.
 */
export interface RepositoryOnActions {
  run(options: RunOptions): Promise<RunResult>;
  /** To cancel it, or to have several at a time. */
  start(options: RunOptions): RunningWorkflow;
  readonly artifacts: Artifacts;
  /** Who asked for which group, in order. */
  readonly concurrency: Concurrency['seen'];
}

export interface RunningWorkflow {
  readonly id: number;
  /** As the button does. */
  cancel(): void;
  readonly finished: Promise<RunResult>;
}

export interface Setup {
  readonly repo: GitRepo;
  /** 'acme/shop' unless `github` says otherwise. */
  readonly repository?: string;
  readonly github?: GithubStandIn;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly environments?: Readonly<Record<string, EnvironmentSetup>>;
  /** Asked for each job whose environment has reviewers. */
  readonly approve?: (request: ApprovalRequest) => Answer | Promise<Answer>;
  /** By 'owner/repo' or 'owner/repo/folder': a function, or a folder with action.yml. */
  readonly actions?: Actions;
  /** Others that workflows and actions come from. Everybody may read them. */
  readonly repositories?: Repositories;
  /** What a token may where no file says so. restricted: read contents and packages. */
  readonly defaultPermissions?: keyof typeof DEFAULTS;
  /** On top of PATH, and of a home of each job's own. */
  readonly machine?: Readonly<Record<string, string>>;
  readonly runner?: JobOptions['runner'];
  readonly patience?: number;
}

/** What all runs of a repository share. */
export interface World {
  readonly setup: Setup;
  readonly repository: string;
  readonly sources: Sources;
  readonly artifacts: Artifacts;
  readonly concurrency: Concurrency;
  readonly secrets: Readonly<Record<string, string>>;
  readonly machine: Readonly<Record<string, string>>;
  /** Started with the first run. */
  readonly host: () => Promise<GitHost>;
  readonly token: (permissions: Permissions) => string;
  readonly permissionsOf: (token: string) => Permissions | undefined;
  readonly defaultPermissions: Permissions;
}

/** For one run. */
export function runWorkflow(options: Setup & RunOptions): Promise<RunResult> {
  return actionsOn(options).run(options);
}

/** For several that know of each other: artifacts, concurrency. */
export function actionsOn(setup: Setup): RepositoryOnActions {
  const { github } = setup;
  const repository = setup.repository ?? github?.repository ?? 'acme/shop';
  const repositories = { ...setup.repositories, [repository]: setup.repo };
  const tokens = new Map<string, Permissions>();
  let host: Promise<GitHost> | undefined;
  const { PATH = '' } = process.env;
  const world: World = {
    setup,
    repository,
    sources: new Sources(repositories),
    artifacts: new Artifacts(),
    concurrency: new Concurrency(),
    secrets: upperCase(setup.secrets ?? {}),
    // No configuration of this machine's git counts.
    machine: {
      ...{ PATH, GIT_CONFIG_GLOBAL: join(tmpdir(), 'no-such-file'), GIT_CONFIG_NOSYSTEM: '1' },
      ...setup.machine,
    },
    host() {
      host ??= startGitHost(repositories, (wanted, token) => {
        if (wanted !== repository) return true;
        return may(tokens.get(token ?? '') ?? {}, 'contents', 'read');
      });
      return host;
    },
    token(permissions) {
      const token = github?.jobToken(permissions) ?? `ghs_${randomBytes(18).toString('hex')}`;
      tokens.set(token, permissions);
      return token;
    },
    permissionsOf: (token) => tokens.get(token),
    defaultPermissions: DEFAULTS[setup.defaultPermissions ?? 'restricted'],
  };
  const start = (options: RunOptions): RunningWorkflow => startRun(world, options);
  return {
    start,
    run: (options) => start(options).finished,
    artifacts: world.artifacts,
    concurrency: world.concurrency.seen,
  };
}
