import type { Session } from '../../postgres/session.ts';
import { literal, type TableName, tableSql } from '../../project/quoting.ts';
import type { SentStatement } from './statement-log.ts';

/**
 * Follows what is sent to a database of a server whose log we cannot read: an event trigger keeps the text of what changes
 * the schema, a trigger on the tool's history table what it records. Changes of rows are not seen.
 */

const SCHEMA = 'lockstep_capture';

/** `history` may be made later. */
export function followByTriggers(history: TableName | undefined): string {
  const table = history === undefined ? 'NULL' : literal(tableSql(history));
  return `
    CREATE SCHEMA ${SCHEMA};
    CREATE TABLE ${SCHEMA}.sent (
      id bigint GENERATED ALWAYS AS IDENTITY, session integer, at timestamptz, sql text, written jsonb);
    CREATE FUNCTION ${SCHEMA}.record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
    BEGIN
      INSERT INTO ${SCHEMA}.sent (session, at, sql, written)
        VALUES (pg_backend_pid(), statement_timestamp(), current_query(), CASE TG_OP WHEN 'DELETE' THEN jsonb_build_array(OLD) WHEN 'INSERT' THEN jsonb_build_array(NEW) ELSE jsonb_build_array(NEW, OLD) END);
      RETURN NULL;
    END $$;
    CREATE FUNCTION ${SCHEMA}.watch(relation text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    BEGIN
      IF relation IS NOT NULL AND to_regclass(relation) IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_trigger WHERE tgrelid = to_regclass(relation) AND tgname = '${SCHEMA}') THEN
        EXECUTE format('CREATE TRIGGER ${SCHEMA} AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION ${SCHEMA}.record()', relation);
      END IF;
    END $$;
    CREATE FUNCTION ${SCHEMA}.ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
    BEGIN
      IF current_query() LIKE '%${SCHEMA}%' THEN RETURN; END IF;
      INSERT INTO ${SCHEMA}.sent (session, at, sql)
        VALUES (pg_backend_pid(), statement_timestamp(), current_query());
      IF TG_TAG = 'CREATE TABLE' THEN PERFORM ${SCHEMA}.watch(${table}); END IF;
    END $$;
    SELECT ${SCHEMA}.watch(${table});
    CREATE EVENT TRIGGER ${SCHEMA} ON ddl_command_end EXECUTE FUNCTION ${SCHEMA}.ddl()`;
}

/** Takes all of it out again, the trigger on the history included. */
export function unfollow(): string {
  return `DROP EVENT TRIGGER ${SCHEMA}; DROP SCHEMA ${SCHEMA} CASCADE`;
}

/** A statement that changes several objects, or a message of several statements, is told once. */
export async function sentSince(
  session: Session,
  after: number,
): Promise<readonly (SentStatement & { readonly id: number })[]> {
  const { rows } = await session.client.query<{
    id: string;
    session: number;
    at: string;
    sql: string;
    written: readonly Record<string, unknown>[] | null;
  }>(`SELECT id, session, at::text, sql, written FROM ${SCHEMA}.sent WHERE id > $1 ORDER BY id`, [after]);
  return rows.flatMap(({ id, session: pid, at, sql, written }, index) => {
    const before = rows[index - 1];
    const again =
      written === null && before?.written === null && before.session === pid && before.at === at && before.sql === sql;
    if (again) return [];
    const values = written === null ? {} : { values: written.flatMap((row) => Object.values(row).map(String)) };
    return [{ id: Number(id), session: pid, sql, ...values }];
  });
}
