/**
 * Settings in two trusted halves: the invocation (argv or the action's inputs, validated) and the project's own
 * configuration (lockstep.yml at one commit, with the invocation's overrides laid over it).
 */

import type { Actions } from './actions.ts';

export type CommandName =
  | 'check'
  | 'plan'
  | 'apply'
  | 'status'
  | 'verify'
  | 'baseline'
  | 'resolve'
  | 'notify'
  | 'comment';

/**
 * When a pull request gets a comment. always: each time; changes: when it changes migrations; failure: when the answer is
 * not yes. A comment that is there already is brought up to date under all of them; never: none is touched.
 */
export type CommentMode = 'always' | 'changes' | 'failure' | 'never';

/** One run of the program. Paths are absolute. */
export interface Settings {
  readonly command: CommandName;
  readonly cwd: string;
  /** Inside GitHub Actions head is always a commit, and there are no prompts and no colours. undefined: not there. */
  readonly actions: Actions | undefined;
  /** lockstep.yml, relative to the repository's root or absolute; undefined: the default place, which may be missing. */
  readonly configPath: string | undefined;
  readonly base: string | undefined;
  /** undefined: the working tree. */
  readonly head: string | undefined;
  readonly policyFrom: 'base' | 'head';
  /** Which of the databases in lockstep.yml. */
  readonly database: string | undefined;
  readonly reportPath: string | undefined;
  readonly sarifPath: string | undefined;
  readonly htmlPath: string | undefined;
  /** The same Markdown that Actions shows as the job's summary. */
  readonly summaryPath: string | undefined;
  readonly comment: CommentMode;
  /** For the pull request's comment, and for commits that the clone lacks. */
  readonly githubToken: string | undefined;
  readonly quiet: boolean;
  readonly color: boolean;
  /** Progress may be drawn over itself (standard error is a terminal). */
  readonly live: boolean;
  /** Columns that printed text may take. */
  readonly width: number;
  readonly rehearsalUrl: string | undefined;
  /** Where ready base schemas are kept between runs; undefined: nowhere. */
  readonly cacheDirectory: string | undefined;
  /** Where downloaded tools (Postgres, Squawk) are kept. */
  readonly toolDirectory: string;
  readonly overrides: Overrides;
  /** What commands that look at a target are told about it. */
  readonly target: TargetOptions;
  readonly telling: TellingOptions;
  readonly secrets: readonly Secret[];
  /** What child processes inherit: none of the secrets, and none of the files by which a step speaks to its runner. */
  readonly env: Readonly<Record<string, string>>;
}

/** What no output may show. */
export interface Secret {
  readonly value: string;
  /** Whether the runner of Actions shall hide it in everything that the job prints from here on. */
  readonly masked: boolean;
}

/** How a target is reached, and what is to be done to it. Paths are absolute. */
interface TargetOptions {
  /** undefined: a development environment's may stand in a `.env` file. */
  readonly databaseUrl: string | undefined;
  readonly environment: string | undefined;
  /** Where `plan` writes its plan. */
  readonly planOut: string | undefined;
  /** The approved plan that `apply` is bound to, and its digest (sha256, hex). */
  readonly planFile: string | undefined;
  readonly planDigest: string | undefined;
  /** A commit in the ledger that is gone from git: this run knowingly follows it. */
  readonly supersedes: string | undefined;
  /** Nobody is asked before something is written. */
  readonly yes: boolean;
  /** Somebody sits at a terminal and can be asked. Never inside GitHub Actions. */
  readonly interactive: boolean;
  /** undefined: no log file is written. */
  readonly logDirectory: string | undefined;
  /** `baseline`: the newest migration that the target has already. */
  readonly baselineTo: string | undefined;
  readonly acceptDifferences: boolean;
  /** `resolve`: which migration, and what is the case. */
  readonly migration: string | undefined;
  readonly resolveAs: Resolution | undefined;
  /** Who started the run: GITHUB_ACTOR, or the user of the machine. */
  readonly actor: string | undefined;
}

/** What is known of a deployment, and whom to tell. */
interface TellingOptions {
  /** What earlier jobs said, a line of JSON each. */
  readonly deployment: string | undefined;
  /** `notify`: GitHub's context `needs` as JSON. */
  readonly needs: string | undefined;
  /** `notify`: an environment whose database nobody could read before the approval. */
  readonly waitingFor: string | undefined;
  /** GitHub's own environment, where it has another name than ours. */
  readonly githubEnvironment: string | undefined;
  /** `comment`: the report of the check to tell of. Absolute. */
  readonly checkReport: string | undefined;
  readonly codeResult: 'success' | 'failure' | 'cancelled' | 'skipped' | undefined;
  readonly slack: {
    readonly token: string | undefined;
    readonly channel: string | undefined;
    readonly webhook: string | undefined;
    /** Where Slack's API is, when that is not https://slack.com/api. */
    readonly apiUrl: string | undefined;
  };
}

/** A list is a program and its arguments; a text is run by a shell, as the team would type it. */
export type Command = string | readonly string[];

/** How a tool that runs its migrations itself is started; undefined: by the tool's own default, if it has one. */
export interface ToolCommands {
  readonly apply: Command | undefined;
  /** Takes the newest applied migration back. */
  readonly rollback: Command | undefined;
  /** Prints the names of applied migrations, one a line. */
  readonly status: Command | undefined;
}

export type Resolution = 'applied' | 'rolled-back' | 'retry';

