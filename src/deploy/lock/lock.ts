import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../postgres/session.ts';
import type { SessionReport } from '../../report/target-model.ts';
import type { OnBusy } from '../../settings/types.ts';
import { lockHolder } from './holder.ts';
import { releaseSql, tryLockSql } from './key.ts';

interface LockRequest {
  readonly session: Session;
  readonly key: bigint;
  /** Milliseconds. */
  readonly waitMs: number;
  readonly onBusy: OnBusy;
  readonly signal: AbortSignal;
  /** Told when the wait begins, and now and then while it lasts. */
  readonly onWait: (holder: SessionReport | undefined, waitedMs: number) => void;
  /** Done once, when the wait begins: what can be made ready before it is over. That it fails changes nothing. */
  readonly meanwhile: (session: Session) => Promise<unknown>;
}

export interface LockAnswer {
  readonly acquired: boolean;
  readonly waitedMs: number;
  /** Who was in the way, as last seen. */
  readonly holder: SessionReport | undefined;
  /** The migration tool's own lock, when that is what was not to be had. */
  readonly of?: { readonly tool: string; readonly key: bigint };
}

/** Between two tries, with jitter: fifty runs that wait for one do not all ask at the same moment, and follow each other soon. */
const POLL = { first: 50, most: 100 } as const;
/** A log needs to hear of a wait now and then. */
const TELL_MS = 10_000;

/**
 * Takes the lock on the session that will run the migrations. It is tried again and again in autocommit: a blocking wait
 * holds a snapshot, and deadlocks with the holder's CREATE INDEX CONCURRENTLY. Rejects with pg's error, or the signal's.
 */
export async function takeLock(request: LockRequest): Promise<LockAnswer> {
  const { session, key, waitMs, onBusy, signal, onWait, meanwhile } = request;
  const started = performance.now();
  let holder: SessionReport | undefined;
  let toldAt: number | undefined;
  for (let pause: number = POLL.first; ; pause = Math.min(POLL.most, pause * 1.5)) {
    signal.throwIfAborted();
    if (await tryLock(session, key)) return { acquired: true, waitedMs: elapsed(started), holder };
    const waitedMs = elapsed(started);
    const tell = toldAt === undefined || waitedMs - toldAt >= TELL_MS;
    if (tell || onBusy !== 'wait') holder = (await lockHolder(session, key)) ?? holder;
    if (onBusy !== 'wait' || waitedMs >= waitMs) return { acquired: false, waitedMs, holder };
    if (tell) {
      onWait(holder, waitedMs);
      if (toldAt === undefined) await meanwhile(session).catch(() => {});
      toldAt = waitedMs;
    }
    const jittered = pause * (0.5 + Math.random());
    await sleep(Math.max(1, Math.min(jittered, waitMs - waitedMs)), undefined, { signal });
  }
}

export async function tryLock(session: Session, key: bigint): Promise<boolean> {
  const [result] = await session.run(tryLockSql(key));
  return (result?.rows[0] as { got: boolean } | undefined)?.got === true;
}

/** Lets go of it. A session that is gone has let go already. */
export async function releaseLock(session: Session, key: bigint): Promise<void> {
  await session.run(releaseSql(key)).catch(() => {});
}

function elapsed(started: number): number {
  return Math.round(performance.now() - started);
}
