import type { Session } from '../../postgres/session.ts';
import type { SessionReport } from '../../report/target-model.ts';
import { activity, seesOthers, sessionReport } from './activity.ts';

/** What CREATE INDEX and REINDEX CONCURRENTLY wait for, and how far they are. */

/**
 * A condition over `pg_stat_activity a`: an index that is built concurrently would wait for this session's snapshot. As
 * Postgres has it: sessions of this database, without vacuums. Replication slots and the feedback of standbys hold back
 * vacuum, but no index build waits for them: they are no sessions of the database.
 */
export const HOLDS_SNAPSHOT = `a.backend_xmin IS NOT NULL AND a.datname = pg_catalog.current_database()
  AND a.usesysid IS NOT NULL AND a.pid NOT IN (SELECT v.pid FROM pg_catalog.pg_stat_progress_vacuum v)`;

/** Who holds a snapshot in this database now, the oldest first. Any role may see that; the rest of it when `visible`. */
export async function oldSnapshots(
  session: Session,
  ownPids: readonly number[],
): Promise<{ readonly visible: boolean; readonly sessions: SessionReport[] }> {
  const visible = await seesOthers(session);
  const holders = await activity(session, `${HOLDS_SNAPSHOT} AND a.pid <> ALL ($1)`, [ownPids]);
  return { visible, sessions: holders.map((one) => sessionReport(one)) };
}

interface Progress {
  readonly phase: string | null;
  readonly locker: string | null;
  readonly blocks: number;
  readonly blocksTotal: number;
  readonly tuples: number;
  readonly tuplesTotal: number;
}

/**
 * How far the index is that backend `pid` builds, in words: 'building index: scanning table, 43 % (120000 of 280000
 * blocks)'. undefined: it builds none, or the role may not see it.
 */
export async function indexProgress(session: Session, pid: number): Promise<string | undefined> {
  await session.client.query('SELECT pg_catalog.pg_stat_clear_snapshot()');
  const { rows } = await session.client.query<Progress>(
    `SELECT p.phase, nullif(p.current_locker_pid, 0)::text AS locker, p.blocks_done::float8 AS blocks,
        p.blocks_total::float8 AS "blocksTotal", p.tuples_done::float8 AS tuples, p.tuples_total::float8 AS "tuplesTotal"
      FROM pg_catalog.pg_stat_progress_create_index p WHERE p.pid = $1`,
    [pid],
  );
  const [row] = rows;
  if (!row?.phase) return undefined;
  return `${row.phase}${detail(row.phase, row)}`;
}

function detail(phase: string, { locker, blocks, blocksTotal, tuples, tuplesTotal }: Progress): string {
  if (phase.startsWith('waiting')) return locker === null ? '' : `, locker pid ${locker}`;
  // Numbers of the phase before may still stand there.
  if (phase.includes('scanning')) return share(blocks, blocksTotal, 'blocks');
  return phase.includes('loading') ? share(tuples, tuplesTotal, 'rows') : '';
}

function share(done: number, total: number, unit: string): string {
  return total > 0 ? `, ${Math.min(100, Math.floor((done / total) * 100))} % (${done} of ${total} ${unit})` : '';
}
