import type { Session } from '../../postgres/session.ts';
import type { Migration } from '../../project/types.ts';
import type { PlanReport } from '../../report/target-model.ts';
import { touchedRelations } from './resolve.ts';
import { touchesOf } from './touches.ts';

const TABLES: ReadonlySet<string> = new Set(['r', 'p', 'm', 'f']);

/** Tables that the migrations touch and that are there, the largest first, with what the server knows of their size. */
export async function touchedTables(
  session: Session,
  migrations: readonly Migration[],
): Promise<NonNullable<PlanReport['tables']>> {
  const touched = [...(await touchedRelations(session, touchesOf(migrations))).values()];
  const tables = touched.filter(({ kind, itself }) => itself && TABLES.has(kind));
  if (tables.length === 0) return [];
  const sizes = await sizesOf(
    session,
    tables.map(({ oid }) => oid),
  );
  return tables
    .flatMap(({ oid, name }) => {
      const size = sizes.get(oid);
      return size === undefined ? [] : [{ name, ...size }];
    })
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
}

interface Size {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Measuring a table needs a moment's ACCESS SHARE on it and on its indexes, and nothing that only looks may wait behind
 * an ALTER TABLE, or stand in its way: where somebody has or wants ACCESS EXCLUSIVE, the pages that the last ANALYZE
 * counted have to do.
 */
const SIZES = `
  WITH RECURSIVE part (root, oid) AS (
    SELECT t.oid, t.oid FROM pg_catalog.unnest($1::oid[]) AS t (oid)
    UNION
    SELECT part.root, i.inhrelid FROM part JOIN pg_catalog.pg_class p ON p.oid = part.oid AND p.relkind = 'p'
      JOIN pg_catalog.pg_inherits i ON i.inhparent = part.oid
  ), locked AS MATERIALIZED (
    SELECT DISTINCT l.relation AS oid FROM pg_catalog.pg_locks l WHERE l.locktype = 'relation'
      AND l.mode = 'AccessExclusiveLock' AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
  ), piece AS MATERIALIZED (
    SELECT c.oid AS owner, o.oid, o.relpages FROM (SELECT DISTINCT oid FROM part) one
      JOIN pg_catalog.pg_class c ON c.oid = one.oid
      CROSS JOIN LATERAL (
        SELECT c.oid UNION ALL SELECT c.reltoastrelid UNION ALL
        SELECT i.indexrelid FROM pg_catalog.pg_index i WHERE i.indrelid IN (c.oid, c.reltoastrelid)
      ) AS p (oid)
      JOIN pg_catalog.pg_class o ON o.oid = p.oid
  ), table_size AS MATERIALIZED (
    SELECT c.oid, CASE WHEN c.reltuples > 0 THEN c.reltuples
        ELSE coalesce(pg_catalog.pg_stat_get_live_tuples(c.oid), 0) END AS rows,
      CASE WHEN c.relkind NOT IN ('r', 'm') THEN 0
        WHEN EXISTS (SELECT FROM piece JOIN locked USING (oid) WHERE piece.owner = c.oid) THEN
          (SELECT pg_catalog.sum(piece.relpages) FROM piece WHERE piece.owner = c.oid)
            * pg_catalog.current_setting('block_size')::int
        ELSE coalesce(pg_catalog.pg_total_relation_size(c.oid), 0) END AS bytes
    FROM (SELECT DISTINCT oid FROM part) one JOIN pg_catalog.pg_class c ON c.oid = one.oid WHERE c.relkind <> 'p'
  )
  SELECT part.root::text AS oid, coalesce(pg_catalog.sum(t.rows), 0)::float8 AS rows,
    coalesce(pg_catalog.sum(t.bytes), 0)::float8 AS bytes
  FROM part LEFT JOIN table_size t ON t.oid = part.oid GROUP BY part.root`;

async function sizesOf(session: Session, oids: readonly string[]): Promise<ReadonlyMap<string, Size>> {
  const { rows } = await session.client.query<Size & { oid: string }>(SIZES, [oids]);
  return new Map(
    rows.map(({ oid, rows: count, bytes }) => [oid, { rows: Math.round(count), bytes: Math.round(bytes) }]),
  );
}
