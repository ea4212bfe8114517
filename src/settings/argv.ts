import { parseArgs } from 'node:util';
import { didYouMean } from '../nearest.ts';
import { commands, flagOf, type Option, options, optionsOf } from './options.ts';
import type { CommandName } from './types.ts';
import type { RawValues } from './values.ts';

/** The command line, taken apart. Nothing is trusted yet but the command's name. */
interface ParsedArgv {
  readonly kind: 'version' | 'help' | 'command';
  readonly command: CommandName | undefined;
  readonly raw: RawValues;
  /** Environment variables that hold a secret, by option name: `--rehearsal-url-env NAME`. */
  readonly variables: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

/** Reads `lockstep <command> [options]`. Goes on after a problem, so that all of them are told at once. */
export function parseArgv(argv: readonly string[]): ParsedArgv {
  const read = readTokens(argv);
  const [word, ...rest] = read.words[0] === 'help' ? read.words.slice(1) : read.words;
  const command = commands.find(({ name }) => name === word)?.name;
  // A word that belongs to the command: `resolve 007_orders`.
  const positional = command === undefined ? undefined : optionsOf(command).find((option) => option.positional);
  const raw = new Map(read.raw);
  const extra = positional === undefined ? rest : rest.slice(1);
  if (positional !== undefined && rest[0] !== undefined) raw.set(positional.name, rest[0]);
  // Suggestions come from the command's own options; options of another command are unknown here.
  const own = (command === undefined ? options : optionsOf(command)).flatMap((option) => flagsOf(option).map(first));
  const named = new Set(command === undefined ? [] : optionsOf(command).map(({ name }) => name));
  const foreign =
    command === undefined ? [] : [...read.raw.keys(), ...read.variables.keys()].filter((name) => !named.has(name));
  const kind = read.asksVersion
    ? 'version'
    : read.asksHelp || read.words[0] === 'help' || argv.length === 0
      ? 'help'
      : 'command';
  const problems = [
    ...(word !== undefined && command === undefined ? [unknownCommand(word)] : []),
    ...(word === undefined && kind === 'command' ? ['which command?'] : []),
    ...extra.map((each) => `'${each}' is one word too many`),
    ...read.problems,
    ...foreign.map((name) => `${flagOf(name)} is not an option of '${command}'`),
    ...read.unknown.map((flag) => `unknown option ${flag}${didYouMean(flag, [...own, '--help', '--version'])}`),
  ];
  return { kind, command, raw, variables: read.variables, problems };
}

function readTokens(argv: readonly string[]) {
  const raw = new Map<string, string>();
  const variables = new Map<string, string>();
  const words: string[] = [];
  const unknown: string[] = [];
  const problems: string[] = [];
  // Taken out first: the parser would take the flag that follows for the value, and hide it.
  const args = argv.filter((arg, index) => {
    const needsValue = flags.has(arg) && flags.get(arg)?.option.type !== 'boolean';
    const lacksValue = needsValue && (argv[index + 1]?.startsWith('-') ?? true);
    if (lacksValue) problems.push(`${arg} needs a value`);
    return !lacksValue;
  });
  const { tokens } = parseArgs({ args, options: parserOptions(), strict: false, allowPositionals: true, tokens: true });
  let asksHelp = false;
  let asksVersion = false;
  let unknownAt = -2;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      // The word after an unknown option is most likely its value: one problem, not two.
      if (token.index !== unknownAt + 1) words.push(token.value);
    } else if (token.kind === 'option') {
      const { rawName, value, inlineValue } = token;
      const known = flags.get(rawName);
      if (rawName === '--help' || rawName === '-h') asksHelp = true;
      else if (rawName === '--version' || rawName === '-v') asksVersion = true;
      else if (known === undefined) {
        unknown.push(rawName);
        if (!inlineValue) unknownAt = token.index;
      } else if (known.option.type === 'boolean') {
        raw.set(known.option.name, value ?? 'true');
      } else if (value !== undefined) {
        const into = known.variable ? variables : raw;
        if (into.has(known.option.name)) problems.push(`${rawName} is given twice`);
        into.set(known.option.name, value);
      }
    }
  }
  return { raw, variables, words, unknown, problems, asksHelp, asksVersion };
}

/** `unknown command 'chekc'; did you mean 'check'?` */
export function unknownCommand(word: string): string {
  return `unknown command '${word}'${didYouMean(word, [...commands.map(({ name }) => name as string), 'help'])}`;
}

/** `variable`: the flag names the environment variable that holds the value. */
type Flag = readonly [name: string, meaning: { readonly option: Option; readonly variable: boolean }];

function flagsOf(option: Option): Flag[] {
  const name = flagOf(option.name);
  const flag: Flag = [name, { option, variable: false }];
  return option.secret !== undefined ? [flag, [`${name}-env`, { option, variable: true }]] : [flag];
}

const flags = new Map((options as readonly Option[]).filter(({ positional }) => !positional).flatMap(flagsOf));

function first([name]: Flag): string {
  return name;
}

function parserOptions(): Record<string, { type: 'string' | 'boolean'; short?: string }> {
  const known = [...flags].map(([flag, { option }]) => {
    return [flag.slice(2), { type: option.type === 'boolean' ? 'boolean' : 'string' }] as const;
  });
  return {
    ...Object.fromEntries(known),
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
  };
}
