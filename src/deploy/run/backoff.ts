import { setTimeout as sleep } from 'node:timers/promises';

const LEAST_MS = 100;
const FIRST_MS = 1_000;
const MOST_MS = 30_000;

/**
 * How long to pause before try number `attempt` (from 1): full jitter over a ceiling that doubles, so that several runs, and
 * the queries that were let through, do not meet again at the same moment.
 */
export function pauseMs(attempt: number, random = Math.random()): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** (attempt - 1));
  return Math.max(LEAST_MS, Math.round(random * ceiling));
}

/** Rejects with the signal's reason. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
