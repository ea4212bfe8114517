import type { Deployment } from '../deploy/deployment.ts';
import type { TargetHistory } from '../deploy/history/read.ts';
import { prepareLedger } from '../deploy/ledger/prepare.ts';
import { beginRun } from '../deploy/ledger/write.ts';
import { Watch } from '../deploy/run/watch.ts';
import { LockstepError } from '../errors.ts';
import type { Report } from '../report/model.ts';
import { busyReport, deploymentFor, tellWait } from './deployment.ts';
import type { Io } from './io.ts';
import { closingRun } from './run-row.ts';
import { lockOf, reportOf, type TargetFrame, type TargetOutcome } from './target-report.ts';

/**
 * Work that writes to the ledger and runs no migration: under the lock, with a row among the runs, and the history anew.
 * `work` gets the history as it is then.
 */
export async function writingUnderLock(
  frame: TargetFrame,
  io: Io,
  work: (deployment: Deployment, history: TargetHistory) => Promise<TargetOutcome>,
): Promise<Report> {
  const { settings, inputs, opened, notices } = frame;
  const { target } = opened;
  if (target.pooler === 'transaction') {
    throw new LockstepError(
      'pooler-transaction',
      `${target.address} is a pooler in transaction mode: a lock would hold for nobody.`,
      {
        hint: opened.poolerHelp,
      },
    );
  }
  const watch = new Watch(target, io.signal);
  const deployment = deploymentFor(settings, io, inputs, opened, watch, notices);
  try {
    const lock = await deployment.lock(tellWait(io));
    if (!lock.acquired) return busyReport(frame, lock);
    const locked = { since: performance.now(), waitedMs: lock.waitedMs, returns: deployment.returns };
    const history = await deployment.history();
    const { role, database } = target;
    const { session } = deployment;
    await prepareLedger(session, { ledger: opened.ledger, source: opened.source, history, role, database });
    deployment.runId = await beginRun(session, opened.ledger, deployment.request.identity, lock.waitedMs);
    const outcome = await closingRun(deployment, io, notices, locked, () => work(deployment, history));
    return reportOf(frame, { lock: lockOf(opened.key, lock), ...outcome });
  } finally {
    await watch.close();
    await deployment.close();
  }
}
