import { LockstepError } from '../../errors.ts';
import type { Session } from '../../postgres/session.ts';
import { HISTORY_TABLE_NAMES } from '../history-tables.ts';
import { OLDEST_POSSIBLE, type ServerVersion } from './versions.ts';

/** May a rehearsal use a server that is not ours? It creates databases and roles there, and runs untrusted SQL. */

/** Begins the name of everything that rehearsals make on a server that is not theirs. */
export const OURS = 'lockstep_rehearsal_';

/** Matches the beginning that a run gives its names (a regular expression of Postgres). */
export const RUN_PREFIX = `^${OURS}[0-9a-f]{8}_`;

/** Throws LockstepError: rehearsal-url-rights, rehearsal-url-version, rehearsal-server-in-use. */
export async function inspectServer(session: Session, wanted: number | undefined): Promise<ServerVersion> {
  const { rows } = await session.client.query<{
    num: number;
    text: string;
    superuser: boolean;
    standby: boolean;
    role: string;
  }>(`
    SELECT current_setting('server_version_num')::int AS num, current_setting('server_version') AS text,
      current_setting('is_superuser')::boolean AS superuser, pg_is_in_recovery() AS standby, current_user AS role`);
  const [row] = rows;
  if (!row) throw new Error('the server tells nothing about itself');
  const version = { major: Math.floor(row.num / 10_000), text: row.text.split(' ')[0] ?? row.text };
  if (wanted !== undefined && version.major !== wanted) {
    throw new LockstepError(
      'rehearsal-url-version',
      `postgres_version is ${wanted}, and the server of rehearsal_url is Postgres ${version.text}`,
      {
        hint: `Use the image postgres:${wanted} for the service container, or set postgres_version to ${version.major}.`,
      },
    );
  }
  if (version.major < OLDEST_POSSIBLE) {
    throw new LockstepError('postgres-too-old', `Postgres ${version.text} is too old for a rehearsal`, {
      hint: `Use the image of production's major, ${OLDEST_POSSIBLE} or newer.`,
    });
  }
  if (row.standby) throw inUse('it is a standby of another server');
  if (!row.superuser) {
    throw new LockstepError('rehearsal-url-rights', `the user ${row.role} of rehearsal_url is not superuser`, {
      hint: 'A rehearsal makes databases, roles and extensions. Use the POSTGRES_USER of a service container that serves this job alone; leave rehearsal_url out to have a server made for you.',
    });
  }
  return version;
}

/** Refuses a server with anybody's tables in it. `connect` opens a session in another database of the server. */
export async function refuseUsedServer(
  session: Session,
  connect: (database: string) => Promise<Session>,
): Promise<void> {
  const { rows } = await session.client.query<{ name: string }>(
    'SELECT datname AS name FROM pg_database WHERE datallowconn AND NOT datistemplate AND datname !~ $1 ORDER BY 1',
    [RUN_PREFIX],
  );
  for (const { name } of rows) {
    const inside = await connect(name);
    try {
      const found = await contentsOf(inside);
      if (found !== undefined) throw inUse(`its database ${name} holds ${found}`);
    } finally {
      await inside.close();
    }
  }
}

/** What shows that a database is used, in words. What an extension brought is not counted. */
async function contentsOf({ client }: Session): Promise<string | undefined> {
  const { rows } = await client.query<{ schema: string; name: string | null }>(`
    SELECT n.nspname AS schema, c.relname AS name
    FROM pg_catalog.pg_namespace n
    LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'f', 'm')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp\\_%'
      AND (c.oid IS NOT NULL OR n.nspname = 'lockstep')
    ORDER BY 1, 2`);
  if (rows.some(({ schema }) => schema === 'lockstep'))
    return "Lockstep's own ledger (schema lockstep): it is a target of deploys";
  const history = rows.find(({ name }) => HISTORY_TABLE_NAMES.has(name ?? ''));
  if (history) return `a migration tool's history (${history.schema}.${history.name})`;
  const [first] = rows;
  if (!first) return undefined;
  return `${rows.length} ${rows.length === 1 ? 'table' : 'tables'} (${first.schema}.${first.name}${rows.length > 1 ? ', ...' : ''})`;
}

function inUse(why: string): LockstepError {
  return new LockstepError('rehearsal-server-in-use', `the server of rehearsal_url is not empty: ${why}`, {
    hint: 'It may be a server that somebody needs, so nothing was done to it. rehearsal_url must name a fresh server, a service container of this job for one; put what the rehearsal needs into rehearsal.setup. Without rehearsal_url a server is made for you.',
  });
}
