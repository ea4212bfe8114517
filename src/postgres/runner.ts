import { excerpt } from '../project/place.ts';
import { parseScript, type Statement, type SyntaxProblem } from '../project/sql.ts';
import { ownTransaction } from '../project/transaction.ts';
import type { Execution, Script } from '../project/types.ts';
import type { SqlErrorReport, StatementReport } from '../report/model.ts';
import type { Session } from './session.ts';
import { type Origin, sqlError } from './sql-error.ts';

/**
 * The one script runner: rehearsal and deploy both run migrations through it, so that what was rehearsed is what runs.
 * It keeps the transaction semantics of the project's tool and starts each script in a clean session.
 */

export interface ScriptRun {
  readonly script: Script;
  readonly execution: Execution;
  /** SQL that records the migration in the tool's own table: same transaction where the script has one. */
  readonly record?: string | undefined;
}

export type ScriptOutcome = {
  readonly durationMs: number;
  readonly statements: readonly StatementReport[];
} & (
  | { readonly status: 'applied'; readonly error?: undefined }
  /** `partial`: statements before the failing one took effect and stay. */
  | { readonly status: 'failed' | 'partial'; readonly error: SqlErrorReport }
);

/** Runs a script; one that does not parse fails before the server sees it. Never throws for what Postgres says: it is in the outcome. */
export async function runScript(session: Session, run: ScriptRun): Promise<ScriptOutcome> {
  const { statements, problem } = parseScript(run.script);
  if (problem) return { status: 'failed', durationMs: 0, statements: [], error: syntaxError(run.script, problem) };
  const started = performance.now();
  const reports: StatementReport[] = [];
  const error = await attempt(session, run, statements, reports);
  const durationMs = rounded(performance.now() - started);
  if (error === undefined) return { status: 'applied', durationMs, statements: reports };
  const stays = run.execution === 'autocommit' ? reports.length : 0;
  const ranBefore = before(reports.length, stays > 0);
  return {
    status: stays > 0 ? 'partial' : 'failed',
    durationMs,
    statements: reports,
    error: ranBefore === undefined ? error : { ...error, ranBefore },
  };
}

async function attempt(
  session: Session,
  run: ScriptRun,
  statements: readonly Statement[],
  reports: StatementReport[],
): Promise<SqlErrorReport | undefined> {
  const origin: Origin = { path: run.script.path, text: run.script.text, offset: statements[0]?.start ?? 0 };
  try {
    await session.reset();
    if (run.execution === 'transaction' || ownTransaction(statements)) {
      return await inTransaction(session, run, statements, reports);
    }
    const failed =
      run.execution === 'implicit'
        ? await implicitly(session, run.script, statements, reports)
        : await oneByOne(session, run.script, statements, reports);
    if (failed === undefined && run.record) await session.run(run.record);
    return failed;
  } catch (error) {
    return sqlError(error, origin);
  }
}

/** BEGIN, the statements, the record, COMMIT. A BEGIN ... COMMIT of the file's own round all of it is taken over. */
async function inTransaction(
  session: Session,
  run: ScriptRun,
  statements: readonly Statement[],
  reports: StatementReport[],
): Promise<SqlErrorReport | undefined> {
  const own = ownTransaction(statements);
  const inner = own ? statements.slice(1, -1) : statements;
  await session.run(own ? (statements[0]?.sql ?? 'BEGIN') : 'BEGIN');
  const failed = await oneByOne(session, run.script, inner, reports);
  if (failed !== undefined) {
    await session.run('ROLLBACK').catch(() => {});
    return failed;
  }
  const last = inner.at(-1);
  const origin = {
    path: run.script.path,
    text: run.script.text,
    offset: last?.start ?? 0,
    ...(last && { statement: last.index }),
  };
  try {
    // Deferred constraints and triggers do their work here, where the failing one can still be named.
    await session.run('SET CONSTRAINTS ALL IMMEDIATE');
    if (run.record) await session.run(run.record);
    await session.run('COMMIT');
    return undefined;
  } catch (error) {
    await session.run('ROLLBACK').catch(() => {});
    return sqlError(error, origin);
  }
}

async function oneByOne(
  session: Session,
  script: Script,
  statements: readonly Statement[],
  reports: StatementReport[],
): Promise<SqlErrorReport | undefined> {
  for (const statement of statements) {
    const started = performance.now();
    try {
      await session.run(statement.sql);
    } catch (error) {
      return sqlError(error, {
        path: script.path,
        text: script.text,
        offset: statement.start,
        statement: statement.index,
      });
    }
    reports.push(report(statement, performance.now() - started));
  }
  return undefined;
}

/** The whole script as one simple query, as Prisma, golang-migrate and others send it. */
async function implicitly(
  session: Session,
  script: Script,
  statements: readonly Statement[],
  reports: StatementReport[],
): Promise<SqlErrorReport | undefined> {
  const { completed, error } = await session.runTimed(script.text);
  completed.forEach(({ at }, index) => {
    const statement = statements[index];
    if (statement) reports.push(report(statement, at - (completed[index - 1]?.at ?? 0)));
  });
  if (error === undefined) return undefined;
  const failing = statements[Math.min(completed.length, statements.length - 1)];
  const placed = sqlError(error, { path: script.path, text: script.text, offset: 0 });
  const positioned = (error as { position?: string }).position !== undefined;
  if (positioned || failing === undefined) return { ...placed, ...(failing && { statement: failing.index }) };
  return sqlError(error, { path: script.path, text: script.text, offset: failing.start, statement: failing.index });
}

function syntaxError(script: Script, { message, line, column }: SyntaxProblem): SqlErrorReport {
  return {
    message,
    sqlstate: '42601',
    path: script.path,
    line,
    column,
    excerpt: excerpt(script.text, { line, column }),
  };
}

function report(statement: Statement, durationMs: number): StatementReport {
  const { index, line, endLine, sql } = statement;
  return { index, line, endLine, sql, durationMs: rounded(durationMs) };
}

function before(count: number, stays: boolean): string | undefined {
  if (count === 0) return undefined;
  const ran = count === 1 ? '1 statement' : `${count} statements`;
  return stays
    ? `${ran} of this file ran before it and took effect`
    : `${ran} of this file ran before it and ${count === 1 ? 'was' : 'were'} rolled back`;
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
