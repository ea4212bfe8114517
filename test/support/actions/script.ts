import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

interface Script {
  readonly text: string;
  readonly shell: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where the file with the script is written. */
  readonly temp: string;
  /** A factor for how long a cancelled script has to end. */
  readonly patience: number;
  readonly onLine: (line: string) => void;
}

export interface RunningScript {
  readonly child: ChildProcess;
  /** The exit status; 128 + its number for a signal, as .NET has it. Rejects when the shell cannot be started. */
  readonly ended: Promise<number>;
  /** What the runner does when a run is cancelled: SIGINT to the step's own process, later SIGTERM, then SIGKILL. */
  cancel(): void;
}

/** What the runner calls a shell with (actions/runner, ScriptHandlerHelpers.cs). */
const SHELLS: Readonly<Record<string, readonly string[]>> = {
  bash: ['bash', '--noprofile', '--norc', '-e', '-o', 'pipefail', '{0}'],
  sh: ['sh', '-e', '{0}'],
};

/** actions/runner, ProcessInvoker.cs. */
const SIGINT_PATIENCE_MS = 7_500;
const SIGTERM_PATIENCE_MS = 2_500;
/** How long the output may stay open after the process' end: what has it open is then left behind. */
const OUTPUT_PATIENCE_MS = 5_000;

/** Starts a script as the runner does: a file, and a shell that reads it, without input. */
export function startScript({ text, shell, cwd, env, temp, patience, onLine }: Script): RunningScript {
  const file = join(temp, `${randomUUID()}.sh`);
  writeFileSync(file, text.replaceAll('\r\n', '\n'));
  const [command = '', ...args] = commandLine(shell).map((word) => (word === '{0}' ? file : word));
  const child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {});
  child.stdin.end();
  const streams = [child.stdout, child.stderr];
  for (const stream of streams) readLines(stream, onLine);

  const timers: NodeJS.Timeout[] = [];
  const later = (ms: number, act: () => void): void => void timers.push(setTimeout(act, ms));
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      later(OUTPUT_PATIENCE_MS, () => {
        for (const stream of streams) stream.destroy();
      });
    });
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  }).finally(() => {
    for (const timer of timers) clearTimeout(timer);
  });
  const cancel = (): void => {
    child.kill('SIGINT');
    later(SIGINT_PATIENCE_MS * patience, () => child.kill('SIGTERM'));
    later((SIGINT_PATIENCE_MS + SIGTERM_PATIENCE_MS) * patience, () => child.kill('SIGKILL'));
  };
  return { child, ended, cancel };
}

export function commandLine(shell: string): readonly string[] {
  const words = SHELLS[shell] ?? shell.split(' ');
  if (words.includes('{0}')) return words;
  throw new Error(
    `This runner has no shell '${shell}': take ${Object.keys(SHELLS).join(' or ')}, or a command with {0}`,
  );
}

/** A line ends as .NET has it: with a carriage return too. */
function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    rest += decoder.write(chunk);
    // The line feed of a last carriage return may still come.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('close', () => {
    const last = rest + decoder.end();
    if (last !== '') for (const line of last.replace(/\r$/, '').split('\r')) onLine(line);
  });
}
