import { setImmediate } from 'node:timers/promises';
import type { Deployment } from '../deploy/deployment.ts';
import type { TargetHistory } from '../deploy/history/read.ts';
import { forgetSteps, openMigration } from '../deploy/ledger/steps.ts';
import { recordMigration, rowOf } from '../deploy/ledger/write.ts';
import { runsInSteps } from '../deploy/run/execution.ts';
import type { MigrationRun } from '../deploy/run/result.ts';
import { runSteps } from '../deploy/run/steps.ts';
import { runTransactional, type Task } from '../deploy/run/transactional.ts';
import { messageOf } from '../errors.ts';
import { recordFacts } from '../project/layouts/record-facts.ts';
import type { Migration } from '../project/types.ts';
import type { StatementReport } from '../report/model.ts';
import { shorten } from '../report/shorten.ts';
import { duration } from '../report/words.ts';
import type { Io } from './io.ts';
import type { TargetInputs } from './target-inputs.ts';
import type { OpenTarget } from './target-session.ts';

/** Runs pending migrations in order, and stops at the first that does not end well. */

interface ApplyRun {
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
  let [task] = pending.slice(0, 1).map((first) => taskFor(run, first));
  let tellLast = (): void => {};
  for (const [index, migration] of pending.entries()) {
    if (io.signal.aborted || task === undefined) break;
    const { identity } = task;
    const running = runsInSteps(migration)
      ? runSteps(deployment, task, history.ledger.steps.get(identity) ?? [])
      : runTransactional(deployment, task);
    const following = pending[index + 1];
    const meanwhile = settled(
      beingSent().then(() => {
        tellLast();
        tellLast = () => {};
        io.progress.step(`applying ${migration.id} (${index + 1} of ${pending.length})`);
        return following === undefined ? undefined : taskFor(run, following);
      }),
    );
    const ended = await settled(running);
    // Also of one that has ended at once: what was done before it is told before it.
    const next = await meanwhile;
    if (ended.status === 'rejected' && !io.signal.aborted) {
      throw new Interrupted(ended.reason, results.set(migration, NOT_KNOWN));
    }
    const result = ended.status === 'fulfilled' ? ended.value : NOT_KNOWN;
    results.set(migration, result);
    // Nothing that a file has set (a role, a read-only transaction) is there for the next one, or for the ledger.
    await deployment.session.reset().catch(() => {});
    if (result.status !== 'applied') break;
    deployment.recorded(identity, migration.id);
    tellLast = () =>
      io.progress.group(`applied ${migration.id}`, result.statements.map(statementLine), result.durationMs);
    if (next.status === 'rejected') throw next.reason;
    task = next.value;
  }
  tellLast();
  return results;
}

/** What became of it, whatever that is. */
async function settled<T>(work: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([work]);
  return result;
}

/**
 * When what was asked is on its way: to make the next one ready, and to tell of the last, take as long as half of a small
 * migration, and the server has work meanwhile.
 */
function beingSent(): Promise<void> {
  return setImmediate();
}

/** There was no way back to the target: what was done until then is known, and told. */
export class Interrupted extends Error {
  readonly results: ReadonlyMap<Migration, MigrationRun>;

  constructor(cause: unknown, results: ReadonlyMap<Migration, MigrationRun>) {
    super(messageOf(cause), { cause });
    this.results = results;
  }
}

/** Nobody can say what has become of it. */
export const NOT_KNOWN: MigrationRun = {
  status: 'failed',
  durationMs: 0,
  statements: [],
  error: { message: 'what became of it is not known: the connection was lost, and the next run finds out' },
  attempts: [],
};

/** 'line 3: CREATE TABLE orders (...) (12 ms)' */
function statementLine({ line, sql, durationMs }: StatementReport): string {
  return `line ${line}: ${shorten(sql.replace(/\s+/g, ' ').trim(), 120)} (${duration(durationMs)})`;
}

/** What records it: the ledger's row, and that of the tool's own history. */
function taskFor({ inputs, opened: open, deployment, history }: ApplyRun, migration: Migration): Task {
  const { ledger, source, target } = open;
  const { layout, project } = inputs;
  const identity = layout.identityOf(migration);
  const row = rowOf(migration, identity);
  const previous = project.migrations[project.migrations.indexOf(migration) - 1];
  const inSteps = runsInSteps(migration);
  const begins = inSteps && source?.begin !== undefined;
  // Begun by a run before: it had no transaction then.
  const wasOpened = history.ledger.openings.has(identity);
  const begun = begins || wasOpened;
  const about = { role: target.role, previous, begun };
  const begin = (): string => source?.begin?.(migration, recordFacts(migration, { ...about, milliseconds: '0' })) ?? '';
  const opened = (): string => {
    const after = previous === undefined ? undefined : layout.identityOf(previous);
    return openMigration({ ledger, migration: identity }, after, deployment.runId);
  };
  return {
    migration,
    identity,
    ...(begins ? { begin: () => [begin(), opened()] } : {}),
    record: (durationMs) => {
      const who = { ...deployment.request.identity, id: deployment.runId };
      const facts = recordFacts(migration, {
        ...about,
        ...(durationMs === undefined ? {} : { milliseconds: String(Math.round(durationMs)) }),
      });
      const how = {
        how: 'applied',
        replace: source !== undefined,
        ...(durationMs === undefined ? {} : { durationMs }),
      } as const;
      return [
        ...(source === undefined ? [] : [source.record(migration, facts)]),
        recordMigration(ledger, row, who, how),
        ...(wasOpened && !inSteps ? [forgetSteps(ledger, identity)] : []),
      ].join(';\n');
    },
  };
}
