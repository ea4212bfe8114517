import type { Session } from '../../postgres/session.ts';
import { literal, type TableName, tableSql } from '../../project/quoting.ts';
import { hasParameters, type SentStatement } from './statement-log.ts';

/**
 * Follows what is sent to a database of a server whose log we cannot read: an event trigger keeps the text of what changes
 * the schema, triggers on the tables that of what changes rows, and one on the tool's history what it records. Of a
 * transaction that is rolled back nothing is seen, nor are values that stand apart from the text.
 */

const SCHEMA = 'lockstep_capture';

/** Relations and types of pg_temp, where it is not named, are looked for before those of pg_catalog. */
const SAFE_PATH = 'SET search_path = pg_catalog, pg_temp';

/**
 * `history` may be made later. The followed role is a pull request's, and we are a superuser: what looks at its rows runs as
 * it (a cast of its own may be part of that), and what runs as us looks at catalogs alone. It may call what its triggers call,
 * and make those on the partitions of the history, also where the project has taken new functions from everybody.
 */
export function followByTriggers(history: TableName | undefined): string {
  const table = history === undefined ? 'NULL' : literal(tableSql(history));
  return `
    CREATE SCHEMA ${SCHEMA};
    GRANT USAGE ON SCHEMA ${SCHEMA} TO PUBLIC;
    CREATE TABLE ${SCHEMA}.sent (id bigint GENERATED ALWAYS AS IDENTITY, session integer, at timestamptz,
      wrapped boolean, sql text, written jsonb, is_rows boolean);
    CREATE FUNCTION ${SCHEMA}.write(written jsonb, is_rows boolean) RETURNS void LANGUAGE sql ${SAFE_PATH} AS $$
      INSERT INTO ${SCHEMA}.sent (session, at, wrapped, sql, written, is_rows)
      SELECT pg_backend_pid(), statement_timestamp(), transaction_timestamp() <> statement_timestamp(), current_query(), written, is_rows
    $$;
    CREATE FUNCTION ${SCHEMA}.keep(written jsonb, is_rows boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER ${SAFE_PATH} AS $$
    BEGIN
      IF pg_trigger_depth() = 0 THEN RAISE 'Only triggers call this.'; END IF;
      PERFORM ${SCHEMA}.write(written, is_rows);
    END $$;
    CREATE FUNCTION ${SCHEMA}.record() RETURNS trigger LANGUAGE plpgsql ${SAFE_PATH} AS $$
    BEGIN
      PERFORM ${SCHEMA}.keep(CASE TG_OP WHEN 'DELETE' THEN jsonb_build_array(OLD) WHEN 'INSERT' THEN jsonb_build_array(NEW)
        ELSE jsonb_build_array(NEW, OLD) END, true);
      RETURN NULL;
    END $$;
    CREATE FUNCTION ${SCHEMA}.rows() RETURNS trigger LANGUAGE plpgsql ${SAFE_PATH} AS $$
    BEGIN
      PERFORM ${SCHEMA}.keep(NULL, true);
      RETURN NULL;
    END $$;
    CREATE FUNCTION ${SCHEMA}.watch() RETURNS void LANGUAGE plpgsql ${SAFE_PATH} AS $$
    DECLARE
      one oid;
    BEGIN
      FOR one IN
        SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', '${SCHEMA}')
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = '${SCHEMA}')
      LOOP
        IF one = to_regclass(${table}) THEN
          EXECUTE format('CREATE TRIGGER ${SCHEMA} AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION ${SCHEMA}.record()', one::regclass);
        ELSE
          EXECUTE format('CREATE TRIGGER ${SCHEMA} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s EXECUTE FUNCTION ${SCHEMA}.rows()', one::regclass);
        END IF;
      END LOOP;
    END $$;
    CREATE FUNCTION ${SCHEMA}.ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER ${SAFE_PATH} AS $$
    BEGIN
      IF TG_TAG = 'CREATE TRIGGER' AND current_query() !~* 'trigger' THEN RETURN; END IF;
      PERFORM ${SCHEMA}.write(NULL, false);
      IF TG_TAG LIKE 'CREATE TABLE%' OR TG_TAG = 'SELECT INTO' THEN PERFORM ${SCHEMA}.watch(); END IF;
    END $$;
    GRANT EXECUTE ON FUNCTION ${SCHEMA}.keep(jsonb, boolean), ${SCHEMA}.record() TO PUBLIC;
    REVOKE EXECUTE ON FUNCTION ${SCHEMA}.write(jsonb, boolean), ${SCHEMA}.watch() FROM PUBLIC;
    SELECT ${SCHEMA}.watch();
    CREATE EVENT TRIGGER ${SCHEMA} ON ddl_command_end EXECUTE FUNCTION ${SCHEMA}.ddl()`;
}

/** Takes all of it out again, the triggers on tables included. */
export function unfollow(): string {
  return `DROP EVENT TRIGGER ${SCHEMA}; SET client_min_messages = 'warning'; DROP SCHEMA ${SCHEMA} CASCADE`;
}

interface Seen {
  readonly sent: readonly SentStatement[];
  /** Something has changed rows by values that nobody has seen. */
  readonly missed: boolean;
  /** To ask from here on. */
  readonly last: number;
}

interface Row {
  readonly id: string;
  readonly session: number;
  readonly at: string;
  readonly wrapped: boolean;
  readonly sql: string;
  /** Rows, as the role has told them. */
  readonly written: unknown;
  readonly is_rows: boolean;
}

/** A message is told once, however many objects and tables it changes. */
export async function sentSince(session: Session, after: number): Promise<Seen> {
  const { rows } = await session.client.query<Row>(
    `SELECT id, session, at::text, wrapped, sql, written, is_rows FROM ${SCHEMA}.sent WHERE id > $1 ORDER BY id`,
    [after],
  );
  const told = new Set<string>();
  const sent: SentStatement[] = [];
  let missed = false;
  for (const { session: pid, at, wrapped, sql, written, is_rows } of rows) {
    if (written !== null) {
      sent.push({ session: pid, sql, wrapped, values: valuesOf(written) });
      continue;
    }
    const message = JSON.stringify([pid, at, sql]);
    if (told.has(message)) continue;
    told.add(message);
    if (is_rows && hasParameters(sql)) missed = true;
    else sent.push({ session: pid, sql, wrapped });
  }
  return { sent, missed, last: Number(rows.at(-1)?.id ?? after) };
}

function valuesOf(written: unknown): string[] {
  return [written].flat().flatMap((row) => Object.values(row ?? {}).map(String));
}
