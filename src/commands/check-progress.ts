import type { Progress } from '../report/terminal/progress.ts';

/** A terminal follows the replay closely; a log gets a line now and then, so that it shows where a run hangs. */
const LIVE_MS = 100;
const LOG_MS = 10_000;

/** Tells how far the replay of the base history has come. */
export function baseProgress(progress: Progress, live: boolean): (done: number, all: number) => void {
  let told = 0;
  return (done, all) => {
    const now = Date.now();
    if (now - told < (live ? LIVE_MS : LOG_MS)) return;
    told = now;
    progress.step(`building the base schema: ${done} of ${all} migrations`);
  };
}
