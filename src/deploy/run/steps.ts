import { messageOf } from '../../errors.ts';
import { errorAt, mayChangeTimeouts, statementReport } from '../../postgres/statements.ts';
import { literal } from '../../project/quoting.ts';
import { parseScript, type Statement } from '../../project/sql.ts';
import { statementHash } from '../../project/statement-hash.ts';
import { cannotRunInTransaction } from '../../project/transaction.ts';
import type { SqlErrorReport, StatementReport } from '../../report/model.ts';
import type { Attempt } from '../../report/target-model.ts';
import type { Deployment } from '../deployment.ts';
import { isApplied } from '../history/read.ts';
import type { Step } from '../ledger/read.ts';
import { forgetSteps } from '../ledger/steps.ts';
import { runBare } from './bare-step.ts';
import { runEnclosed } from './enclosed-step.ts';
import { codeOf, isLost } from './loss.ts';
import type { MigrationRun } from './result.ts';
import { isOfSession, resumeProblem } from './resume.ts';
import { MISSING_RIGHT, NO_RIGHT } from './rights.ts';
import { asking, type StepEnd, type StepRun } from './step.ts';
import { clampTimeouts } from './timeouts.ts';
import { MOST_LOSSES, type Task } from './transactional.ts';

/**
 * Runs a migration without a transaction, statement by statement, each of which is remembered in the ledger: one that was
 * done never runs again. Goes on where an earlier run stopped, if that can be told.
 */
export async function runSteps(deployment: Deployment, task: Task, known: readonly Step[]): Promise<MigrationRun> {
  const { migration, identity } = task;
  const statements = parseScript(migration.up).statements ?? [];
  const started = performance.now();
  const reports: StatementReport[] = [];
  const attempts: Attempt[] = [];
  let steps = known;
  let losses = 0;
  const end = (status: MigrationRun['status'], error?: SqlErrorReport): MigrationRun => {
    return { status, durationMs: Math.round(performance.now() - started), statements: reports, error, attempts };
  };
  const stop = (error: SqlErrorReport): MigrationRun => {
    const done = reports.length + steps.filter(({ state }) => state === 'done').length;
    return end(done > 0 ? 'partial' : 'failed', error);
  };
  for (let fresh = true; ; ) {
    try {
      if (fresh) {
        const unfinished = { identity, migration, steps, opened: true };
        const problem = steps.length === 0 ? undefined : resumeProblem(unfinished);
        if (problem !== undefined) return stop(asking(task, problem));
        const unable = await begin(deployment, task, statements, steps);
        if (unable !== undefined) return stop(unable);
        fresh = false;
      }
      const next = statements.find(
        ({ index }) => !steps.some((step) => step.statement === index && step.state === 'done'),
      );
      if (next === undefined) {
        await record(deployment, task, performance.now() - started);
        return end('applied');
      }
      deployment.request.teller.step(`${migration.id}: statement ${next.index + 1} of ${statements.length}`);
      const begun = steps.find(({ statement }) => statement === next.index);
      const hash = statementHash(next);
      const at = performance.now();
      const ended = await runOne({ deployment, task, statement: next, hash, attempts, begun });
      if (ended.kind === 'failed') return stop(ended.error);
      if (ended.kind === 'lost') throw ended.error;
      reports.push(statementReport(next, performance.now() - at));
      steps = [...steps.filter((step) => step !== begun), { statement: next.index, hash, state: 'done', before: null }];
      if (mayChangeTimeouts(next)) await deployment.session.run(clampTimeouts(deployment.request.timeouts, false));
    } catch (error) {
      if (deployment.request.signal.aborted) return stop(noted(task, error, 'the run was cancelled'));
      losses += 1;
      if (!isLost(error)) return stop(noted(task, error, `its progress could not be written: ${messageOf(error)}`));
      const history = await deployment.comeBack(error);
      if (isApplied(history, identity)) return end('applied');
      steps = history.ledger.steps.get(identity) ?? [];
      if (losses >= MOST_LOSSES)
        return stop({
          message: `${migration.id} was given up: the session was lost ${MOST_LOSSES} times while it ran`,
          path: migration.path,
          hint: 'Look into the log of the server: who ended it, or what it died of. Then start the run again: it finds out what is done.',
        });
      fresh = true;
    }
  }
}

/** Nothing to do with a statement of the file: the next run finds out what is done, and needs nobody for that. */
function noted({ migration: { id, path } }: Task, error: unknown, why: string): SqlErrorReport {
  const sqlstate = codeOf(error);
  return {
    message: `${id} was interrupted: ${why}`,
    ...(sqlstate === undefined ? {} : { sqlstate }),
    path,
    hint: `${sqlstate === NO_RIGHT ? `${MISSING_RIGHT}\n` : ''}Start the run again: it finds out what is done, and goes on there.`,
  };
}

/** One that may stand in a transaction commits together with its step; whether another one happened the catalogs tell. */
function runOne(run: StepRun): Promise<StepEnd> {
  return cannotRunInTransaction(run.statement) || run.begun?.state === 'started' ? runBare(run) : runEnclosed(run);
}

/**
 * A clean session in which all that belongs to the session, of what is done, holds again. Returns why it does not: a role
 * that is gone, for one.
 */
async function begin(
  deployment: Deployment,
  { migration, begin: opening }: Task,
  statements: readonly Statement[],
  steps: readonly Step[],
): Promise<SqlErrorReport | undefined> {
  const { session } = deployment;
  await session.reset();
  const beginning = statements.length === 0 ? undefined : opening?.();
  if (beginning !== undefined) await deployment.persistently(() => deployment.fenced(beginning));
  for (const statement of statements) {
    const done = steps.some((step) => step.statement === statement.index && step.state === 'done');
    if (!done || !isOfSession(statement)) continue;
    try {
      await session.run(statement.sql);
    } catch (error) {
      if (isLost(error)) throw error;
      return errorAt(error, migration.up, statement);
    }
    await session.run(clampTimeouts(deployment.request.timeouts, false));
  }
  // What a function or a DO block has set is in no statement that could be sent again.
  const stood = whereItStood(steps);
  if (stood !== undefined) {
    await session.run(
      `SELECT pg_catalog.set_config('search_path', ${literal(stood.search_path)}, false), pg_catalog.set_config('role', ${literal(stood.role)}, false)`,
    );
  }
  return undefined;
}

/** Where the session of a migration stood last, as the ledger has it: names mean there what they mean in the file. */
export function whereItStood(steps: readonly Step[]): ReturnType<typeof sessionOf> {
  const known = ({ state, before }: Step): boolean => state === 'done' && sessionOf(before) !== undefined;
  return sessionOf(steps.findLast(known)?.before);
}

/** After one step. */
function sessionOf(kept: unknown): { readonly search_path: string; readonly role: string } | undefined {
  const { search_path: path, role } = (kept ?? {}) as { search_path?: unknown; role?: unknown };
  return typeof path === 'string' && typeof role === 'string' ? { search_path: path, role } : undefined;
}

/** With its row its steps are of no more use: found beside a migration that is rolled back later, they would be taken for done. */
async function record(deployment: Deployment, task: Task, durationMs: number): Promise<void> {
  await deployment.session.reset();
  const recording = [task.record(durationMs), forgetSteps(deployment.request.ledger, task.identity)];
  await deployment.persistently(() => deployment.fenced(recording));
}
