import { type ChildProcess, spawn } from 'node:child_process';

/** Runs a program to its end, without a shell. Never throws for an exit status: the caller reads it. */

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Buffer | string;
  /** Milliseconds; then SIGKILL to the process group. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Only when we are root. */
  readonly uid?: number;
  readonly gid?: number;
}

export interface ProcessResult {
  /** null: ended by a signal. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Rejects only when the program cannot be started (ENOENT, EACCES) or `signal` aborts. */
export async function runProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  options.signal?.throwIfAborted();
  // A group of its own: a Ctrl-C in the terminal reaches us alone, and we end our children in order.
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A program that ends before it has read its input breaks the pipe; its exit status tells the story.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');

  let timedOut = false;
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          killGroup(child, 'SIGKILL');
        }, options.timeoutMs);
  const abort = (): void => killGroup(child, 'SIGKILL');
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, by) => resolve([code, by]));
    });
    options.signal?.throwIfAborted();
    return {
      exitCode,
      signal,
      stdout: Buffer.concat(stdout),
      stderr: Buffer.concat(stderr).toString('utf8'),
      timedOut,
    };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
  }
}

/** Signals a detached child and everything it started. */
export function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Already gone.
  }
}
