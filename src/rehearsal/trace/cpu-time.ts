import { readFileSync } from 'node:fs';

/**
 * A reader of the computing time that a process of this machine has used, in milliseconds: what other work on the machine
 * does not stretch. Linux tells it (proc(5), schedstat: nanoseconds on a processor); elsewhere, and for a process that this
 * one may not see, the reader answers undefined.
 */
export function cpuTimeOf(pid: number | undefined): () => number | undefined {
  const path = `/proc/${pid}/schedstat`;
  return () => {
    if (pid === undefined) return undefined;
    try {
      const nanoseconds = Number(readFileSync(path, 'latin1').split(' ')[0]);
      return Number.isFinite(nanoseconds) ? nanoseconds / 1e6 : undefined;
    } catch {
      return undefined;
    }
  };
}
