import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Ends the processes that were started with a variable in their environment, wherever they have gone since: a daemon
 * leaves its process group and its parent, and keeps its environment. Where there is no /proc (macOS), and of a program
 * that was given another environment, nothing is found: then only what stays in the group of its command is ended.
 */

const PATIENCE_MS = 500;
const POLL_MS = 20;

/** `mark`: 'NAME=value', a value that nobody else has. Asks first (SIGTERM). Resolves when they are gone, or cannot be ended. */
export async function endMarkedProcesses(mark: string): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const deadline = performance.now() + PATIENCE_MS;
    // Each time anew: they may start others meanwhile.
    for (let pids = markedBy(mark); pids.length > 0 && performance.now() < deadline; pids = markedBy(mark)) {
      for (const pid of pids) end(pid, signal);
      await sleep(POLL_MS);
    }
  }
}

function markedBy(mark: string): readonly number[] {
  return numbersIn('/proc').filter((pid) => environmentOf(pid).includes(`${mark}\0`));
}

function numbersIn(directory: string): readonly number[] {
  try {
    return readdirSync(directory)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** As it was at the start. Empty of somebody else's process, of one that has ended, and of the system's own. */
function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}
