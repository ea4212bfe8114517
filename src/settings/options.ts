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
  readonly type: 'text' | 'path' | 'repository_path' | 'ref' | 'boolean' | 'integer' | 'choice';
  readonly choices?: readonly string[];
  /** The smallest integer. */
  readonly minimum?: number;
  readonly commands: 'all' | readonly CommandName[];
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
];

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
    commands: ['check'],
    placeholder: 'REF',
    description: 'The branch or commit with the change.',
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
    commands: ['check'],
    placeholder: 'NAME',
    description: 'The migration tool that the project uses.',
    default: 'found by its files',
    overrides: 'tool',
  },
  {
    name: 'migrations_directory',
    type: 'repository_path',
    commands: ['check'],
    placeholder: 'DIR',
    description: "Where the migrations are, relative to the repository's root.",
    default: 'found among the usual places',
    overrides: 'migrations.directory',
  },
  {
    name: 'postgres_version',
    type: 'integer',
    minimum: 13,
    commands: ['check'],
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
    commands: ['check'],
    placeholder: 'URL',
    description: 'A throw-away Postgres server to rehearse on, such as a service container.',
    default: 'Lockstep starts a server of its own',
  },
  {
    name: 'cache_directory',
    type: 'path',
    commands: ['check'],
    placeholder: 'DIR',
    description: 'Where ready base schemas are kept between runs.',
    default: "none in GitHub Actions, else lockstep/bases in the user's cache directory",
  },
  {
    name: 'no_cache',
    type: 'boolean',
    commands: ['check'],
    description: 'Keep no base schema between runs, and use none that was kept.',
  },
  {
    name: 'tool_directory',
    type: 'path',
    commands: ['check'],
    placeholder: 'DIR',
    description: 'Where programs that Lockstep downloads (Postgres, Squawk) are kept.',
    default: "lockstep in the runner's tool cache, else lockstep/tools in the user's cache directory",
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
