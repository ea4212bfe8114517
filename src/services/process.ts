import { type ChildProcess, spawn } from 'node:child_process';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

/** Runs a program to its end, without a shell. Never throws for an exit status: the caller reads it. */

interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Buffer | string;
  /** Milliseconds; then the process group is ended, as it is when `signal` aborts. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Only when we are root. */
  readonly uid?: number;
  readonly gid?: number;
}

export interface ProcessResult {
  /** null: ended by a signal or by the time limit. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Between SIGTERM, on which git for one removes its lock files, and SIGKILL. */
const GRACE_MS = 1_000;
/** How long the output may stay open after the program's end. */
const PIPE_GRACE_MS = 500;

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
  let patience: NodeJS.Timeout | undefined;
  const end = (): void => {
    killGroup(child, 'SIGTERM');
    patience ??= setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS);
  };
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          end();
        }, options.timeoutMs);
  options.signal?.addEventListener('abort', end, { once: true });
  try {
    const [exitCode, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, by) => resolve([code, by]));
      // What left the group may hold the output open for ever.
      child.once('exit', (code, by) => {
        clearTimeout(timer);
        void drained().then(() => resolve([code, by]));
      });
    });
    options.signal?.throwIfAborted();
    return {
      exitCode: timedOut ? null : exitCode,
      signal,
      stdout: Buffer.concat(stdout),
      stderr: Buffer.concat(stderr).toString('utf8'),
      timedOut,
    };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', end);
    if (patience !== undefined) {
      clearTimeout(patience);
      killGroup(child, 'SIGKILL');
    }
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/**
 * Time to read what a program wrote before its end. If we were busy meanwhile the time is over before anything was read:
 * each turn of the event loop reads some 64 KB, and a pipe holds a few of those.
 */
async function drained(): Promise<void> {
  await sleep(PIPE_GRACE_MS, undefined, { ref: false });
  for (let turn = 0; turn < 16; turn++) await setImmediate();
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
