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

/** As SQL writes it: 'ACCESS EXCLUSIVE'. */
export function writtenMode(mode: LockMode): string {
  return mode
    .replace(/Lock$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
}

export function isStronger(mode: LockMode, than: LockMode): boolean {
  return MODES.indexOf(mode) > MODES.indexOf(than);
}

/** What an application waits for while somebody holds the lock on a table; SELECT ... FOR UPDATE counts as a write. */
export function waiting(mode: LockMode): readonly ('reads' | 'writes')[] {
  return (['reads', 'writes'] as const).filter((what) => conflicts(NEEDED[what], mode));
}

const NEEDED = { reads: 'AccessShareLock', writes: 'RowExclusiveLock' } as const;

/** undefined: no mode of a table lock. */
export function lockMode(name: string): LockMode | undefined {
  return MODES.find((mode) => mode === name);
}
