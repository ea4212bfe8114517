import type { HistoryRequest } from '../deploy/history/read.ts';
import { historySource } from '../deploy/history/source.ts';
import { type Ledger, ledgerIn } from '../deploy/ledger/ledger.ts';
import { LOCK_KEY } from '../deploy/lock/key.ts';
import type { HeldToolLock } from '../deploy/lock/tool-lock.ts';
import { transactionPoolerAdvice } from '../deploy/target/providers.ts';
import { applicationName, openTarget, type Target } from '../deploy/target/target.ts';
import type { Bookkeeping } from '../project/layouts/bookkeeping.ts';
import type { TargetReport } from '../report/target-model.ts';
import type { Settings } from '../settings/types.ts';
import type { Io } from './io.ts';
import type { TargetInputs, TargetPlace } from './target-inputs.ts';

/** A target that was reached, and what of it the project's settings name. */
export interface OpenTarget {
  readonly target: Target;
  readonly ledger: Ledger;
  readonly source: Bookkeeping | undefined;
  readonly history: HistoryRequest;
  readonly key: bigint;
  readonly toolLock: HeldToolLock | undefined;
  /** The address to use in place of a pooler's. */
  readonly poolerHelp: string;
}

/** A server that is starting, or has no connection left, gets this time. */
const PATIENCE_MS = 60_000;
/** Who only looks does not wait that long. */
const READING_PATIENCE_MS = 10_000;

/** Reaches it, and finds out what it is. */
export function reachTarget(
  { actions, command }: Settings,
  io: Pick<Io, 'progress' | 'signal'>,
  { commit, url }: TargetPlace,
  use: 'read' | 'write',
): Promise<Target> {
  return openTarget({
    url,
    applicationName: applicationName({
      command,
      ...(actions?.repository === undefined ? {} : { repository: actions.repository }),
      commit,
      ...(actions === undefined || actions.runId === 0 ? {} : { runId: actions.runId }),
    }),
    signal: io.signal,
    patienceMs: use === 'write' ? PATIENCE_MS : READING_PATIENCE_MS,
    onWait: (why) => io.progress.step(why),
  });
}

/** What the settings name of a target that was reached. */
export function openedTarget(target: Target, inputs: TargetInputs, said: () => Promise<readonly string[]>): OpenTarget {
  const { policy, layout, project, location, tool } = inputs;
  const ledger = ledgerIn(policy.deploy.ledgerSchema);
  const told = historySource(layout, policy.deploy.ownHistory);
  // Its table may be missing before the first run: the tool makes it.
  const source = told && tool !== undefined ? { ...told, create: told.create ?? '' } : told;
  return {
    target,
    ledger,
    source,
    history: {
      ledger,
      source,
      layout,
      isTold: location.tool !== 'auto' || policy.deploy.ownHistory !== undefined,
      said: source === undefined && tool?.status !== undefined ? said : undefined,
      known: project.migrations,
      role: target.role,
    },
    key: policy.deploy.lockKey ?? LOCK_KEY,
    toolLock: toolLockOf(layout.name, source, target.database),
    poolerHelp: transactionPoolerAdvice(target.place),
  };
}

function toolLockOf(tool: string, source: Bookkeeping | undefined, database: string): HeldToolLock | undefined {
  if (source?.lock === undefined) return undefined;
  return { tool, keys: source.lock.keys(database), waitsBlocking: source.lock.waitsBlocking };
}

export function targetReport({ target }: OpenTarget, { environment }: TargetInputs): TargetReport {
  return {
    environment: environment.name,
    database: target.database,
    serverVersion: target.serverVersion,
    address: target.address,
    role: target.role,
    pooler: target.pooler,
  };
}
