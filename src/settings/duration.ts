/** Durations as people write them ('500ms', '30s', '5min', '1h'), in milliseconds and in Postgres' notation. */

/** Postgres' units of time in milliseconds, longest first. */
export const POSTGRES_UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
  ['us', 0.001],
];

// 'm' is accepted for minutes, because everybody writes it; Postgres knows 'min' only.
const UNITS: ReadonlyMap<string, number> = new Map([...POSTGRES_UNITS, ['m', 60_000]]);

/** For JSON Schema and messages; whole numbers only, so that no rounding is ever shown to anybody. */
export const DURATION_PATTERN = /^(\d{1,10})\s*(ms|s|min|m|h|d)$/;

export const DURATION_EXPECTED = 'a duration with its unit, such as 500ms, 30s, 5min or 1h';

/** Postgres keeps its timeouts in a signed 32-bit number of milliseconds, and so do JavaScript's timers: 24 days. */
const MAXIMUM_MS = 2_147_483_647;

/** Milliseconds; undefined when the text is no duration, is zero (no time limit at all), or is too long to be kept. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = DURATION_PATTERN.exec(text) ?? [];
  const factor = UNITS.get(unit ?? '');
  if (factor === undefined) return undefined;
  const ms = Number(digits) * factor;
  return ms > 0 && ms <= MAXIMUM_MS ? ms : undefined;
}

/** As Postgres reads it in `SET lock_timeout`, in the largest unit that holds it exactly: 90000 -> '90s'. */
export function postgresDuration(ms: number): string {
  const [unit, factor] = POSTGRES_UNITS.find(([, factor]) => ms >= factor && ms % factor === 0) ?? ['ms', 1];
  return `${ms / factor}${unit}`;
}
