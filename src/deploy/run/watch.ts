import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../postgres/session.ts';
import type { SessionReport } from '../../report/target-model.ts';
import { whoBlocks } from '../survey/blocking.ts';
import { indexProgress, oldSnapshots } from '../survey/snapshots.ts';
import type { Target } from '../target/target.ts';
import { KEEPALIVE } from './timeouts.ts';

interface Watched {
  /** The backend that runs the statement. */
  readonly pid: number;
  /** Milliseconds; the first look comes before a statement would give up. */
  readonly lookAfterMs: number;
  /** Of a CONCURRENTLY statement: what it waits for, and how far it is. */
  readonly concurrently: boolean;
  /** Something that the reader should see now. */
  readonly onNews: (text: string) => void;
}

export interface Sight<T> {
  readonly value: T;
  /** Who was last seen in the way. */
  readonly blockers: readonly SessionReport[];
}

const LOOK_EVERY_MS = 500;
/** Given as the reason, so that none is made for each statement. */
const ENDED = 'the statement has ended';
/** A log needs no line every half second. */
const NEWS_EVERY_MS = 10_000;
const CANCEL_PATIENCE_MS = 2_500;
/** For a look. */
const ANSWER_MS = 5_000;
const CLOSE_MS = 2_000;
/** A backend that has had nothing to do for so long has answered, and the answer did not reach us. */
const SILENCE = '5s';

/**
 * A second session, opened when a statement takes long: it sees who blocks the first one, shows how an index build goes on,
 * and cancels on demand. Where it cannot be had (no connection left), nothing is seen, and nothing else changes.
 */
export class Watch {
  readonly #target: Pick<Target, 'open'>;
  readonly #signal: AbortSignal;
  #session: Promise<Session | undefined> | undefined;
  readonly #closed = new AbortController();

  constructor(target: Pick<Target, 'open'>, signal: AbortSignal) {
    this.#target = target;
    this.#signal = signal;
  }

