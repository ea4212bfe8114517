import { excerpt } from '../project/place.ts';
import { parseScript, type Statement, type SyntaxProblem } from '../project/sql.ts';
import { ownTransaction } from '../project/transaction.ts';
import type { Execution, Script } from '../project/types.ts';
import type { SqlErrorReport, StatementReport } from '../report/model.ts';
import { Effects } from './effects.ts';
import type { Session } from './session.ts';
import { type Origin, shortened, sqlError } from './sql-error.ts';

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
  const ran: Ran = { reports: [], effects: new Effects() };
  const error = await attempt(session, run, statements, ran);
  const durationMs = rounded(performance.now() - started);
  if (error === undefined) return { status: 'applied', durationMs, statements: ran.reports };
  const { kept, undone } = ran.effects.end();
  const ranBefore = before(kept, undone);
  return {
    status: kept > 0 ? 'partial' : 'failed',
    durationMs,
    statements: ran.reports,
    error: ranBefore === undefined ? error : { ...error, ranBefore },
  };
}

/** What ran so far. */
interface Ran {
  readonly reports: StatementReport[];
  readonly effects: Effects;
}

async function attempt(
  session: Session,
  run: ScriptRun,
  statements: readonly Statement[],
  ran: Ran,
): Promise<SqlErrorReport | undefined> {
  const origin: Origin = { path: run.script.path, text: run.script.text, offset: statements[0]?.start ?? 0 };
  try {
    await session.reset();
    if (run.execution === 'transaction' || ownTransaction(statements)) {
      return await inTransaction(session, run, statements, ran);
    }
    const failed =
      run.execution === 'implicit'
        ? await implicitly(session, run.script, statements, ran)
        : await oneByOne(session, run.script, statements, ran);
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
  ran: Ran,
): Promise<SqlErrorReport | undefined> {
  const own = ownTransaction(statements);
  const inner = own ? statements.slice(1, -1) : statements;
  await session.run(own ? (statements[0]?.sql ?? 'BEGIN') : 'BEGIN');
  const failed = await oneByOne(session, run.script, inner, ran);
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
  ran: Ran,
): Promise<SqlErrorReport | undefined> {
  for (const statement of statements) {
    const started = performance.now();
    const { completed, error } = await session.runTimed(statement.sql);
    if (error !== undefined) {
      return sqlError(error, {
        path: script.path,
        text: script.text,
        offset: statement.start,
        statement: statement.index,
      });
    }
    ran.reports.push(report(statement, performance.now() - started));
    ran.effects.done(statement, completed.at(-1)?.tag ?? '', session.inTransaction);
  }
  return undefined;
}

/** The whole script as one simple query, as Prisma, golang-migrate and others send it. */
async function implicitly(
  session: Session,
  script: Script,
  statements: readonly Statement[],
  ran: Ran,
): Promise<SqlErrorReport | undefined> {
  const { completed, error } = await session.runTimed(script.text);
  completed.forEach(({ at, tag }, index) => {
    const statement = statements[index];
    if (statement === undefined) return;
    ran.reports.push(report(statement, at - (completed[index - 1]?.at ?? 0)));
    ran.effects.done(statement, tag, true);
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

/** A longer statement (rows that a migration brings along) is in its file. */
const SQL_CHARACTERS = 10_000;

function report(statement: Statement, durationMs: number): StatementReport {
  const { index, line, endLine, sql } = statement;
  return { index, line, endLine, sql: shortened(sql, SQL_CHARACTERS), durationMs: rounded(durationMs) };
}

function before(kept: number, undone: number): string | undefined {
  const count = kept + undone;
  if (count === 0) return undefined;
  const ran = `${count} ${count === 1 ? 'statement' : 'statements'} of this file ran before it`;
  const were = undone === 1 ? 'was' : 'were';
  if (undone === 0) return `${ran} and took effect`;
  return kept === 0 ? `${ran} and ${were} rolled back` : `${ran}: ${kept} took effect, ${undone} ${were} rolled back`;
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
