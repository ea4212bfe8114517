import { DatabaseError } from 'pg';
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
  readonly guard?: Guard | undefined;
}

/** What a deploy puts round a script in its transaction; the rehearsal has none of it. */
interface Guard {
  /** Sent with BEGIN: settings that hold for the transaction. */
  readonly begin: readonly string[];
  /** Sent after a statement that may have changed a timeout: the tighter one holds. */
  readonly clamp: string;
  /** Sent before the record. That it fails shows as `at: 'fence'`. */
  readonly fence: string;
}

/** Where a script came to its end, and what was thrown there: for who has to decide what to do now. */
export interface Failure {
  readonly thrown: unknown;
  /** commit: its record or its COMMIT; whether it holds is not known when the connection is gone. */
  readonly at: 'begin' | 'statement' | 'fence' | 'commit';
}

export type ScriptOutcome = {
  readonly durationMs: number;
  readonly statements: readonly StatementReport[];
} & (
  | { readonly status: 'applied'; readonly error?: undefined }
  /** `partial`: statements before the failing one took effect and stay. */
  | { readonly status: 'failed' | 'partial'; readonly error: SqlErrorReport; readonly failure?: Failure }
);

/** Runs a script; one that does not parse fails before the server sees it. Never throws for what Postgres says: it is in the outcome. */
export async function runScript(session: Session, run: ScriptRun): Promise<ScriptOutcome> {
  const { statements, problem } = parseScript(run.script);
  if (problem) return { status: 'failed', durationMs: 0, statements: [], error: syntaxError(run.script, problem) };
  const started = performance.now();
  const ran: Ran = { reports: [], effects: new Effects() };
  const failed = await attempt(session, run, statements, ran);
  const durationMs = rounded(performance.now() - started);
  if (failed === undefined) return { status: 'applied', durationMs, statements: ran.reports };
  const { error, ...failure } = failed;
  const { kept, undone } = ran.effects.end();
  const ranBefore = before(kept, undone);
  return {
    status: kept > 0 ? 'partial' : 'failed',
    durationMs,
    statements: ran.reports,
    error: ranBefore === undefined ? error : { ...error, ranBefore },
    failure,
  };
}

interface Failed extends Failure {
  readonly error: SqlErrorReport;
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
): Promise<Failed | undefined> {
  const origin: Origin = { path: run.script.path, text: run.script.text, offset: statements[0]?.start ?? 0 };
  try {
    if (run.execution === 'transaction' || ownTransaction(statements)) {
      return await inTransaction(session, run, statements, ran);
    }
    await session.reset();
    const failed =
      run.execution === 'implicit'
        ? await implicitly(session, run.script, statements, ran)
        : await oneByOne(session, run, statements, ran);
    if (failed === undefined && run.record) await session.run(run.record);
    return failed;
  } catch (thrown) {
    return { error: sqlError(thrown, origin), thrown, at: 'begin' };
  }
}

/** BEGIN, the statements, the record, COMMIT. A BEGIN ... COMMIT of the file's own round all of it is taken over. */
async function inTransaction(
  session: Session,
  run: ScriptRun,
  statements: readonly Statement[],
  ran: Ran,
): Promise<Failed | undefined> {
  const own = ownTransaction(statements);
  const inner = own ? statements.slice(1, -1) : statements;
  const { guard } = run;
  await session.reset();
  // What the file's own BEGIN asks for (an isolation level) must come before everything else.
  const opening = [own ? (statements[0]?.sql ?? 'BEGIN') : 'BEGIN', ...(guard?.begin ?? [])];
  if (inner.length === 0) await session.run(opening.join(';\n'));
  const failed = await oneByOne(session, run, inner, ran, opening);
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
  // Deferred constraints and triggers do their work here, where the failing one can still be named.
  // What the file has set must reach neither the fence nor the record: a search path, a limit of 1 ms.
  const ours = guard === undefined ? [] : ['SET LOCAL search_path = pg_catalog', ...guard.begin];
  const ending = [
    'SET CONSTRAINTS ALL IMMEDIATE',
    'RESET ROLE',
    ...ours,
    ...(guard === undefined ? [] : [guard.fence]),
  ];
  const sql = [...ending, ...(run.record ? [run.record] : []), 'COMMIT'].join(';\n');
  const { completed, error: thrown } = await (guard === undefined
    ? session.runTimed(sql)
    : session.runTimedAndClean(sql));
  if (thrown === undefined || completed.some(({ tag }) => tag === 'COMMIT')) return undefined;
  await session.run('ROLLBACK').catch(() => {});
  const at = completed.length < 1 ? 'statement' : completed.length < ending.length ? 'fence' : 'commit';
  return { error: sqlError(thrown, origin), thrown, at };
}

