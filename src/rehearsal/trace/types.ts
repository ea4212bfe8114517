import type { LockMode } from '../../postgres/lock-modes.ts';
import type { NotedObjects } from './objects.ts';

/** What a statement did, as Postgres itself showed it. */

export type RelationKind = 'table' | 'index' | 'view' | 'materialized view' | 'sequence' | 'foreign table';

export interface TracedRelation {
  readonly oid: number;
  /** 'schema.name', as the catalogs of the rehearsal write it. */
  readonly name: string;
  readonly kind: RelationKind;
  /** Of an index: 'schema.name' of its table. */
  readonly table: string | undefined;
  /** It was there before the script ran: somebody may use it. */
  readonly existed: boolean;
  /** Only its session sees it. */
  readonly temporary: boolean;
  /** A parent of partitions: it has no rows of its own. */
  readonly partitioned: boolean;
}

export interface TracedLock {
  readonly relation: TracedRelation;
  readonly mode: LockMode;
}

/** Rows that were written: of the rehearsal's rows, so that a table with none shows no numbers. */
export interface TracedWrites {
  readonly relation: TracedRelation;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

export interface StatementTrace {
  /** Index in the script; undefined: what the transaction still did at its end, for deferred constraints. */
  readonly statement: number | undefined;
  /** Newly taken: those before it hold on until the end of the transaction. The modes of a relation each for itself. */
  readonly locks: readonly TracedLock[];
  /** Tables, materialized views and indexes whose file was written anew. */
  readonly rewrites: readonly TracedRelation[];
  /** Tables that were emptied by giving them a new file. */
  readonly truncates: readonly TracedRelation[];
  /** Tables that were read from beginning to end. */
  readonly scans: readonly TracedRelation[];
  /** Of these the ones that a foreign key refers to, which was checked. */
  readonly checkedParents: readonly TracedRelation[];
  /** Tables that it may write rows to, with the numbers. */
  readonly writes: readonly TracedWrites[];
  readonly creates: readonly TracedRelation[];
  readonly drops: readonly TracedRelation[];
  /** What is no relation; empty where event triggers could not be set up. */
  readonly objects: NotedObjects;
  /** Indexes that it left invalid. */
  readonly invalid: readonly TracedRelation[];
  /** Milliseconds of computing time; undefined: not measured. */
  readonly cpuMs: number | undefined;
  /**
   * How it was seen: in its transaction, which holds every lock to its end; or without one, at the place where it was made to
   * wait; or not at all, and then what is empty here says nothing.
   */
  readonly seen: 'in transaction' | 'at the gate' | 'not';
  /** It committed with this statement: its locks were let go. */
  readonly committed: boolean;
}
