import { describe, expect, it } from 'vitest';
import { parseDuration, postgresDuration } from '../../../src/settings/duration.ts';

describe('durations', () => {
  it.each([
    ['500ms', 500, '500ms'],
    ['30s', 30_000, '30s'],
    ['90s', 90_000, '90s'],
    ['5min', 300_000, '5min'],
    // Postgres does not know 'm'.
    ['10m', 600_000, '10min'],
    ['60s', 60_000, '1min'],
    ['1 h', 3_600_000, '1h'],
    ['2d', 172_800_000, '2d'],
    ['24h', 86_400_000, '1d'],
    ['1500ms', 1_500, '1500ms'],
  ])('reads %s', (text, ms, postgres) => {
    expect(parseDuration(text)).toBe(ms);
    expect(postgresDuration(ms)).toBe(postgres);
  });

  it.each(['', '5', '5 minutes', '-5s', '1.5s', '0s', '0ms', 's', '1h30m', '25d', '99999999999s', '5s\n; DROP'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});