/** `opening` goes with the first statement in one message: a way to the server and back is most of what small ones take. */
async function oneByOne(
  session: Session,
  { script, guard }: ScriptRun,
  statements: readonly Statement[],
  ran: Ran,
  opening: readonly string[] = [],
): Promise<Failed | undefined> {
  for (const [position, statement] of statements.entries()) {
    const first = position === 0 ? opening : [];
    const prefix = first.map((sql) => `${sql};\n`).join('');
    const started = performance.now();
    const { completed, error: thrown } = await session.runTimed(prefix + statement.sql);
    if (thrown !== undefined) {
      const at = completed.length < first.length && !isBeyond(thrown, prefix) ? 'begin' : 'statement';
      return { error: errorAt(thrown, script, statement, prefix), thrown, at };
    }
    ran.reports.push(statementReport(statement, performance.now() - started));
    ran.effects.done(statement, completed.at(-1)?.tag ?? '', session.inTransaction);
    if (guard !== undefined && mayChangeTimeouts(statement)) await session.run(guard.clamp);
  }
  return undefined;
}

/** The error of one statement of a script, placed in its file. `prefix`: what stood before it in the same message. */
export function errorAt(
  thrown: unknown,
  { path, text }: Script,
  { start, index }: Statement,
  prefix = '',
): SqlErrorReport {
  return sqlError(thrown, { path, text, offset: start, prefix: [...prefix].length, statement: index });
}

/** Whether an error lies behind a message's prefix: what the server cannot parse is refused before any of it is done. */
function isBeyond(thrown: unknown, prefix: string): boolean {
  return !(thrown instanceof DatabaseError) || Number(thrown.position ?? 0) > [...prefix].length;
}

/** Whether a statement may have changed a timeout: by SET, RESET, set_config() or UPDATE pg_settings. */
export function mayChangeTimeouts({ kind, sql }: Statement): boolean {
  return kind === 'VariableSetStmt' || /set_config|pg_settings|_timeout/i.test(sql);
}

/** The whole script as one simple query, as Prisma, golang-migrate and others send it. */
async function implicitly(
  session: Session,
  script: Script,
  statements: readonly Statement[],
  ran: Ran,
): Promise<Failed | undefined> {
  const { completed, error: thrown } = await session.runTimed(script.text);
  completed.forEach(({ at, tag }, index) => {
    const statement = statements[index];
    if (statement === undefined) return;
    ran.reports.push(statementReport(statement, at - (completed[index - 1]?.at ?? 0)));
    ran.effects.done(statement, tag, true);
  });
  if (thrown === undefined) return undefined;
  const failing = statements[Math.min(completed.length, statements.length - 1)];
  const positioned = (thrown as { position?: string }).position !== undefined;
  if (!positioned && failing !== undefined) return { error: errorAt(thrown, script, failing), thrown, at: 'statement' };
  const placed = sqlError(thrown, { path: script.path, text: script.text, offset: 0 });
  return { error: { ...placed, ...(failing && { statement: failing.index }) }, thrown, at: 'statement' };
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

/** What the report says of a statement that ran. */
export function statementReport(statement: Statement, durationMs: number): StatementReport {
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
