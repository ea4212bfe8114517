import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The files through which a step tells its runner outputs, variables and more (actions/runner, FileCommandManager.cs).
 * Made anew for each step.
 */
interface CommandFiles {
  readonly output: string;
  readonly env: string;
  readonly path: string;
  readonly state: string;
  readonly step_summary: string;
}

const PREFIXES: CommandFiles = {
  output: 'set_output_',
  env: 'set_env_',
  path: 'add_path_',
  state: 'save_state_',
  step_summary: 'step_summary_',
};

/** Makes empty files below the runner's temporary folder. */
export function createCommandFiles(temp: string, suffix: string): CommandFiles {
  const folder = join(temp, '_runner_file_commands');
  mkdirSync(folder, { recursive: true });
  const make = (prefix: string): string => {
    const path = join(folder, prefix + suffix);
    writeFileSync(path, '');
    return path;
  };
  return Object.fromEntries(
    Object.entries(PREFIXES).map(([name, prefix]) => [name, make(prefix)]),
  ) as unknown as CommandFiles;
}

/** Empty when the step has removed it. */
export function readCommandFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * `name=value` lines and `name<<END` blocks. What comes before a mistake counts; then it throws, in the runner's words. A
 * value of several lines has no line break at its end.
 */
export function* keyValues(text: string): Generator<readonly [name: string, value: string]> {
  // After the last line break there is no line.
  const lines = text.split('\n');
  const endsInBreak = lines.at(-1) === '';
  if (endsInBreak) lines.pop();
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      yield [line.slice(0, equals), line.slice(equals + 1)];
      continue;
    }
    if (heredoc < 0) throw new Error(`Invalid format '${line}'`);
    const name = line.slice(0, heredoc);
    const end = line.slice(heredoc + 2);
    if (name === '' || end === '')
      throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`);
    const last = lines.indexOf(end, at + 1);
    if (last < 0 && !endsInBreak) throw new Error('Invalid value. EOF marker missing new line.');
    if (last < 0) throw new Error(`Invalid value. Matching delimiter not found '${end}'`);
    yield [name, lines.slice(at + 1, last).join('\n')];
    at = last;
  }
}

/** Lines of GITHUB_PATH. */
export function pathLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/).filter((line) => line !== '');
}

/** Beyond this the runner refuses a step's summary, whole. */
export const SUMMARY_LIMIT = 1024 * 1024;