  /**
   * Looks at a statement until it ends. When the run is cancelled meanwhile, the statement is cancelled, and the
   * connection cut (`cut`) if that does not help.
   */
  async during<T>(watched: Watched, work: Promise<T>, cut: () => void): Promise<Sight<T>> {
    // Most statements are over before the first look, and cost nothing but a timer.
    let ending: AbortController | undefined;
    const ended = (): AbortSignal => {
      ending ??= new AbortController();
      return ending.signal;
    };
    const seen: { blockers: readonly SessionReport[] } = { blockers: [] };
    let looking: Promise<void> | undefined;
    const first = setTimeout(() => {
      looking = this.#look(watched, ended(), seen, cut).catch(() => {});
    }, watched.lookAfterMs).unref();
    const onAbort = (): void => void this.#cancel(watched.pid, cut, ended());
    if (this.#signal.aborted) onAbort();
    this.#signal.addEventListener('abort', onAbort, { once: true });
    try {
      const value = await work;
      return { value, blockers: seen.blockers };
    } finally {
      this.#signal.removeEventListener('abort', onAbort);
      clearTimeout(first);
      ending?.abort(ENDED);
      // A look that is under way must not hold up the deploy.
      if (looking !== undefined) await Promise.race([looking, sleep(LOOK_EVERY_MS, undefined, { ref: false })]);
    }
  }

  async #look(
    watched: Watched,
    ended: AbortSignal,
    seen: { blockers: readonly SessionReport[] },
    cut: () => void,
  ): Promise<void> {
    for (const told = { at: Number.NEGATIVE_INFINITY }; !ended.aborted; ) {
      // A look that fails is no reason to look no more: the network may have been cut for a while, for both of us.
      const done = await this.#lookOnce(watched, ended, seen, told).catch(() => false);
      if (done) {
        if (!ended.aborted) cut();
        return;
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: ended, ref: false });
    }
  }

  /** Whether there is nothing to wait for any more. */
  async #lookOnce(
    watched: Watched,
    ended: AbortSignal,
    seen: { blockers: readonly SessionReport[] },
    told: { at: number },
  ): Promise<boolean> {
    const session = await this.session();
    if (session === undefined || ended.aborted) return false;
    if (await isDone(session, watched.pid)) return true;
    const blockers = await whoBlocks(session, watched.pid);
    if (blockers.length > 0) seen.blockers = blockers;
    const news = await newsOf(session, watched, blockers);
    if (news !== undefined && performance.now() - told.at >= NEWS_EVERY_MS && !ended.aborted) {
      watched.onNews(news);
      told.at = performance.now();
    }
    return false;
  }

  async #cancel(pid: number, cut: () => void, ended: AbortSignal): Promise<void> {
    const patience = setTimeout(() => {
      if (!ended.aborted) cut();
    }, CANCEL_PATIENCE_MS);
    try {
      const session = await this.session();
      if (session === undefined) cut();
      else if (!ended.aborted) await session.client.query('SELECT pg_catalog.pg_cancel_backend($1)', [pid]);
    } catch {
      cut();
    } finally {
      ended.addEventListener('abort', () => clearTimeout(patience), { once: true });
      if (ended.aborted) clearTimeout(patience);
    }
  }

  /** undefined: it cannot be had. */
  async session(): Promise<Session | undefined> {
    this.#session ??= this.#open();
    const opening = this.#session;
    const session = await opening;
    if (session !== undefined && (await isAlive(session))) return session;
    // There was no connection left, the server has been restarted, or the network cut: the next look tries anew.
    if (this.#session === opening) this.#session = undefined;
    await session?.close();
    return session === undefined ? undefined : this.session();
  }

  async #open(): Promise<Session | undefined> {
    try {
      const session = await this.#target.open({ suffix: ' watch', signal: this.#closed.signal });
      session.patience = { own: ANSWER_MS, script: ANSWER_MS };
      await session.keep(KEEPALIVE);
      return session;
    } catch {
      return undefined;
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    const opening = this.#session?.then((session) => session?.close());
    this.#session = undefined;
    await Promise.race([opening, sleep(CLOSE_MS, undefined, { ref: false })]);
  }
}

/** The backend has ended, or waits for us while we wait for it: something between us swallows what it says. */
async function isDone(session: Session, pid: number): Promise<boolean> {
  const [result] = await session.run(
    `SELECT state LIKE 'idle%' AND state_change < pg_catalog.clock_timestamp() - interval '${SILENCE}' AS silent
     FROM pg_catalog.pg_stat_activity WHERE pid = ${pid}`,
  );
  const row = result?.rows[0] as { silent: boolean | null } | undefined;
  return row === undefined || row.silent === true;
}

async function isAlive(session: Session): Promise<boolean> {
  try {
    await session.run('SELECT 1');
    return true;
  } catch {
    return false;
  }
}

async function newsOf(
  session: Session,
  { pid, concurrently }: Watched,
  blockers: readonly SessionReport[],
): Promise<string | undefined> {
  if (concurrently) {
    const progress = await indexProgress(session, pid);
    const { visible, sessions } = await oldSnapshots(session, [pid]);
    const waits = sessions.length > 0 ? `older transactions: ${sessions.slice(0, 3).map(named).join('; ')}` : undefined;
    const hidden = visible ? undefined : 'older transactions of other roles are not visible';
    return [progress, waits, blockers.length === 0 ? hidden : undefined].filter(Boolean).join(', ') || undefined;
  }
  return blockers.length === 0 ? undefined : `waiting for ${blockers.slice(0, 3).map(named).join('; ')}`;
}

/** 'pid 123 (psql, ada, for 12 s)' */
export function named({ pid, application, user, ageMs }: SessionReport): string {
  const age = ageMs === undefined ? undefined : `for ${Math.round(ageMs / 1000)} s`;
  const facts = [application, user, age].filter(Boolean).join(', ');
  return `pid ${pid}${facts === '' ? '' : ` (${facts})`}`;
}
