import type { Session } from '../../postgres/session.ts';
import type { SessionReport } from '../../report/target-model.ts';
import { activity, sessionReport } from './activity.ts';
import { preparedLocks, preparedReports } from './prepared.ts';

/** How Postgres calls a prepared transaction that blocks. */
const PREPARED = 0;

/**
 * Who blocks backend `pid` right now: first those that it waits for itself, then those that they wait for, up to the ones
 * that wait for nobody. Each with what it has locked, or wants before us, of that which is waited for. To be asked on
 * another session than the blocked one, outside of a transaction: an index build would wait for that one's end too.
 */
export async function whoBlocks(session: Session, pid: number): Promise<SessionReport[]> {
  const chain = await chainOf(session, pid);
  if (chain.size === 0) return [];
  const pids = [...chain];
  const locks = await contestedLocks(session, [pid, ...pids]);
  const nameOf = new Map(locks.map(({ relation, name }) => [relation, name]));
  const seen = new Map((await activity(session, 'a.pid = ANY ($1)', [pids])).map((one) => [one.pid, one]));
  const sessions = pids.flatMap((one) => {
    const about = seen.get(one);
    if (about === undefined) return [];
    return [sessionReport(about, new Set(locks.flatMap((lock) => (lock.pid === one ? lock.name : []))))];
  });
  const prepared = chain.has(PREPARED) ? await preparedLocks(session, [...nameOf.keys()]) : [];
  return [...sessions, ...preparedReports(prepared, (oid) => nameOf.get(oid))];
}

/** The pids before `pid` in the queue, the nearest first. */
async function chainOf(session: Session, pid: number): Promise<Set<number>> {
  const chain = new Set<number>();
  let asked = [pid];
  while (asked.length > 0) {
    const { rows } = await session.client.query<{ pid: number }>(
      `SELECT DISTINCT b.pid FROM pg_catalog.unnest($1::int[]) AS w (pid),
        LATERAL pg_catalog.unnest(pg_catalog.pg_blocking_pids(w.pid)) AS b (pid) ORDER BY b.pid`,
      [asked],
    );
    asked = rows.map((row) => row.pid).filter((one) => one !== pid && !chain.has(one));
    for (const one of asked) chain.add(one);
    asked = asked.filter((one) => one !== PREPARED);
  }
  return chain;
}

interface ContestedLock {
  readonly pid: number | null;
  readonly relation: string;
  readonly name: string;
}

/** The locks of these sessions on relations that one of them waits for; on rows, the relation is its table. */
async function contestedLocks(session: Session, pids: readonly number[]): Promise<readonly ContestedLock[]> {
  const { rows } = await session.client.query<ContestedLock>(
    `WITH lock AS MATERIALIZED (
        SELECT l.* FROM pg_catalog.pg_locks l WHERE l.relation IS NOT NULL AND l.database =
          (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
      )
      SELECT DISTINCT l.pid, l.relation::text AS relation, n.nspname || '.' || c.relname AS name
      FROM lock l JOIN pg_catalog.pg_class c ON c.oid = l.relation JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE (l.pid IS NULL OR l.pid = ANY ($1)) AND l.relation IN
        (SELECT w.relation FROM lock w WHERE w.pid = ANY ($1) AND (NOT w.granted OR w.locktype = 'tuple'))`,
    [pids],
  );
  return rows;
}
