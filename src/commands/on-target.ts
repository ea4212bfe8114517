import { DatabaseError } from 'pg';
import { LockGone } from '../deploy/run/loss.ts';
import { MISSING_RIGHT, NO_RIGHT } from '../deploy/run/rights.ts';
import type { Target } from '../deploy/target/target.ts';
import { LockstepError, messageOf } from '../errors.ts';
import type { Report } from '../report/model.ts';
import { redact } from '../services/redact.ts';
import type { Settings } from '../settings/types.ts';
import type { Io } from './io.ts';
import { appliedByStatus } from './status-command.ts';
import { readTargetPlace, readTargetProject, type TargetInputs } from './target-inputs.ts';
import type { TargetFrame } from './target-report.ts';
import { openedTarget, reachTarget } from './target-session.ts';

interface TargetRun {
  /** write: a server that is starting, or full, is waited for longer. */
  readonly use: 'read' | 'write';
  /** Asked before the target is reached: what is wrong already then. */
  readonly before?: (inputs: TargetInputs) => void | Promise<void>;
}

/**
 * What every command on a target begins with, its inputs from git and the target itself, and how it ends: no session is
 * left open, and what the server refuses is told in words.
 */
export async function onTarget(
  settings: Settings,
  io: Io,
  { use, before }: TargetRun,
  work: (frame: TargetFrame) => Promise<Report>,
): Promise<Report> {
  const startedAt = io.now();
  const place = await readTargetPlace(settings, io.signal);
  if (place.urlFrom !== undefined) io.hide?.(place.url);
  const given = async (): Promise<TargetInputs> => {
    const inputs = await readTargetProject(place);
    await before?.(inputs);
    return inputs;
  };
  const { inputs, target } = await both(given, (signal) => reachTarget(settings, { ...io, signal }, place, use), io);
  const opened = openedTarget(target, inputs, () => appliedByStatus(settings, inputs, io.signal));
  try {
    return await work({ settings, inputs, opened, startedAt, now: io.now, notices: noticesOf(inputs) });
  } catch (error) {
    throw io.signal.aborted ? error : explained(error, target.address);
  } finally {
    await target.session.close();
  }
}

function noticesOf({ uncommitted, notices }: TargetInputs): string[] {
  if (uncommitted.length === 0) return [...notices];
  return [...notices, `Not committed, so that nobody else has it as it is here: ${uncommitted.join(', ')}.`];
}

/** The migrations are read while the server lets us in. What is wrong with them is told whatever the server says. */
async function both(
  read: () => Promise<TargetInputs>,
  reach: (signal: AbortSignal) => Promise<Target>,
  { signal }: Io,
): Promise<{ readonly inputs: TargetInputs; readonly target: Target }> {
  const stop = new AbortController();
  const reaching = reach(AbortSignal.any([signal, stop.signal]));
  reaching.catch(() => {});
  try {
    return { inputs: await read(), target: await reaching };
  } catch (error) {
    stop.abort();
    await reaching.then(({ session }) => session.close()).catch(() => {});
    throw error;
  }
}

/** A server's refusal, or a connection that did not come back, is no bug of ours. */
export function explained(error: unknown, address: string): unknown {
  if (error instanceof DatabaseError) {
    const state = error.code === undefined ? '' : ` (SQLSTATE ${error.code})`;
    const hints = [error.detail, error.hint, HINTS[error.code ?? '']].filter(
      (text) => text !== undefined && text !== '',
    );
    return new LockstepError('target-query-failed', `${address} refused: ${redact(error.message)}${state}`, {
      ...(hints.length === 0 ? {} : { hint: redact(hints.join('\n')) }),
      cause: error,
    });
  }
  if (!isConnectionError(error)) return error;
  return new LockstepError(
    'target-lost',
    `The connection to ${address} was lost, and could not be made again: ${redact(messageOf(error))}`,
    {
      hint: 'Start the run again: it finds out what has been done, and goes on from there.',
      cause: error,
    },
  );
}

const HINTS: Readonly<Record<string, string>> = {
  [NO_RIGHT]: MISSING_RIGHT,
  '53100': "The server's disk is full. Nothing half-done is left: make room and start the run again.",
  '25006': 'The database takes no writes: a standby, or default_transaction_read_only of the role or database.',
};

function isConnectionError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const known = ['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ECONNABORTED'];
  return (
    error instanceof LockGone ||
    known.includes(code ?? '') ||
    /^Connection terminated|not queryable/.test(messageOf(error))
  );
}
