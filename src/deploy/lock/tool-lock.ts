import { setTimeout as sleep } from 'node:timers/promises';
import { LockstepError } from '../../errors.ts';
import type { Session } from '../../postgres/session.ts';
import { lockHolder } from './holder.ts';
import { releaseLock, tryLock } from './lock.ts';

/** The migration tool's own lock, held beside ours: whoever starts the tool itself must not get between. */
export interface HeldToolLock {
  readonly tool: string;
  readonly keys: readonly bigint[];
  readonly waitsBlocking: boolean;
}

const POLL_MS = 100;

/**
 * Takes it again: after a statement that it must not be held for, or on a new session. Asks again and again, and never waits
 * for it in the server. Throws `lock-lost`, with who has it.
 */
export async function retakeToolLock(
  session: Session,
  { tool, keys }: HeldToolLock,
  limitMs: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (const key of keys) {
    while (!(await tryLock(session, key))) {
      signal.throwIfAborted();
      if (performance.now() > deadline) {
        const holder = await lockHolder(session, key);
        const who = holder === undefined ? 'somebody else' : `${holder.application || 'a session'} (pid ${holder.pid})`;
        throw new LockstepError('lock-lost', `The lock of ${tool} was let go of, and ${who} holds it now.`, {
          hint: `Let ${tool} end, then start the run again: it goes on where this one was interrupted.`,
        });
      }
      await sleep(POLL_MS * (0.5 + Math.random()), undefined, { signal });
    }
  }
}

/** Lets go of it. Never rejects. */
export async function releaseToolLock(session: Session, { keys }: HeldToolLock): Promise<void> {
  for (const key of keys) await releaseLock(session, key);
}
