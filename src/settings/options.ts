import type { Option } from './option.ts';
import { commonOptions } from './options-common.ts';
import { targetOptions } from './options-target.ts';
import { tellingOptions } from './options-telling.ts';
import type { CommandName } from './types.ts';

export type { Option } from './option.ts';

export const commands: readonly { readonly name: CommandName; readonly summary: string }[] = [
  { name: 'check', summary: 'Lint and rehearse the migrations that a branch changes, and give a verdict.' },
  { name: 'plan', summary: 'Say what `apply` would do to a database now. Reads only.' },
  { name: 'apply', summary: 'Apply the pending migrations to a database, under a lock.' },
  { name: 'status', summary: 'Show what a database has, what is pending, and who deploys to it now. Reads only.' },
  { name: 'verify', summary: "Compare a database's schema with what its recorded migrations make. Reads only." },
  { name: 'baseline', summary: 'Adopt an existing database: record the migrations that it has already.' },
  { name: 'resolve', summary: 'Settle a failed or half-done migration after looking at what is really there.' },
  {
    name: 'notify',
    summary: 'Tell how a deployment ended, and whether the code may follow.',
  },
  { name: 'comment', summary: "Write the pull request's comment for a check whose own run may not: a fork's." },
];

/** Every option once. */
export const options = [...commonOptions, ...targetOptions, ...tellingOptions] as const satisfies readonly Option[];

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
