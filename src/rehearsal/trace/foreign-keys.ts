import type { TracedLock, TracedRelation } from './types.ts';

/** Locks under which ALTER TABLE checks a foreign key: ADD CONSTRAINT, VALIDATE CONSTRAINT. */
const CHECKED_UNDER: ReadonlySet<string> = new Set(['ShareRowExclusiveLock', 'ShareUpdateExclusiveLock']);

/**
 * The check of a foreign key joins the table with the one that it refers to. Where the first has no rows, as in a
 * rehearsal, the second is opened and not read: the lock of that query on it tells that it would have been.
 */
export function checkedParents(scans: readonly TracedRelation[], locks: readonly TracedLock[]): TracedRelation[] {
  const underLock = new Set(locks.flatMap(({ relation, mode }) => (CHECKED_UNDER.has(mode) ? [relation.oid] : [])));
  const writes = locks.some(({ mode }) => mode === 'RowExclusiveLock');
  if (writes || !scans.some(({ oid }) => underLock.has(oid))) return [];
  return locks.flatMap(({ relation, mode }) =>
    mode === 'RowShareLock' && relation.kind === 'table' ? [relation] : [],
  );
}
