import type { Deployment } from '../deploy/deployment.ts';
import type { TargetHistory } from '../deploy/history/read.ts';
import { recordMigration } from '../deploy/ledger/write.ts';
import { runsInSteps } from '../deploy/run/execution.ts';
import type { MigrationRun } from '../deploy/run/result.ts';
import { runSteps } from '../deploy/run/steps.ts';
import { runTransactional, type Task } from '../deploy/run/transactional.ts';
import { meaningHash } from '../project/meaning.ts';
import { parseScript } from '../project/sql.ts';
import type { Migration } from '../project/types.ts';
import type { StatementReport } from '../report/model.ts';
import { shorten } from '../report/shorten.ts';
import { duration } from '../report/words.ts';
import type { Io } from './io.ts';
import type { TargetInputs } from './target-inputs.ts';
import type { OpenTarget } from './target-session.ts';

/** Runs pending migrations in order, and stops at the first that does not end well. */

export interface ApplyRun {
  readonly inputs: TargetInputs;
  readonly opened: OpenTarget;
  readonly deployment: Deployment;
  readonly history: TargetHistory;
  readonly io: Io;
}

export async function runPending(
  run: ApplyRun,
  pending: readonly Migration[],
): Promise<ReadonlyMap<Migration, MigrationRun>> {
  const { io, deployment, history } = run;
  const results = new Map<Migration, MigrationRun>();
  for (const [index, migration] of pending.entries()) {
    if (io.signal.aborted) break;
    const task = taskFor(run, migration);
    io.progress.step(`applying ${migration.id} (${index + 1} of ${pending.length})`);
    const result = runsInSteps(migration)
      ? await runSteps(deployment, task, history.ledger.steps.get(task.identity) ?? [])
      : await runTransactional(deployment, task);
    results.set(migration, result);
    if (result.status !== 'applied') break;
    io.progress.group(`applied ${migration.id}`, result.statements.map(statementLine), result.durationMs);
  }
  return results;
}

/** 'line 3: CREATE TABLE orders (...) (12 ms)' */
function statementLine({ line, sql, durationMs }: StatementReport): string {
  return `line ${line}: ${shorten(sql.replace(/\s+/g, ' ').trim(), 120)} (${duration(durationMs)})`;
}

/** What records it: the ledger's row, and that of the tool's own history. */
export function taskFor({ inputs, opened, deployment }: ApplyRun, migration: Migration): Task {
  const { ledger, source } = opened;
  const identity = inputs.layout.identityOf(migration);
  const row = {
    identity,
    name: migration.id,
    path: migration.path,
    checksum: migration.checksum,
    meaning: meaningHash(migration.up),
    phase: migration.directives.phase,
    statements: parseScript(migration.up).statements?.length ?? 0,
  };
  return {
    migration,
    identity,
    record: (durationMs) => {
      const who = { ...deployment.request.identity, id: deployment.runId };
      const how = { how: 'applied', ...(durationMs === undefined ? {} : { durationMs }) } as const;
      return [...(source === undefined ? [] : [source.record(migration)]), recordMigration(ledger, row, who, how)].join(
        ';\n',
      );
    },
  };
}
