import type { Statement } from '../../project/sql.ts';
import type { SqlErrorReport } from '../../report/model.ts';
import type { Attempt, SessionReport } from '../../report/target-model.ts';
import { howToSettle } from '../../settle.ts';
import type { Deployment } from '../deployment.ts';
import type { Step } from '../ledger/read.ts';
import type { Task } from './transactional.ts';

/** One statement of a migration that runs without a transaction. */

/** What a step needs, and where it leaves what it found out. */
export interface StepRun {
  readonly deployment: Deployment;
  readonly task: Task;
  readonly statement: Statement;
  readonly hash: string;
  readonly attempts: Attempt[];
  /** What the ledger says of it: begun by a run that did not see its end. */
  readonly begun: Step | undefined;
}

/** How a step ended. `lost`: the connection is gone, and the ledger knows more than we do. */
export type StepEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'lost'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: SqlErrorReport };

/** A try that came to nothing, for the report. */
export function noteTry(
  { attempts, statement }: StepRun,
  startedAt: Date,
  error: SqlErrorReport,
  blockers: readonly SessionReport[],
): void {
  attempts.push({
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    ...(error.sqlstate === undefined ? {} : { sqlstate: error.sqlstate }),
    message: error.message,
    statement: statement.index,
    ...(blockers.length === 0 ? {} : { blockers: [...blockers] }),
  });
}

/** Nobody but a person can say how to go on. */
export function asking({ migration }: Task, problem: string): SqlErrorReport {
  const { id, path } = migration;
  return {
    message: `${id} cannot go on by itself: ${problem}`,
    path,
    settle: true,
    hint: howToSettle(id),
  };
}
