import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { pause, pauseMs } from '../../../src/deploy/run/backoff.ts';

const ALMOST_ONE = 1 - Number.EPSILON;

describe('the pause before another try', () => {
  it('has a ceiling that doubles from a second up to half a minute', () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 7, 60, 2_000].map((attempt) => pauseMs(attempt, ALMOST_ONE));
    expect(ceilings).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  });

  it('is anything below its ceiling, so that those who were stopped together do not come back together', () => {
    expect(pauseMs(4, 0.25)).toBe(2_000);
    expect(pauseMs(4, 0.5)).toBe(4_000);
    const drawn = new Set(Array.from({ length: 50 }, () => pauseMs(6)));
    expect(drawn.size).toBeGreaterThan(40);
  });

  it('lets the queries through that were held up, however the dice fall', () => {
    for (const attempt of [1, 5, 100]) expect(pauseMs(attempt, 0)).toBe(100);
  });

  it('takes the time that it was given', async () => {
    const started = performance.now();
    await pause(50, new AbortController().signal);
    expect(performance.now() - started).toBeGreaterThanOrEqual(49);
  });

  it('ends at once when the run is cancelled, and leaves no listener behind', async () => {
    const run = new AbortController();
    const started = performance.now();
    const paused = pause(60_000, run.signal);
    run.abort();
    await expect(paused).rejects.toMatchObject({ name: 'AbortError' });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(getEventListeners(run.signal, 'abort')).toEqual([]);
  });
});
