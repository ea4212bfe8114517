import type { Session } from '../../postgres/session.ts';
import { shortened } from '../../postgres/sql-error.ts';
import type { SessionReport } from '../../report/target-model.ts';
import { redact } from '../../services/redact.ts';

/** What the server shows of other sessions, as far as the role may see it. */

export interface Activity {
  readonly pid: number;
  readonly application: string | null;
  readonly user: string | null;
  readonly client: string | null;
  readonly state: string | null;
  /** Of its transaction, in milliseconds. */
  readonly age: number | null;
  readonly query: string | null;
  /** The role may not see its state, age and query. */
  readonly hidden: boolean;
}

/** An expression over `pg_stat_activity a`: the role may not see what that session does. */
const HIDDEN = `NOT (pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
  OR coalesce(pg_catalog.pg_has_role(a.usesysid, 'USAGE'), false))`;

/** Postgres' own workers have no name but what they are. */
const NAME = `CASE WHEN a.usesysid IS NULL THEN a.backend_type ELSE a.application_name END`;

/** Sessions, by a condition over `pg_stat_activity a`, those with the oldest transactions or snapshots first. */
export async function activity(
  session: Session,
  where: string,
  values: readonly unknown[] = [],
): Promise<readonly Activity[]> {
  // Within one transaction the first look at it is shown again and again.
  await session.client.query('SELECT pg_catalog.pg_stat_clear_snapshot()');
  const { rows } = await session.client.query<Activity>(
    `SELECT a.pid, ${NAME} AS application, a.usename AS user, pg_catalog.host(a.client_addr) AS client, a.state,
        (extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start) * 1000)::float8 AS age, a.query, ${HIDDEN} AS hidden
      FROM pg_catalog.pg_stat_activity a
      WHERE a.pid <> pg_catalog.pg_backend_pid() AND (${where})
      ORDER BY a.xact_start, pg_catalog.age(a.backend_xmin) DESC, a.pid`,
    [...values],
  );
  return rows;
}

/** Whether nothing that sessions of this database do is hidden from the role. */
export async function seesOthers(session: Session): Promise<boolean> {
  const hidden = await activity(
    session,
    `${HIDDEN} AND a.datname = pg_catalog.current_database() AND a.usesysid IS NOT NULL`,
  );
  return hidden.length === 0;
}

/** `relations`: what it has locked, by name. What is hidden or empty is absent. */
export function sessionReport(seen: Activity, relations: Iterable<string> = []): SessionReport {
  const { pid, application, user, client, state, age, query, hidden } = seen;
  const locked = [...relations].sort();
  return {
    pid,
    ...(application ? { application } : {}),
    ...(user ? { user } : {}),
    ...(client ? { client } : {}),
    ...(state ? { state } : {}),
    ...(age === null ? {} : { ageMs: Math.max(0, Math.round(age)) }),
    ...(query && !hidden ? { query: queryLine(query) } : {}),
    ...(locked.length === 0 ? {} : { relations: locked }),
  };
}

const QUERY_CHARACTERS = 200;
/** What ALTER ROLE and its relatives are given. The server may have cut the text before the closing quote. */
const PASSWORD = /(\bpassword\s+)(?:[eu]&?)?(?:'(?:[^']|'')*(?:'|$)|\$(\w*)\$[\s\S]*?(?:\$\2\$|$))/gi;

/** One line of a query's text, without the secrets that are known by their looks. */
function queryLine(query: string): string {
  const safe = redact(query.replace(PASSWORD, '$1***'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a query may hold any, and a terminal obeys them.
  return shortened(safe.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ').trim(), QUERY_CHARACTERS);
}
