import type { QueryResult } from 'pg';

/**
 * Reads what the session's transaction holds and has done, from inside it: only there are its new objects and its counters
 * to be seen. It asks for relations that the transaction has locked, which are all that it has touched; how many the schema
 * has plays no part. Locks last until the end of the transaction, so that nothing is missed between two readings.
 */

/** A relation that is locked, as the transaction sees it now. */
export interface Held {
  readonly oid: number;
  readonly modes: readonly string[];
  /** undefined: it is gone. */
  readonly now: RelationState | undefined;
  /** Of this transaction alone, if what was before has been flushed. */
  readonly scans: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

export interface RelationState {
  readonly oid: number;
  readonly name: string;
  /** pg_class.relkind */
  readonly kind: string;
  readonly persistence: string;
  /** 0: none of its own. */
  readonly filenode: number;
  readonly tablespace: number;
  /** Of an index: its table's OID and whether it is valid. */
  readonly table: number | undefined;
  readonly valid: boolean | undefined;
}

/** OIDs below are the system's own. */
const FIRST_USER_OID = 16_384;

/** Facts of a pg_class row `c`, with its pg_index row `i`. */
const STATE = `
  pg_catalog.quote_ident(n.nspname) OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(c.relname) AS name,
  c.relkind::pg_catalog.text AS kind, c.relpersistence::pg_catalog.text AS persistence,
  pg_catalog.pg_relation_filenode(c.oid)::pg_catalog.int8 AS filenode, c.reltablespace::pg_catalog.int8 AS tablespace,
  i.indrelid::pg_catalog.int8 AS "table", i.indisvalid AS valid`;

const JOINS = `
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid OPERATOR(pg_catalog.=) c.oid`;

/** Of the session that asks. */
export const HELD = heldBy('pg_catalog.pg_backend_pid()', 'AND granted');

/** Of another session; what it waits for is as good as held. Its counters and what it has not committed are not to be seen. */
export function heldByOther(pid: number): string {
  return heldBy(String(pid), '');
}

function heldBy(pid: string, condition: string): string {
  return `
  SELECT h.relation::pg_catalog.int8 AS oid, h.modes, ${STATE},
    pg_catalog.pg_stat_get_xact_numscans(h.relation) AS scans,
    pg_catalog.pg_stat_get_xact_tuples_inserted(h.relation) AS inserted,
    pg_catalog.pg_stat_get_xact_tuples_updated(h.relation) AS updated,
    pg_catalog.pg_stat_get_xact_tuples_deleted(h.relation) AS deleted
  FROM (SELECT relation, pg_catalog.array_agg(DISTINCT mode) AS modes FROM pg_catalog.pg_locks
      WHERE pid OPERATOR(pg_catalog.=) ${pid} AND locktype OPERATOR(pg_catalog.=) 'relation' ${condition}
        AND relation OPERATOR(pg_catalog.>=) ${FIRST_USER_OID}::pg_catalog.oid
      GROUP BY relation) h
    LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) h.relation${JOINS}`;
}

export function heldIn(result: QueryResult | undefined): Held[] {
  return (result?.rows ?? []).map((row: Row & { modes: readonly string[] | string }) => ({
    oid: Number(row.oid),
    modes: typeof row.modes === 'string' ? row.modes.replace(/[{}]/g, '').split(',') : row.modes,
    now: row.name === null ? undefined : stateOf(row),
    scans: Number(row.scans),
    inserted: Number(row.inserted),
    updated: Number(row.updated),
    deleted: Number(row.deleted),
  }));
}

/** The same facts as another session sees them: as they were before the transaction. */
export function statesOf(oids: readonly number[]): string {
  return `SELECT c.oid::pg_catalog.int8 AS oid, ${STATE} FROM pg_catalog.pg_class c${JOINS}
    WHERE c.oid OPERATOR(pg_catalog.=) ANY (ARRAY[${oids.join(', ')}]::pg_catalog.oid[])`;
}

export function statesIn(result: QueryResult | undefined): RelationState[] {
  return (result?.rows ?? []).map(stateOf);
}

type Row = Readonly<Record<string, string | number | boolean | null>>;

function stateOf(row: Row): RelationState {
  return {
    oid: Number(row.oid),
    name: String(row.name),
    kind: String(row.kind),
    persistence: String(row.persistence),
    filenode: Number(row.filenode ?? 0),
    tablespace: Number(row.tablespace),
    table: row.table === null ? undefined : Number(row.table),
    valid: row.valid === null ? undefined : row.valid === true,
  };
}

/** Tables and their indexes, as they are committed, with how often the tables were read as a whole in all their time. */
export function committedStates(tables: readonly number[]): string {
  return `SELECT c.oid::pg_catalog.int8 AS oid, ${STATE}, pg_catalog.pg_stat_get_numscans(c.oid) AS scans
    FROM pg_catalog.pg_class c${JOINS}
    WHERE c.oid = ANY (ARRAY[${tables.join(', ')}]::pg_catalog.oid[])
      OR i.indrelid = ANY (ARRAY[${tables.join(', ')}]::pg_catalog.oid[])`;
}

export interface Committed extends RelationState {
  readonly scans: number;
}

export function committedIn(result: QueryResult | undefined): Committed[] {
  return (result?.rows ?? []).map((row: Row) => ({ ...stateOf(row), scans: Number(row.scans) }));
}
