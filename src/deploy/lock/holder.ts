import type { Session } from '../../postgres/session.ts';
import type { SessionReport } from '../../report/target-model.ts';
import { lockCondition } from './key.ts';

/** Who holds the deploy lock. undefined: nobody, at this moment. Rejects with pg's error. */
export async function lockHolder(session: Session, key: bigint): Promise<SessionReport | undefined> {
  const [result] = await session.run(`
    SELECT a.pid, a.application_name AS application, a.usename AS user, a.client_addr::text AS client, a.state,
      (extract(epoch FROM pg_catalog.clock_timestamp() - a.backend_start) * 1000)::float8 AS age
    FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
    WHERE ${lockCondition(key)}`);
  const row = result?.rows[0] as HolderRow | undefined;
  if (row === undefined) return undefined;
  return {
    pid: row.pid,
    ...(row.application ? { application: row.application } : {}),
    ...(row.user ? { user: row.user } : {}),
    ...(row.client ? { client: row.client } : {}),
    ...(row.state ? { state: row.state } : {}),
    ...(row.age === null ? {} : { ageMs: Math.max(0, Math.round(row.age)) }),
  };
}

interface HolderRow {
  readonly pid: number;
  readonly application: string | null;
  readonly user: string | null;
  readonly client: string | null;
  readonly state: string | null;
  readonly age: number | null;
}
