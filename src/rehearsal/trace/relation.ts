import { lockMode } from '../../postgres/lock-modes.ts';
import type { RelationState } from './reading.ts';
import type { RelationKind, TracedLock, TracedRelation } from './types.ts';

const KINDS: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'table',
  i: 'index',
  I: 'index',
  v: 'view',
  m: 'materialized view',
  S: 'sequence',
  f: 'foreign table',
};

/** TOAST tables and their indexes go with the tables that they serve. */
const TOAST = 'pg_toast.';

/** undefined: nobody waits for it as such: a composite type, a TOAST table. */
export function describeRelation(
  { oid, name, kind, persistence }: RelationState,
  table: string | undefined,
  existed: boolean,
): TracedRelation | undefined {
  const known = KINDS[kind];
  if (known === undefined || name.startsWith(TOAST)) return undefined;
  return {
    oid,
    name,
    kind: known,
    table,
    existed,
    temporary: persistence === 't',
    partitioned: kind === 'p' || kind === 'I',
  };
}

/** `modes`: by the names of pg_locks. */
export function locksOn(relation: TracedRelation, modes: readonly string[]): TracedLock[] {
  return modes.flatMap((name) => {
    const mode = lockMode(name);
    return mode === undefined ? [] : [{ relation, mode }];
  });
}
