import type { Deployment } from '../deploy/deployment.ts';
import { endRun, wholeRun } from '../deploy/ledger/write.ts';
import { LockstepError, messageOf } from '../errors.ts';
import type { Session } from '../postgres/session.ts';
import type { MigrationReport, Report } from '../report/model.ts';
import type { Io } from './io.ts';
import type { TargetOutcome } from './target-report.ts';

interface Locked {
  /** By performance.now(). */
  readonly since: number;
  readonly waitedMs: number;
  /** How often the connection was lost when it was decided what to do. */
  readonly returns: number;
}

/**
 * The work of a run that has the lock: its row in the ledger is closed however it ends. One that has none yet, since there
 * was nothing to run, gets it then, unless the connection was lost meanwhile: another run may have had the lock, and ours
 * would stand there as the newer one.
 */
export async function closingRun(
  deployment: Deployment,
  io: Io,
  notices: string[],
  locked: Locked,
  work: () => Promise<TargetOutcome>,
): Promise<TargetOutcome> {
  const closing = { deployment, io, notices, locked };
  let outcome: TargetOutcome;
  try {
    outcome = asItIsNow(await work(), deployment.forgotten);
  } catch (error) {
    const told = { result: 'error', error: { code: 'error', message: messageOf(error) } } as const;
    await closeRun(closing, told, { thrown: true });
    throw error;
  }
  const gone = await closeRun(closing, outcome, { thrown: false });
  if (gone === undefined) return outcome;
  return asItIsNow({ ...outcome, result: 'error', error: gone }, deployment.forgotten);
}

/** What a target does not know any more is not applied, whatever this run has seen. */
function asItIsNow(outcome: TargetOutcome, forgotten: readonly string[]): TargetOutcome {
  if (outcome.migrations === undefined || forgotten.length === 0) return outcome;
  return {
    ...outcome,
    migrations: outcome.migrations.map((migration): MigrationReport => {
      const { id, path, status, up } = migration;
      if (status !== 'applied' || !forgotten.includes(id)) return migration;
      const error = { message: `${id} was applied, and the target does not know it any more`, path };
      return {
        ...migration,
        status: 'failed',
        ...(up === undefined ? {} : { up: { ...up, status: 'failed', error } }),
      };
    }),
  };
}

/** What the end of a run may find out: that what it has done is not there any more, or that another run has followed it. */
const GONE: ReadonlySet<string> = new Set(['history-lost', 'lock-lost']);

interface Closing {
  readonly deployment: Deployment;
  readonly io: Io;
  readonly notices: string[];
  readonly locked: Locked;
}

/** That this fails is told, and changes nothing about what was done; returns what makes the outcome untrue all the same. */
async function closeRun(
  { deployment, io, notices, locked }: Closing,
  outcome: TargetOutcome,
  { thrown }: { readonly thrown: boolean },
): Promise<Report['error']> {
  const { strip = (text: string) => text, signal } = io;
  const cancelled = thrown && signal.aborted;
  const { runId, request } = deployment;
  const applied = (outcome.migrations ?? []).filter(({ status }) => status === 'applied').length;
  const failing = outcome.migrations?.find(({ up }) => up?.error !== undefined)?.up?.error;
  const code = outcome.error?.code;
  const special = cancelled ? 'cancelled' : code === 'cancelled' || code === 'checks-failed' ? code : undefined;
  // The database may quote the URL that it was given.
  const said = outcome.error?.message ?? failing?.message;
  const error = said === undefined ? undefined : strip(said);
  const end = { result: special ?? outcome.result, applied, error };
  try {
    const close = async (session: Session): Promise<void> => {
      if (runId === undefined) {
        if (deployment.returns !== locked.returns) return;
        const startedMsAgo = performance.now() - locked.since;
        await session.run(wholeRun(request.ledger, request.identity, locked.waitedMs, { ...end, startedMsAgo }));
        return;
      }
      // Out of whatever a file has left: an open transaction, another role.
      await session.reset();
      await session.run(endRun(request.ledger, runId, end));
    };
    // A run that was cancelled has no time to come back.
    await (request.signal.aborted ? close(deployment.session) : deployment.surely(close));
    return undefined;
  } catch (problem) {
    if (problem instanceof LockstepError && GONE.has(problem.code)) return reportedError(problem);
    // Nothing stands in the ledger: neither would it for one that had something to run.
    if (runId === undefined && !thrown) throw problem;
    notices.push(`The end of this run could not be written into the ledger: ${messageOf(problem)}`);
    return undefined;
  }
}

/** An error as a report has it. */
export function reportedError(error: unknown): NonNullable<Report['error']> {
  const { code, hint } = error instanceof LockstepError ? error : { code: 'bug', hint: undefined };
  return { code, message: messageOf(error), ...(hint === undefined ? {} : { hint }) };
}