/** What inputs and flags may say about the project; they win over lockstep.yml. */
export interface Overrides {
  readonly tool: string | undefined;
  readonly migrationsDirectory: string | undefined;
  readonly postgresVersion: number | undefined;
  readonly testCommand: string | undefined;
  readonly applyCommand?: string | undefined;
  readonly rollbackCommand?: string | undefined;
  readonly statusCommand?: string | undefined;
  readonly lockWait?: string | undefined;
  readonly onBusy?: OnBusy | undefined;
}

/** What a run does while another one holds the lock. */
export type OnBusy = 'wait' | 'skip' | 'fail';

/** Where things are: read at each commit for that commit. */
export interface Location {
  readonly database: string | undefined;
  /** 'auto' or a layout's name. */
  readonly tool: string;
  /** undefined: found among the usual places. */
  readonly directory: string | undefined;
}

export type RuleSetting = 'block' | 'warn' | 'info' | 'off';

/** How changes are judged: read at base when a pull request is judged, so that it cannot switch off its own judge. */
export interface Policy {
  readonly postgresVersion: number | undefined;
  readonly testCommand: string | undefined;
  readonly testTimeoutMs: number;
  readonly commands: ToolCommands;
  readonly lint: {
    readonly rules: Readonly<Record<string, RuleSetting>>;
    /** The last one that fits wins, over `rules` too. */
    readonly overrides: readonly SeverityOverride[];
    /** Globs of migration files that lint leaves out (the rehearsal does not). */
    readonly exclude: readonly string[];
    /** Squawk's own configuration file, relative to the repository's root. */
    readonly squawkConfig: string;
  };
  /** By name or glob: 'orders', 'sales.orders', 'log_*'. */
  readonly tables: Readonly<Record<string, TablePolicy>>;
  readonly rehearsal: RehearsalPolicy;
  /** Postgres' own notation: '5s'. What the deploy will run with; a file that sets a looser one gets a finding. */
  readonly lockTimeout: string;
  readonly statementTimeout: string;
  readonly historyAccept: 'never' | readonly AcceptedChange[];
  readonly deploy: DeployPolicy;
}

/** What rules are worth in some migrations, or on some tables. */
export interface SeverityOverride {
  readonly rules: readonly string[];
  /** Globs of migrations; undefined: all. */
  readonly paths: readonly string[] | undefined;
  /** Names or globs of tables; undefined: whatever the table. */
  readonly tables: readonly string[] | undefined;
  readonly severity: RuleSetting;
}

interface TablePolicy {
  /** What takes as long as the table is big takes a moment. */
  readonly small: boolean;
}

/** How migrations are applied to a target. */
export interface DeployPolicy {
  readonly ledgerSchema: string;
  /** The advisory lock's key, a signed 64-bit number; undefined: Lockstep's own. */
  readonly lockKey: bigint | undefined;
  readonly lockWaitMs: number;
  readonly onBusy: OnBusy;
  /** For how long a migration is tried again when it gets no lock. */
  readonly lockRetryBudgetMs: number;
  /** How long a CONCURRENTLY statement may wait for others; Postgres' own notation. */
  readonly concurrentWait: string;
  readonly concurrentRetries: number;
  readonly outOfOrder: 'error' | 'apply';
  /** Tables that must be there afterwards: 'orders', 'sales.orders'. */
  readonly verifyTables: readonly string[];
  readonly smokeCommand: string | undefined;
  readonly smokeTimeoutMs: number;
  /** The history table, where the settings name one. */
  readonly ownHistory: OwnHistory | undefined;
  readonly environments: Readonly<Record<string, EnvironmentPolicy>>;
}

export type EnvironmentKind = 'development' | 'staging' | 'production';

interface EnvironmentPolicy {
  /** undefined: by its name. */
  readonly kind: EnvironmentKind | undefined;
  /** The variable in a `.env` file that holds a development database's URL. */
  readonly urlVariable: string;
}

/**
 * A history table under a name of the project's. With any of its columns described, or numbered SQL, it is the one that the
 * project's own runner keeps; else the tool's.
 */
export interface OwnHistory {
  /** 'public.migrations'; without a schema it is in public. */
  readonly table: string;
  readonly idColumn: string | undefined;
  /** What stands there: the file's name, the id (its path below the folder, without .sql), or the version. */
  readonly idFormat: 'file' | 'id' | 'version' | undefined;
  /** When a migration was applied. */
  readonly appliedAtColumn: string | undefined;
  /** sha256 (hex) of the file. */
  readonly checksumColumn: string | undefined;
}

interface AcceptedChange {
  readonly path: string;
  readonly reason: string;
}

export interface RehearsalPolicy {
  readonly preset: 'supabase' | undefined;
  readonly extensions: readonly string[];
  readonly roles: readonly string[];
  /** SQL files, relative to the repository's root, run before the base history. */
  readonly setup: readonly string[];
  /** A schema dump to start from instead of the base history. */
  readonly schemaFile: string | undefined;
  /** `:NAME` and `${NAME}` in migrations, replaced in the rehearsal and the deploy alike. */
  readonly placeholders: Readonly<Record<string, string>>;
  readonly searchPath: string | undefined;
  /** Settings of the database: { 'app.tenant': 'x', TimeZone: 'Europe/Paris' }. */
  readonly settings: Readonly<Record<string, string>>;
  readonly superuser: boolean;
  readonly timeoutMs: number;
  readonly seed: SeedPolicy;
}

/** What stands in the tables while the changed migrations run a second time. */
interface SeedPolicy {
  /** SQL files, relative to the repository's root. */
  readonly files: readonly string[];
  readonly command: string | undefined;
  /** extend: generic rows fill what the project's own leave empty; replace: there are only the project's own; off: no rows. */
  readonly mode: 'extend' | 'replace' | 'off';
}

export interface Config {
  readonly location: Location;
  readonly policy: Policy;
}
