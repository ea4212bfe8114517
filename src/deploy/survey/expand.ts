import type { LockMode } from '../../postgres/lock-modes.ts';
import type { ResolvedTouch, TouchedRelation } from './resolve.ts';
import type { Touch } from './touches.ts';

/** What is locked together with what a statement names: the other ends of foreign keys, partitions, parents. Pure. */

export interface ForeignKey {
  readonly name: string;
  /** The table that has it, and the one that it references: oids. */
  readonly from: string;
  readonly to: string;
  readonly columns: readonly string[];
}

type Locked = Map<string, { itself: boolean; readonly modes: Set<LockMode> }>;

export function expanded(
  touches: readonly ResolvedTouch[],
  foreignKeys: readonly ForeignKey[],
  parents: readonly (readonly [child: string, parent: string])[],
): ReadonlyMap<string, Pick<TouchedRelation, 'itself' | 'modes'>> {
  const locked: Locked = new Map();
  const childrenOf = grouped(parents.map(([child, parent]) => [parent, child]));
  const parentsOf = grouped(parents);
  const referencedBy = grouped(foreignKeys.map(({ from, to }) => [to, from]));
  for (const touch of touches) {
    const self = touch.cascade ? reachable([touch.oid], referencedBy) : new Set([touch.oid]);
    if (touch.parent) for (const parent of parentsOf.get(touch.oid) ?? []) self.add(parent);
    for (const { to } of foreignKeys.filter((one) => one.from === touch.oid && isMeant(one, touch.foreignKeys)))
      self.add(to);
    for (const oid of self) lock(locked, oid, touch.modes, true);
    // DROP of a partition locks its parent, and not its siblings.
    for (const oid of reachable([touch.oid], childrenOf)) lock(locked, oid, touch.modes, false);
  }
  return locked;
}

function isMeant({ name, columns }: ForeignKey, which: Touch['foreignKeys']): boolean {
  if (which === undefined) return false;
  if (which === 'all') return true;
  return 'constraint' in which ? name === which.constraint : columns.includes(which.column);
}

function lock(locked: Locked, oid: string, modes: readonly LockMode[], itself: boolean): void {
  const known = locked.get(oid) ?? { itself: false, modes: new Set<LockMode>() };
  for (const mode of modes) known.modes.add(mode);
  known.itself ||= itself;
  locked.set(oid, known);
}

function grouped(pairs: readonly (readonly [key: string, value: string])[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of pairs) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

/** Everything that can be reached, the beginning included. */
function reachable(from: readonly string[], edges: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set(from);
  for (const oid of seen) for (const next of edges.get(oid) ?? []) seen.add(next);
  return seen;
}
