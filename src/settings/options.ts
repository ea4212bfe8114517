import type { CommandName } from './types.ts';

/**
 * Every option once. The command line, the action's inputs, `help`, README's table and docs/inputs.md are made from this.
 * `database_url` here is the input of that name, `--database-url` on the command line and INPUT_DATABASE_URL in the
 * environment. Nothing heavy may be imported here: `--help` reads it.
 */
export interface Option {
  readonly name: string;
  /**
   * path: made absolute against the directory that `cwd` names. repository_path: relative to the repository's root.
   * ref: a branch, tag or commit; never read by git as an option.
   */
  readonly type: 'text' | 'path' | 'repository_path' | 'ref' | 'boolean' | 'integer' | 'choice' | 'duration' | 'digest';
  readonly choices?: readonly string[];
  /** The smallest integer. */
  readonly minimum?: number;
  readonly commands: 'all' | readonly CommandName[];
  /** On the command line it is a word of its own, not a flag: `lockstep resolve 007_orders --as applied`. */
  readonly positional?: true;
  /** Not an empty default, but an error when it is missing. */
  readonly required?: true;
  /** What stands for the value in help. A boolean has none. */
  readonly placeholder?: string;
  /** One sentence in the user's words. */
  readonly description: string;
  /** What holds without it, in words. */
  readonly default?: string;
  /** The key in lockstep.yml that it wins over. */
  readonly overrides?: string;
  /**
   * Never echoed, never handed to child processes. On the command line `--name-env VARIABLE` names the environment
   * variable that holds it, because a command line is visible to everybody on the machine.
   * masked: the runner of Actions is told to hide it too. stripped: from our own output alone, since it may hold a word
   * such as `postgres`, which the runner would then hide everywhere, and drop outputs for.
   */
  readonly secret?: 'masked' | 'stripped';
}

export const commands: readonly { readonly name: CommandName; readonly summary: string }[] = [
  { name: 'check', summary: 'Lint and rehearse the migrations that a branch changes, and give a verdict.' },
  { name: 'plan', summary: 'Say what `apply` would do to a database now. Reads only.' },
  { name: 'apply', summary: 'Apply the pending migrations to a database, under a lock.' },
  { name: 'status', summary: 'Show what a database has, what is pending, and who deploys to it now. Reads only.' },
  { name: 'verify', summary: "Compare a database's schema with what its recorded migrations make. Reads only." },
  { name: 'baseline', summary: 'Adopt an existing database: record the migrations that it has already.' },
  { name: 'resolve', summary: 'Settle a failed or half-done migration after looking at what is really there.' },
];

/** Commands that look at a target. */
const ON_TARGET = ['plan', 'apply', 'status', 'verify', 'baseline', 'resolve'] as const;
const WRITING = ['apply', 'baseline', 'resolve'] as const;
const REHEARSING = ['check', 'verify', 'baseline'] as const;

