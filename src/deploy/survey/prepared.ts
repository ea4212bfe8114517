import type { Session } from '../../postgres/session.ts';
import type { SessionReport } from '../../report/target-model.ts';

/** Prepared transactions keep their locks, and no session is there that could be named or ended. */

interface PreparedLock {
  readonly gid: string;
  readonly owner: string;
  readonly age: number;
  /** The oid of a relation that it has locked, and how. */
  readonly relation: string;
  readonly mode: string;
}

/** Locks of prepared transactions of this database on these relations. Any role may see them. */
export async function preparedLocks(session: Session, oids: readonly string[]): Promise<readonly PreparedLock[]> {
  const { rows } = await session.client.query<PreparedLock>(
    `SELECT x.gid, x.owner::text AS owner, l.relation::text AS relation, l.mode,
        (extract(epoch FROM pg_catalog.clock_timestamp() - x.prepared) * 1000)::float8 AS age
      FROM pg_catalog.pg_prepared_xacts x
      JOIN pg_catalog.pg_locks t ON t.locktype = 'transactionid' AND t.transactionid = x.transaction AND t.pid IS NULL
      JOIN pg_catalog.pg_locks l ON l.virtualtransaction = t.virtualtransaction AND l.pid IS NULL
      WHERE x.database = pg_catalog.current_database() AND l.locktype = 'relation' AND l.relation = ANY ($1::oid[])
      ORDER BY x.prepared, x.gid`,
    [oids],
  );
  return rows;
}

/** As a session: pid 0, as Postgres itself calls it when it blocks. */
export function preparedReports(
  locks: readonly PreparedLock[],
  nameOf: (oid: string) => string | undefined,
): SessionReport[] {
  const byGid = new Map<string, PreparedLock[]>();
  for (const lock of locks) byGid.set(lock.gid, [...(byGid.get(lock.gid) ?? []), lock]);
  return [...byGid.values()].flatMap((held) => {
    const [first] = held;
    if (first === undefined) return [];
    return [
      {
        pid: 0,
        application: `prepared transaction '${first.gid}'`,
        user: first.owner,
        state: 'prepared',
        ageMs: Math.max(0, Math.round(first.age)),
        relations: [...new Set(held.flatMap(({ relation }) => nameOf(relation) ?? []))].sort(),
      },
    ];
  });
}
