import { ON_TARGET, type Option, WRITING } from './option.ts';

/** Of commands that look at a target. */
export const targetOptions = [
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
    commands: [...ON_TARGET, 'notify'],
    placeholder: 'NAME',
    description:
      'The environment that the database belongs to, such as staging; of `notify` the one after which the code follows.',
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
