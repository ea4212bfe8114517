// What a migration is called, from what was measured of it: a function of the numbers alone.

/**
 * Milliseconds that somebody waits for a lock at the larger number of rows, 200,000. A wait that grows with the rows from
 * there is half a second with ten million, and longer on a disk.
 */
export const LONG_WAIT_MS = 10;
/** How much longer it has to be than with a tenth of the rows to count as growing with them. */
const GROWTH = 2;
/** So long is too long however few the rows are. */
const LONG_IN_ANY_CASE_MS = 200;
/** A query that takes so many times longer, and so much, has lost its index. */
const SLOWED = { times: 5, byMs: 8 };
/** Ends when the application connects anew: its prepared statements are outdated. */
const ENDS_WITH_RECONNECT = '0A000';

/** `measured`: { many, few? } as measure.mjs writes it. */
export function labelOf({ many, few }) {
  const reasons = [
    ...(many.failed ? [`the migration fails (${many.failed.sqlstate})`] : []),
    ...['read', 'write'].flatMap((kind) => {
      const [long, short] = [many.waits[kind], few?.waits[kind] ?? 0];
      const isLong = long >= LONG_IN_ANY_CASE_MS && short >= LONG_IN_ANY_CASE_MS / 2;
      return isLong || (long >= LONG_WAIT_MS && long >= GROWTH * short) ? [`${kind}s wait`] : [];
    }),
    ...Object.keys(many.errors)
      .filter((code) => code !== ENDS_WITH_RECONNECT)
      .map((code) => `errors (${code})`),
    ...(isSlowed(many) ? ['queries are slow afterwards'] : []),
    ...(many.lost.length > 0 ? ['data is lost'] : []),
  ];
  if (reasons.length > 0) return { label: 'dangerous', because: reasons.join(', ') };
  if (ENDS_WITH_RECONNECT in many.errors) return { label: 'safe', because: 'errors (0A000) until a reconnect' };
  return { label: 'safe' };
}

/** Whether a query has lost its index. */
export function isSlowed({ slowest }) {
  if (slowest === undefined) return false;
  return slowest.after >= SLOWED.times * slowest.before && slowest.after - slowest.before >= SLOWED.byMs;
}
