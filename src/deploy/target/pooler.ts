import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../postgres/session.ts';

/**
 * What stands between us and the server. Nothing is set and no lock is taken: on a pooled connection either would stay with
 * whoever gets it next.
 */

export type Pooler = 'none' | 'session' | 'transaction';

/** For a second connection, and then again for the questions. */
const LIMIT_MS = 2_000;
/** A query that waits for longer than this waits for a server connection. */
const STARVING_MS = 300;
const ROUNDS_WHILE_STARVING = 4;
/** The longest wait for a notification, which takes as long as an answer. */
const NOTIFICATION_MS = 1_000;
const CLEANING_TRIES = 20;

/**
 * Tells whether `session` keeps its backend between transactions. Nothing but a proof of that counts: whatever cannot be told
 * in time is taken for transaction pooling. `another` opens a second session to the same place.
 */
export async function detectPooler(
  session: Session,
  { backendPid, standby }: { readonly backendPid: number; readonly standby: boolean },
  another: (signal: AbortSignal) => Promise<Session>,
  signal: AbortSignal,
): Promise<Pooler> {
  if (session.protocolPid === backendPid) return 'none';
  const limit = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  let other: Session | undefined;
  try {
    other = await another(limit());
    return await within(limit(), probe(session, other, { backendPid, standby }));
  } catch (error) {
    signal.throwIfAborted();
    // Supabase's pooler: what it counts is what a session pooler gives away. Else nothing could tell in time.
    return error instanceof Error && /in session mode/i.test(error.message) ? 'session' : 'transaction';
  } finally {
    // It may be waiting for a server connection: a goodbye could wait as long.
    other?.cut();
  }
}

async function probe(
  a: Session,
  b: Session,
  { backendPid, standby }: { readonly backendPid: number; readonly standby: boolean },
): Promise<Pooler> {
  const first = pidOf(b);
  if ((await orLater(first, STARVING_MS)) === undefined && (await keepsWhileStarving(a, first, backendPid))) {
    return 'session';
  }
  // Twice the same client at a stretch: a pooler that takes its server connections in turns cannot give it the same.
  const bPids = [await first, await pidOf(b)];
  const aPids = [backendPid, await pidOf(a), await pidOf(a)];
  const [bFirst] = bPids;
  const moved = aPids.some((pid) => pid !== backendPid) || bPids.some((pid) => pid !== bFirst);
  if (moved || bFirst === backendPid) return 'transaction';
  // A standby takes no LISTEN: there it is enough that two clients kept two server connections.
  return standby || (await isNotified(a, b)) ? 'session' : 'transaction';
}

/**
 * Whether A is answered by its own backend again and again while B, who asked before, waits for any: a pooler that gives
 * server connections away by transaction serves who waits first.
 */
async function keepsWhileStarving(a: Session, b: Promise<number>, backendPid: number): Promise<boolean> {
  let answered = false;
  b.then(
    () => {
      answered = true;
    },
    () => {},
  );
  for (let round = 0; round < ROUNDS_WHILE_STARVING; round += 1) {
    const pid = await pidOf(a);
    if (pid !== backendPid) return false;
    await sleep(STARVING_MS / ROUNDS_WHILE_STARVING);
    if (answered) return false;
  }
  return true;
}

/**
 * Whether A hears a notification while it does nothing: only who owns a backend is told what arrives there. Holds also where
 * A and B come to two processes of one pooler, which share nothing.
 */
async function isNotified(a: Session, b: Session): Promise<boolean> {
  const channel = `lockstep_probe_${randomBytes(8).toString('hex')}`;
  const [listened] = (await a.run(`LISTEN ${channel}; SELECT pg_backend_pid() AS pid`)).slice(-1);
  let stopHearing = (): void => {};
  const heard = new Promise<true>((resolve) => {
    const onNotification = (message: { readonly channel: string }): void => {
      if (message.channel === channel) resolve(true);
    };
    a.client.on('notification', onNotification);
    stopHearing = () => a.client.off('notification', onNotification);
  });
  try {
    await b.run(`NOTIFY ${channel}`);
    return (await orLater(heard, NOTIFICATION_MS)) === true;
  } finally {
    stopHearing();
    await unlisten(a, channel, listened?.rows[0]?.pid);
  }
}

/** Ends the listening where it began, which with transaction pooling can be another backend than the next one. */
async function unlisten(a: Session, channel: string, pid: unknown): Promise<void> {
  for (let round = 0; round < CLEANING_TRIES; round += 1) {
    const [there] = (await a.run(`UNLISTEN ${channel}; SELECT pg_backend_pid() AS pid`)).slice(-1);
    if (there?.rows[0]?.pid === pid) return;
  }
}

async function pidOf(session: Session): Promise<number> {
  const { rows } = await session.client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

/** undefined: not yet. */
async function orLater<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const stop = new AbortController();
  try {
    return await Promise.race([work, sleep(ms, undefined, { signal: stop.signal }).catch(() => undefined)]);
  } finally {
    stop.abort();
  }
}

async function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  // What is late fails when the second session is cut.
  work.catch(() => {});
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
