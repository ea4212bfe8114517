import type { Session } from '../../postgres/session.ts';
import type { SessionReport } from '../../report/target-model.ts';
import { type Activity, sessionReport } from '../survey/activity.ts';
import { lockCondition } from './key.ts';

/** Who holds the deploy lock, and since when it is connected. undefined: nobody, at this moment. Rejects with pg's error. */
export async function lockHolder(session: Session, key: bigint): Promise<SessionReport | undefined> {
  const [result] = await session.run(`
    SELECT a.pid, a.application_name AS application, a.usename AS user, pg_catalog.host(a.client_addr) AS client, a.state,
      (extract(epoch FROM pg_catalog.clock_timestamp() - a.backend_start) * 1000)::float8 AS age,
      NULL AS query, false AS hidden
    FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid)
    WHERE ${lockCondition(key)}`);
  const row = result?.rows[0] as Activity | undefined;
  return row === undefined ? undefined : sessionReport(row);
}
