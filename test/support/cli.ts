import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { inject } from 'vitest';

export interface CliOptions {
  readonly cwd?: string;
  /** On top of a bare environment: PATH and HOME, without anything of the CI that runs the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** A command that runs it: to put it elsewhere. */
  readonly prefix?: readonly string[];
  /** Milliseconds; then SIGKILL. */
  readonly timeoutMs?: number;
}

export interface CliResult {
  /** null: ended by a signal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the bundle with this Node in a process of its own, to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).finished;
}

/** The same, but gives the process too: to send it signals. */
export function startCli(
  args: readonly string[],
  { cwd = tmpdir(), env = {}, prefix = [], timeoutMs = 120_000 }: CliOptions = {},
): { readonly child: ChildProcess; readonly finished: Promise<CliResult> } {
  const { PATH = '', HOME = tmpdir() } = process.env;
  const [program = process.execPath, ...words] = [...prefix, process.execPath, inject('bundle'), ...args];
  const child = spawn(program, words, {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      texts[name] += part;
    });
  }
  const finished = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, ...texts }));
  });
  return { child, finished };
}
