import { setTimeout as sleep } from 'node:timers/promises';
import { conflicts } from '../../postgres/lock-modes.ts';
import type { Session } from '../../postgres/session.ts';
import type { Migration } from '../../project/types.ts';
import type { PlanReport } from '../../report/target-model.ts';
import { type Activity, activity, seesOthers, sessionReport } from './activity.ts';
import { preparedLocks, preparedReports } from './prepared.ts';
import { type TouchedRelation, touchedRelations } from './resolve.ts';
import { HOLDS_SNAPSHOT } from './snapshots.ts';
import { touchesOf, waitsForSnapshots } from './touches.ts';

/**
 * Transactions older than `olderThanMs` that the migrations would wait for now: by their locks, and where an index is
 * built CONCURRENTLY, by their snapshots. Locks and snapshots are seen by any role; how old another's transaction is and
 * what it does, only with pg_read_all_stats: `visible` tells whether that is the case.
 */
export async function longTransactions(
  session: Session,
  migrations: readonly Migration[],
  ownPids: readonly number[],
  olderThanMs = 1000,
): Promise<NonNullable<PlanReport['blockers']>> {
  const visible = await seesOthers(session);
  const touched = await touchedRelations(session, touchesOf(migrations));
  const isInTheWay = (oid: string, mode: string): boolean =>
    [...(touched.get(oid)?.modes ?? [])].some((wanted) => conflicts(wanted, mode));

  const locks = (await locksOn(session, touched)).filter(({ relation, mode }) => isInTheWay(relation, mode));
  const where = waitsForSnapshots(migrations) ? `a.pid = ANY ($1) OR (${HOLDS_SNAPSHOT})` : 'a.pid = ANY ($1)';
  const seen = await activity(session, `(${where}) AND ${STAYS} AND a.pid <> ALL ($2)`, [
    locks.map(({ pid }) => pid),
    ownPids,
  ]);
  const long = await olderThan(session, seen, olderThanMs);

  const nameOf = (oid: string): string | undefined => touched.get(oid)?.name;
  const lockedBy = (pid: number): Set<string> =>
    new Set(locks.flatMap((lock) => (lock.pid === pid ? (nameOf(lock.relation) ?? []) : [])));
  const prepared = (await preparedLocks(session, [...touched.keys()])).filter(
    ({ relation, mode, age }) => age >= olderThanMs && isInTheWay(relation, mode),
  );
  return {
    visible,
    sessions: [...long.map((one) => sessionReport(one, lockedBy(one.pid))), ...preparedReports(prepared, nameOf)],
  };
}

/** Over `pg_stat_activity a`: an autovacuum that blocks somebody is cancelled, but not when the server depends on it. */
const STAYS = `(a.usesysid IS NOT NULL OR a.backend_type IS NULL OR a.query LIKE '%to prevent wraparound%')`;

interface HeldLock {
  readonly pid: number;
  readonly relation: string;
  readonly mode: string;
}

async function locksOn(session: Session, touched: ReadonlyMap<string, TouchedRelation>): Promise<readonly HeldLock[]> {
  const { rows } = await session.client.query<HeldLock>(
    `SELECT l.pid, l.relation::text AS relation, l.mode FROM pg_catalog.pg_locks l
      WHERE l.locktype = 'relation' AND l.granted AND l.pid IS NOT NULL AND l.relation = ANY ($1::oid[])
        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())`,
    [[...touched.keys()]],
  );
  return rows;
}

/** Where the age is hidden, a transaction that is still the same after that time is as old. */
async function olderThan(session: Session, seen: readonly Activity[], ms: number): Promise<readonly Activity[]> {
  const hidden = seen.flatMap(({ pid, age }) => (age === null ? [pid] : []));
  if (hidden.length === 0) return seen.filter(({ age }) => (age ?? 0) >= ms);
  const before = await virtualIds(session, hidden);
  await sleep(ms);
  const after = await virtualIds(session, hidden);
  return seen.filter(({ pid, age }) => {
    if (age !== null) return age >= ms;
    return before.has(pid) && before.get(pid) === after.get(pid);
  });
}

/** Every transaction has a virtual id, which any role may see. */
async function virtualIds(session: Session, pids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const { rows } = await session.client.query<{ pid: number; id: string }>(
    `SELECT l.pid, l.virtualtransaction AS id FROM pg_catalog.pg_locks l
      WHERE l.locktype = 'virtualxid' AND l.granted AND l.pid = ANY ($1)`,
    [pids],
  );
  return new Map(rows.map(({ pid, id }) => [pid, id]));
}
