import type { Session } from '../../postgres/session.ts';

const LOCKS = `(
  SELECT l.pid, l.relation FROM pg_catalog.pg_locks l WHERE l.locktype = 'relation' AND l.granted
    AND l.mode = 'ShareUpdateExclusiveLock'
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()))`;

/**
 * A condition on `pg_index i`: a session is at work on it now, and what is not valid yet is no leftover. Who builds an index
 * holds SHARE UPDATE EXCLUSIVE on its table and shows its progress (which index, only to those who may see its statement),
 * or on the index itself. VACUUM and ANALYZE hold that lock, too, and build nothing.
 */
export const IS_BEING_BUILT = `(EXISTS (SELECT FROM ${LOCKS} lock WHERE lock.relation = i.indexrelid)
    OR EXISTS (
      SELECT FROM ${LOCKS} lock JOIN pg_catalog.pg_stat_progress_create_index p USING (pid)
      WHERE CASE WHEN p.command = 'CREATE INDEX CONCURRENTLY' AND p.index_relid <> 0 THEN p.index_relid = i.indexrelid
        AND lock.relation = i.indrelid ELSE lock.relation = i.indrelid
          OR lock.relation = (SELECT t.oid FROM pg_catalog.pg_class t WHERE t.reltoastrelid = i.indrelid) END))`;

/**
 * Indexes that a failed CREATE, DROP or REINDEX CONCURRENTLY has left, as schema.name. Not a partitioned table's own index:
 * it is invalid until each partition has its part, and no build fails there. What a REINDEX leaves of a TOAST table is in
 * pg_toast.
 */
const INVALID = `
  SELECT n.nspname || '.' || c.relname AS name
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT (i.indisvalid AND i.indisready AND i.indislive) AND c.relkind = 'i'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast_)?temp_'
    AND NOT ${IS_BEING_BUILT}
  ORDER BY 1`;

export async function invalidIndexes(session: Session): Promise<readonly string[]> {
  await session.client.query('SELECT pg_catalog.pg_stat_clear_snapshot()');
  const { rows } = await session.client.query<{ name: string }>(INVALID);
  return rows.map(({ name }) => name);
}
