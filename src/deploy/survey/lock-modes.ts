/** Postgres' eight table locks by the names that pg_locks has for them, weakest first, and which of them get on. */

const MODES = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const;

export type LockMode = (typeof MODES)[number];

/** For each mode, in the order of MODES, the modes that it waits for; the relation is symmetric. */
const CONFLICTS: readonly string[] = [
  '.......x',
  '......xx',
  '....xxxx',
  '...xxxxx',
  '..xx.xxx',
  '..xxxxxx',
  '.xxxxxxx',
  'xxxxxxxx',
];

/** Whether who wants the one has to wait for who holds the other. */
export function conflicts(wanted: LockMode, held: string): boolean {
  return CONFLICTS[MODES.indexOf(wanted)]?.[MODES.indexOf(held as LockMode)] === 'x';
}

/** By its number in the syntax tree of LOCK TABLE. */
export function modeNumbered(number: unknown): LockMode {
  return MODES[Number(number) - 1] ?? 'AccessExclusiveLock';
}
