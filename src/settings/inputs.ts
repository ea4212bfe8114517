import { unknownCommand } from './argv.ts';
import type { Environment } from './environment.ts';
import { commands, inputVariable, options, optionsOf } from './options.ts';
import type { CommandName } from './types.ts';
import type { RawValues } from './values.ts';

interface ParsedInputs {
  readonly command: CommandName | undefined;
  readonly raw: RawValues;
  readonly problems: readonly string[];
}

/**
 * Reads the action's inputs. The composite hands over every input of the action, also those of other commands, and an
 * input that nobody gave as ''. Blanks around a value are YAML's: a block ends with a line break. Variables that we do not
 * know belong to somebody else. Without a command: check.
 */
export function readInputs(env: Environment): ParsedInputs {
  const word = given(env, 'command') ?? 'check';
  const command = commands.find(({ name }) => name === word)?.name;
  if (command === undefined) return { command, raw: new Map(), problems: [`command: ${unknownCommand(word)}`] };
  const own = new Set(optionsOf(command).map(({ name }) => name));
  const raw = new Map<string, string>();
  const problems: string[] = [];
  for (const { name } of options) {
    const text = given(env, name);
    if (text === undefined) continue;
    if (own.has(name)) raw.set(name, text);
    // An input that does nothing would be a promise not kept.
    else problems.push(`${name}: is not an input of '${command}'`);
  }
  return { command, raw, problems };
}

function given(env: Environment, name: string): string | undefined {
  return env[inputVariable(name)]?.trim() || undefined;
}
