import type { Gate } from '../../report/target-model.ts';
import { historyFingerprint } from '../history/fingerprint.ts';
import type { TargetHistory } from '../history/read.ts';
import type { PlanFile } from './plan-file.ts';

/** A migration as a plan lists it. */
export interface Listed {
  readonly id: string;
  readonly checksum: string;
  readonly identity: string;
}

export interface ApprovalRequest {
  readonly approved: PlanFile;
  readonly environment: string;
  readonly database: string;
  readonly tool: string;
  readonly history: TargetHistory;
  /** What is pending now, in order, and what of the project is applied. */
  readonly pending: readonly Listed[];
  readonly applied: readonly Listed[];
}

/**
 * Whether what would run now is what was approved: the approved list, or an ordered rest of it after a run that came
 * half-way. Everything else is refused with the difference.
 */
export function approvalGate(request: ApprovalRequest): Gate {
  const details = differences(request);
  if (details.length === 0) return { name: 'approval', open: true, message: 'What will run is what was approved.' };
  return {
    name: 'approval',
    open: false,
    message: 'What would run now is not what was approved.',
    details,
    help: 'Plan again, and have the new plan approved.',
  };
}

function differences({ approved, environment, database, tool, history, pending, applied }: ApprovalRequest): string[] {
  const places = [
    ...differs('environment', approved.environment, environment),
    ...differs('database', approved.database, database),
    ...differs('tool', approved.tool, tool),
  ];
  if (places.length > 0) return places;
  const done = approved.pending.filter((one) =>
    applied.some((other) => other.id === one.id && other.checksum === one.checksum),
  );
  const rest = approved.pending.filter((one) => !done.includes(one));
  const lines = [...listDifferences(rest, pending)];
  const doneIdentities = new Set(
    applied.filter(({ id }) => done.some((one) => one.id === id)).map(({ identity }) => identity),
  );
  if (lines.length === 0 && historyFingerprint(history, doneIdentities) !== approved.history) {
    lines.push(
      'the history of the target is another one than when the plan was made: something else has been applied or taken back since',
    );
  }
  return lines;
}

function differs(what: string, before: string, now: string): string[] {
  return before === now ? [] : [`approved for the ${what} ${before}, and this is ${now}`];
}

function listDifferences(
  approved: readonly { readonly id: string; readonly checksum: string }[],
  now: readonly Listed[],
): string[] {
  const lines = [
    ...now
      .filter(({ id }) => !approved.some((one) => one.id === id))
      .map(({ id }) => `+ ${id} would run, and was not approved`),
    ...approved
      .filter(({ id }) => !now.some((one) => one.id === id))
      .map(({ id }) => `- ${id} was approved, and is not pending`),
    ...now
      .filter(({ id, checksum }) => approved.some((one) => one.id === id && one.checksum !== checksum))
      .map(({ id }) => `~ ${id} has been edited since it was approved`),
  ];
  if (lines.length > 0) return lines;
  const sameOrder = approved.every(({ id }, index) => now[index]?.id === id);
  return sameOrder
    ? []
    : [`another order: approved ${approved.map(({ id }) => id).join(', ')}; now ${now.map(({ id }) => id).join(', ')}`];
}