export const options = [
  {
    name: 'cwd',
    type: 'text',
    commands: 'all',
    placeholder: 'DIR',
    description: 'Run as if Lockstep had been started in this directory.',
    default: 'the current directory',
  },
  {
    name: 'config',
    type: 'text',
    commands: 'all',
    placeholder: 'FILE',
    description: "The configuration file, relative to the repository's root.",
    default: 'lockstep.yml, if there is one',
  },
  {
    name: 'database',
    type: 'text',
    commands: 'all',
    placeholder: 'NAME',
    description: 'Which of the databases in lockstep.yml this is about.',
    default: 'the only one',
  },
  {
    name: 'report',
    type: 'path',
    commands: 'all',
    placeholder: 'FILE',
    description: 'Write the whole report to this file as JSON.',
    default: 'in GitHub Actions a file below RUNNER_TEMP, else none',
  },
  {
    name: 'sarif',
    type: 'path',
    commands: ['check'],
    placeholder: 'FILE',
    description: 'Write the findings to this file as SARIF 2.1.0, for code scanning and editors.',
  },
  {
    name: 'html',
    type: 'path',
    commands: 'all',
    placeholder: 'FILE',
    description: 'Write the report to this file as one self-contained page.',
  },
  {
    name: 'summary',
    type: 'path',
    commands: 'all',
    placeholder: 'FILE',
    description: "Write the report to this file as Markdown; in GitHub Actions it is the job's summary in any case.",
  },
  {
    name: 'comment',
    type: 'choice',
    choices: ['always', 'changes', 'failure', 'never'],
    commands: ['check'],
    placeholder: 'WHEN',
    description:
      'In GitHub Actions: when a pull request gets a comment. always: each time; changes: when migrations change; failure: when the answer is not yes; never. Unless it is never, a comment that is there is kept up to date.',
    default: 'changes',
  },
  {
    name: 'github_token',
    type: 'text',
    secret: 'masked',
    commands: 'all',
    placeholder: 'TOKEN',
    description: "Writes the pull request's comment, and fetches commits that the clone lacks.",
    default: "in GitHub Actions the job's own, else none",
  },
  {
    name: 'quiet',
    type: 'boolean',
    commands: 'all',
    description: 'Show no progress, only the verdict.',
  },
  {
    name: 'no_color',
    type: 'boolean',
    commands: 'all',
    description: 'Print without colours; the environment variable NO_COLOR does the same.',
  },
  {
    name: 'base',
    type: 'ref',
    commands: ['check'],
    placeholder: 'REF',
    description: 'The branch or commit that the change will be merged into.',
    default: "in GitHub Actions as the event says, else the repository's default branch",
  },
  {
    name: 'head',
    type: 'ref',
    commands: 'all',
    placeholder: 'REF',
    description: 'The branch or commit to look at: with the change, or to deploy.',
    default: 'in GitHub Actions as the event says, else the working tree',
  },
  {
    name: 'policy',
    type: 'choice',
    choices: ['base', 'head'],
    commands: ['check'],
    placeholder: 'base|head',
    description: 'Whose rules judge the change; head tries out a change of lockstep.yml.',
    default: 'base',
  },
  {
    name: 'tool',
    type: 'text',
    commands: 'all',
    placeholder: 'NAME',
    description: 'The migration tool that the project uses.',
    default: 'found by its files',
    overrides: 'tool',
  },
  {
    name: 'migrations_directory',
    type: 'repository_path',
    commands: 'all',
    placeholder: 'DIR',
    description: "Where the migrations are, relative to the repository's root.",
    default: 'found among the usual places',
    overrides: 'migrations.directory',
  },
  {
    name: 'postgres_version',
    type: 'integer',
    minimum: 13,
    commands: REHEARSING,
    placeholder: 'MAJOR',
    description: 'The major version of Postgres that production runs.',
    default: 'the newest one that Lockstep is tested with',
    overrides: 'postgres_version',
  },
  {
    name: 'test_command',
    type: 'text',
    commands: ['check'],
    placeholder: 'COMMAND',
    description: "Runs the project's tests; gets DATABASE_URL of a database with the new schema.",
    default: 'no tests are run',
    overrides: 'test_command',
  },
  {
    name: 'rehearsal_url',
    type: 'text',
    secret: 'stripped',
    commands: REHEARSING,
    placeholder: 'URL',
    description: 'A throw-away Postgres server to rehearse on, such as a service container.',
    default: 'Lockstep starts a server of its own',
  },
  {
    name: 'cache_directory',
    type: 'path',
    commands: REHEARSING,
    placeholder: 'DIR',
    description: 'Where ready base schemas are kept between runs.',
    default: "none in GitHub Actions, else lockstep/bases in the user's cache directory",
  },
  {
    name: 'no_cache',
    type: 'boolean',
    commands: REHEARSING,
    description: 'Keep no base schema between runs, and use none that was kept.',
  },
  {
    name: 'tool_directory',
    type: 'path',
    commands: REHEARSING,
    placeholder: 'DIR',
    description: 'Where programs that Lockstep downloads (Postgres, Squawk) are kept.',
    default: "lockstep in the runner's tool cache, else lockstep/tools in the user's cache directory",
  },
  {
    name: 'database_url',
    type: 'text',
    secret: 'masked',
    commands: ON_TARGET,
    placeholder: 'URL',
    description: 'The database: postgres://user:password@host:5432/name, with the TLS modes of libpq.',
    default: 'for a development environment DATABASE_URL of a .env file, else it must be given',
  },
  {
    name: 'environment',
    type: 'text',
    commands: ON_TARGET,
    placeholder: 'NAME',
    description: 'The environment that the database belongs to, such as staging.',
    default: 'the only one in lockstep.yml, else production',
  },
  {
    name: 'out',
    type: 'path',
    commands: ['plan'],
    placeholder: 'FILE',
    description: 'Write the plan to this file, for `apply --plan`; its digest is printed.',
  },
  {
    name: 'plan',
    type: 'path',
    commands: ['apply'],
    placeholder: 'FILE',
    description: 'Apply what this plan lists, or an ordered rest of it, and nothing else.',
  },
  {
    name: 'plan_digest',
    type: 'digest',
    commands: ['apply'],
    placeholder: 'SHA256',
    description: 'The digest that the plan was approved by. A file that does not have it is refused.',
  },
  {
    name: 'supersedes',
    type: 'text',
    commands: ['plan', 'apply'],
    placeholder: 'COMMIT',
    description:
      'A commit that the ledger records and that git and GitHub have lost: this run follows it all the same.',
  },
  {
    name: 'lock_wait',
    type: 'duration',
    commands: WRITING,
    placeholder: 'TIME',
    description: 'How long to wait for another deploy that holds the lock.',
    default: '10min',
    overrides: 'lock_wait',
  },
  {
    name: 'on_busy',
    type: 'choice',
    choices: ['wait', 'skip', 'fail'],
    commands: WRITING,
    placeholder: 'WHAT',
    description: 'While another deploy holds the lock: wait for it, skip this one (exit status 0), or fail at once.',
    default: 'wait',
    overrides: 'on_busy',
  },
  {
    name: 'to',
    type: 'text',
    required: true,
    commands: ['baseline'],
    placeholder: 'ID',
    description:
      'The newest migration that the database has already; all before it count as applied, too. none: it has nothing of this project, and what is there belongs to others.',
  },
  {
    name: 'accept_differences',
    type: 'boolean',
    commands: ['baseline'],
    description: "Record the baseline although the database's schema differs from what the migrations make.",
  },
  {
    name: 'id',
    type: 'text',
    required: true,
    positional: true,
    commands: ['resolve'],
    placeholder: 'ID',
    description: 'The migration to settle.',
  },
  {
    name: 'as',
    type: 'choice',
    choices: ['applied', 'rolled-back', 'retry'],
    required: true,
    commands: ['resolve'],
    placeholder: 'WHAT',
    description:
      'What is the case. applied: all of it is there; rolled-back: nothing of it is there; retry: the statement where it stopped shall run again.',
  },
  {
    name: 'yes',
    type: 'boolean',
    commands: WRITING,
    description: 'Ask nobody before writing to the database. In GitHub Actions nobody is asked anyway.',
  },
  {
    name: 'log_dir',
    type: 'path',
    commands: ON_TARGET,
    placeholder: 'DIR',
    description: 'Where each run leaves a log file.',
    default: "lockstep/logs below RUNNER_TEMP in GitHub Actions, else in the user's state directory",
  },
] as const satisfies readonly Option[];

type Options = (typeof options)[number];

type ValueOf<O extends Options> = O['type'] extends 'boolean'
  ? boolean
  : O['type'] extends 'integer'
    ? number
    : O extends { choices: readonly (infer C)[] }
      ? C
      : string;

/** What was given, by option. */
export type OptionValues = { readonly [O in Options as O['name']]?: ValueOf<O> };

/** The options of a command: its own first, then those that all commands have. */
export function optionsOf(command: CommandName): readonly Option[] {
  const all: readonly Option[] = options;
  return [
    ...all.filter((option) => option.commands !== 'all' && option.commands.includes(command)),
    ...all.filter((option) => option.commands === 'all'),
  ];
}

/** '--database-url' */
export function flagOf(name: string): string {
  return `--${name.replaceAll('_', '-')}`;
}

/** 'INPUT_DATABASE_URL': a composite action maps each input to such a variable. Underscores, since dash drops names with hyphens. */
export function inputVariable(name: string): string {
  return `INPUT_${name.toUpperCase()}`;
}
