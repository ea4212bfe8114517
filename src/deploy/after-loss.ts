import { LockstepError } from '../errors.ts';
import type { Session } from '../postgres/session.ts';
import { isApplied, type TargetHistory } from './history/read.ts';
import type { Ledger } from './ledger/ledger.ts';

/** Whether a run that was away may go on, by what the target says when it is back. */

/** Ids of what a run has applied and the target does not know any more. `recorded`: ids by identity. */
export function forgottenIn(history: TargetHistory, recorded: ReadonlyMap<string, string>): string[] {
  return [...recorded].filter(([identity]) => !isApplied(history, identity)).map(([, id]) => id);
}

interface Return {
  readonly session: Session;
  readonly ledger: Ledger;
  readonly history: TargetHistory;
  readonly runId: string;
  /** See forgottenIn(). */
  readonly forgotten: readonly string[];
}

/**
 * Nobody else has been there, and nothing of ours is gone. Throws `lock-lost`: another run that had the lock meanwhile has
 * called ours lost, and what we planned is not what is there any more. Throws `history-lost`: a standby that took over may
 * lack what its primary had committed.
 */
export async function requireUnchanged({ session, ledger, history, runId, forgotten }: Return): Promise<void> {
  const sql = `SELECT result FROM ${ledger.runs} WHERE id = ${runId}`;
  const [found] = history.ledger.exists ? await session.run(sql) : [];
  const row = found?.rows[0] as { readonly result: string } | undefined;
  if (row !== undefined && row.result !== 'running') {
    const message = 'The connection was lost, and meanwhile another run has worked on the target.';
    throw new LockstepError('lock-lost', message, { hint: 'Start the run again: it plans anew.' });
  }
  if (forgotten.length > 0) throw historyLost(`what this run has applied: ${forgotten.join(', ')}`);
  if (row === undefined) throw historyLost('that this run has begun');
}

function historyLost(what: string): LockstepError {
  return new LockstepError('history-lost', `The connection was lost, and the target does not know any more ${what}.`, {
    hint: 'Another server may have taken over, without the last commits of the one before. Look into that first; then start the run again: it plans anew.',
  });
}
