import { isStronger, type LockMode, waiting } from '../../postgres/lock-modes.ts';
import type { StatementTrace, TracedRelation } from '../../rehearsal/trace/types.ts';

/** What a statement did to relations that somebody may use: those that this deploy has not made itself. */
export interface StatementFacts extends Pick<StatementTrace, 'statement' | 'seen' | 'cpuMs' | 'objects'> {
  /** Of each relation the strongest lock that is held while the statement runs; from an earlier one, `taken` is false. */
  readonly locks: readonly HeldLock[];
  readonly rewrites: readonly TracedRelation[];
  /** Tables that were read from beginning to end by what Postgres does itself; what a query reads on empty tables says nothing. */
  readonly scans: readonly TracedRelation[];
  readonly truncates: readonly TracedRelation[];
  readonly writes: readonly TracedRelation[];
  readonly creates: readonly TracedRelation[];
  readonly drops: readonly TracedRelation[];
  readonly invalid: readonly TracedRelation[];
  /** It reads or rewrites a table that this deploy has made and written rows to. */
  readonly touchesFilled: boolean;
}

export interface HeldLock {
  readonly relation: TracedRelation;
  readonly mode: LockMode;
  /** By this statement: nobody held as strong a one before it. */
  readonly taken: boolean;
}

/**
 * What the migrations of one deploy have made so far, and into which of it they have written rows. By OID, since names change;
 * and by name, since a script that was followed on a clone has made other objects there than those that the next one meets.
 */
export class MadeByDeploy {
  readonly #made = new Set<number | string>();
  readonly #filled = new Set<number | string>();

  add(trace: readonly StatementTrace[]): void {
    for (const { creates, writes } of trace) {
      for (const { oid, name } of creates) this.#made.add(oid).add(name);
      for (const { relation } of writes) this.#filled.add(relation.oid).add(relation.name);
    }
  }

  has({ oid, name }: Pick<TracedRelation, 'oid' | 'name'>): boolean {
    return this.#made.has(oid) || this.#made.has(name);
  }

  hasFilled({ oid, name }: Pick<TracedRelation, 'oid' | 'name'>): boolean {
    return this.#filled.has(oid) || this.#filled.has(name);
  }
}

/** Statements that run others, which no linter reads. */
export function runsOthers(kind: string | undefined): boolean {
  return kind === 'DoStmt' || kind === 'CallStmt' || kind === 'SelectStmt';
}

/** What they read is the planner's choice, who takes another way on tables with rows. */
const ON_ROWS: ReadonlySet<string | undefined> = new Set([
  ...['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'CopyStmt', 'CreateTableAsStmt'],
]);

/** The facts of a script's statements, in order. `made`: by the scripts before it. `kindOf`: what a statement is. */
export function factsOf(
  trace: readonly StatementTrace[],
  made: MadeByDeploy,
  kindOf: (statement: number) => string | undefined,
): StatementFacts[] {
  const held = new Map<number, HeldLock>();
  const isUsed = (relation: TracedRelation): boolean => relation.existed && !relation.temporary && !made.has(relation);
  return trace.map((one) => {
    for (const [oid, lock] of held) held.set(oid, { ...lock, taken: false });
    for (const { relation, mode } of one.locks) {
      const known = held.get(relation.oid);
      if (known === undefined || isStronger(mode, known.mode)) held.set(relation.oid, { relation, mode, taken: true });
    }
    const locks = [...held.values()].filter(({ relation }) => isUsed(relation));
    if (one.committed) held.clear();
    const underLock = new Set(
      locks.flatMap(({ relation, mode }) => (isStronger(mode, 'RowExclusiveLock') ? [relation.oid] : [])),
    );
    // Where the table that refers to it is made by this deploy and has no rows, nothing is looked up.
    const isParent = (oid: number): boolean => one.checkedParents.some((parent) => parent.oid === oid);
    const refers = one.scans.some(
      (relation) => !isParent(relation.oid) && (isUsed(relation) || made.hasFilled(relation)),
    );
    const refersToItself = one.scans.every(({ oid }) => isParent(oid));
    const parents = new Set(refers || refersToItself ? one.checkedParents.map(({ oid }) => oid) : []);
    return {
      statement: one.statement,
      seen: one.seen,
      cpuMs: one.cpuMs,
      objects: one.objects,
      locks,
      rewrites: one.rewrites.filter(isUsed),
      scans: one.scans.filter((relation) => {
        const { oid } = relation;
        if (one.statement !== undefined && ON_ROWS.has(kindOf(one.statement))) return false;
        return isUsed(relation) && (isParent(oid) ? parents.has(oid) : underLock.has(oid));
      }),
      truncates: one.truncates.filter(isUsed),
      writes: one.writes.map(({ relation }) => relation).filter(isUsed),
      creates: one.creates.filter(({ temporary }) => !temporary),
      drops: one.drops.filter(isUsed),
      invalid: [...one.invalid],
      touchesFilled: [...one.rewrites, ...one.scans].some((relation) => made.hasFilled(relation)),
    };
  });
}

/** Whether an application waits for who holds it. */
export function stopsSomebody({ mode, relation }: Pick<HeldLock, 'mode' | 'relation'>): boolean {
  // Nobody writes to a materialized view.
  return relation.kind === 'materialized view' ? stopsReaders({ mode }) : waiting(mode).length > 0;
}

export function stopsReaders({ mode }: Pick<HeldLock, 'mode'>): boolean {
  return waiting(mode).includes('reads');
}
