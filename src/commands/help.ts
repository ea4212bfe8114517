import { wrap } from '../report/terminal/text.ts';
import { REPOSITORY } from '../repository.ts';
import { commands, flagOf, type Option, optionsOf } from '../settings/options.ts';
import type { CommandName } from '../settings/types.ts';

const WIDTH = 100;

/** `lockstep help` and `lockstep help <command>`, made from the same options as the parser and the docs. */
export function helpText(command: CommandName | undefined): string {
  const lines = command === undefined ? overview() : helpOf(command);
  return `${lines.join('\n')}\n`;
}

function overview(): string[] {
  return [
    'Lockstep: ship Postgres schema changes in step with the code that needs them.',
    '',
    'Usage: lockstep <command> [options]',
    '',
    'Commands:',
    ...table([
      ...commands.map(({ name, summary }) => [name, summary] as const),
      ['help <command>', 'Show what a command does, and its options.'],
    ]),
    '',
    'Options:',
    ...table([
      ['-h, --help', 'Show this, or the help of a command.'],
      ['-v, --version', 'Show the version.'],
    ]),
    '',
    'Exit status: 0 go on, 1 the answer is no, 2 there is no answer.',
    `Documentation: https://github.com/${REPOSITORY}`,
  ];
}

function helpOf(command: CommandName): string[] {
  const summary = commands.find(({ name }) => name === command)?.summary ?? '';
  const all = optionsOf(command);
  const section = (title: string, chosen: readonly Option[]): string[] => {
    return chosen.length === 0 ? [] : ['', title, ...table(chosen.flatMap(rows))];
  };
  return [
    summary,
    '',
    `Usage: lockstep ${[command, ...words(all)].join(' ')} [options]`,
    ...section(
      'Options:',
      all.filter((option) => option.commands !== 'all'),
    ),
    ...section(
      'Options of every command:',
      all.filter((option) => option.commands === 'all'),
    ),
  ];
}

function words(options: readonly Option[]): string[] {
  return options.flatMap(({ positional, placeholder, name }) => (positional ? [placeholder ?? name] : []));
}

function rows(option: Option): (readonly [string, string])[] {
  const { placeholder, description, positional } = option;
  if (positional) return [[placeholder ?? option.name, description]];
  const flag = flagOf(option.name);
  const instead = option.default === undefined ? '' : ` Default: ${option.default}.`;
  const wins = option.overrides === undefined ? '' : ` In lockstep.yml: ${option.overrides}.`;
  const row = [placeholder === undefined ? flag : `${flag} ${placeholder}`, description + instead + wins] as const;
  if (option.secret === undefined) return [row];
  return [
    row,
    [`${flag}-env NAME`, 'The same, from this environment variable: a command line is no place for secrets.'],
  ];
}

function table(entries: readonly (readonly [string, string])[]): string[] {
  const left = Math.max(...entries.map(([name]) => name.length)) + 4;
  return entries.flatMap(([name, text]) => {
    return wrap(text, WIDTH - left).map((line, index) => (index === 0 ? `  ${name}` : '').padEnd(left) + line);
  });
}
