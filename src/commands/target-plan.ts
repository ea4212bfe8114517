import { databaseContents } from '../deploy/history/contents.ts';
import { asNoted, historyFingerprint } from '../deploy/history/fingerprint.ts';
import { appliedIn, readHistory, type TargetHistory } from '../deploy/history/read.ts';
import { type TargetState, targetState } from '../deploy/history/state.ts';
import { type ApprovalRequest, approvalGate, type Listed } from '../deploy/plan/approval.ts';
import { acknowledged, gatesOf, isAccepted } from '../deploy/plan/gates.ts';
import { type PlanFile, planDigest, planText } from '../deploy/plan/plan-file.ts';
import { runsInSteps } from '../deploy/run/execution.ts';
import type { Session } from '../postgres/session.ts';
import type { Bookkeeping } from '../project/layouts/bookkeeping.ts';
import type { Layout } from '../project/layouts/layout.ts';
import { tableText } from '../project/quoting.ts';
import { loadParser, parseScript } from '../project/sql.ts';
import type { Migration } from '../project/types.ts';
import type { Gate, PlanReport } from '../report/target-model.ts';
import type { TargetInputs } from './target-inputs.ts';
import type { OpenTarget } from './target-session.ts';

/** What `apply` would do to a target as it is now. */
export interface TargetPlan {
  readonly history: TargetHistory;
  readonly state: TargetState;
  readonly gates: readonly Gate[];
  /** The plan file's text, and what the report says of it. */
  readonly text: string;
  readonly report: PlanReport;
}

interface PlanRequest {
  readonly inputs: TargetInputs;
  readonly opened: OpenTarget;
  readonly session: Session;
  readonly history: TargetHistory;
  readonly approved: PlanFile | undefined;
}

/** The history and the plan as they are without the lock. */
export async function planNow(
  { inputs, opened }: Pick<PlanRequest, 'inputs' | 'opened'>,
  approved?: PlanFile,
): Promise<TargetPlan> {
  const { session } = opened.target;
  const history = await readHistory(session, opened.history);
  return planFor({ inputs, opened, session, history, approved });
}

/** Reads only. */
export async function planFor({ inputs, opened, session, history, approved }: PlanRequest): Promise<TargetPlan> {
  const { policy, project, layout, environment } = inputs;
  const { target, source, poolerHelp } = opened;
  if (!isUnchanged(history, project.migrations, layout)) await loadParser();
  const found = targetState(history, project.migrations, layout, (path) => isAccepted(policy, path));
  const state = layout.ordersByGraph ? { ...found, outOfOrder: [] } : found;
  const noHistory = hasNoHistory(history);
  const contents = noHistory ? await databaseContents(session, ignored(inputs, source)) : undefined;
  const listed = listedIn(inputs);
  const noted = asNoted(history, acknowledged(state, policy), state.renamed);
  const base = {
    environment: environment.name,
    database: target.database,
    tool: project.tool,
    history: historyFingerprint(noted),
  };
  const text = planText({ ...base, pending: state.pending.map(listed) });
  // Most runs have nothing pending, and need no rules.
  const forbidden =
    state.pending.length === 0
      ? []
      : (await import('./forbidden.ts')).forbiddenIn(state.pending, project, layout, policy);
  const gates = [
    ...gatesOf({
      state,
      policy,
      noHistory,
      contents,
      pooler: target.pooler,
      poolerHelp,
      standby: target.standby,
      toolRefusesEdits: source?.refusesEdits === true,
      checksDue: checksDue(history),
      forbidden,
    }),
    ...(approved === undefined ? [] : [approvalGate(approvalRequest(approved, base, noted, state, listed))]),
  ];
  const pending = state.pending.map((migration) => ({
    id: migration.id,
    checksum: migration.checksum,
    transaction: runsInSteps(migration) ? ('none' as const) : ('single' as const),
    statements: parseScript(migration.up).statements?.length ?? 0,
    ...(migration.up.program === undefined ? {} : { program: true as const }),
  }));
  return {
    history,
    state,
    gates,
    text,
    report: { digest: planDigest(text), tool: project.tool, history: base.history, pending, gates: [...gates] },
  };
}

/** Most runs find nothing new: no migration is to be parsed, and to load the parser would cost more than all the rest. */
function isUnchanged(history: TargetHistory, migrations: readonly Migration[], layout: Layout): boolean {
  const checksums = new Map(history.ledger.entries.map(({ identity, checksum }) => [identity, checksum]));
  const applied = new Set(appliedIn(history));
  return migrations.every((migration) => {
    const identity = layout.identityOf(migration);
    return applied.has(identity) && checksums.get(identity) === migration.checksum;
  });
}

export function isRefused(gates: readonly Gate[]): boolean {
  return gates.some(({ open }) => !open);
}

/** How the last deploy ended, if that was before its checks had passed. */
export function checksDue({ ledger }: TargetHistory): string | undefined {
  const result = ledger.lastRun?.result;
  return result === undefined || result === 'applied' || result === 'noop' ? undefined : result;
}

/** Neither a row anywhere nor a table that could hold one. */
function hasNoHistory({ ledger, tool }: TargetHistory): boolean {
  // A ledger that is there was made by a deploy or a baseline; a tool's table may come with a schema that was copied.
  const toolSilent = tool === undefined || (tool.applied.length === 0 && tool.failed.length === 0);
  return toolSilent && !ledger.exists;
}

function ignored({ policy }: TargetInputs, source: Bookkeeping | undefined): string[] {
  return [policy.deploy.ledgerSchema, ...toolRelations(source)];
}

/** 'schema.name' of what is the tool's own, and no part of the project's schema. */
export function toolRelations(source: Bookkeeping | undefined): string[] {
  return source === undefined ? [] : [source.table, ...(source.beside ?? [])].map(tableText);
}

function listedIn({ layout }: TargetInputs): (migration: Migration) => Listed {
  return (migration) => ({
    id: migration.id,
    checksum: migration.checksum,
    identity: layout.identityOf(migration),
  });
}

function approvalRequest(
  approved: PlanFile,
  { environment, database, tool }: Pick<PlanFile, 'environment' | 'database' | 'tool'>,
  history: TargetHistory,
  state: TargetState,
  listed: (migration: Migration) => Listed,
): ApprovalRequest {
  return {
    approved,
    environment,
    database,
    tool,
    history,
    pending: state.pending.map(listed),
    applied: state.applied.map(({ migration, entry, identity }) => ({
      id: migration.id,
      // What ran is what the ledger says, whatever the file is now.
      checksum: entry?.checksum ?? migration.checksum,
      identity,
    })),
  };
}
