import type { Environment } from './environment.ts';
import { inputVariable, type Option, options } from './options.ts';

/** Files in which a step tells its runner outputs, variables and its summary: ours to write, not a pull request's tests'. */
const RUNNER_FILES = ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_PATH', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'];

/** Tests and tools of the project run with this: without the secrets that were meant for us. `named`: variables that hold some. */
export function environmentOfChildren(env: Environment, named: readonly string[]): Record<string, string> {
  const inputs = options.filter((option: Option) => option.secret !== undefined).map(({ name }) => inputVariable(name));
  const secret = new Set([...inputs, ...named, ...RUNNER_FILES]);
  const kept = Object.entries(env).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined && !secret.has(entry[0]);
  });
  return Object.fromEntries(kept);
}
