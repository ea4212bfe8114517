import { excerpt } from '../project/place.ts';
import { parseScript, type Statement, type SyntaxProblem } from '../project/sql.ts';
import { ownTransaction } from '../project/transaction.ts';
import type { Script } from '../project/types.ts';
import type { SqlErrorReport, StatementReport } from '../report/model.ts';
import { asOneQuery } from './as-one-query.ts';
import { eachApart } from './each-apart.ts';
import { Effects } from './effects.ts';
import { inTransaction } from './in-transaction.ts';
import type { Failed, Failure, Ran, ScriptRun } from './script-run.ts';
import type { Session } from './session.ts';
import { type Origin, recordError, sqlError } from './sql-error.ts';
import { oneByOne, rounded } from './statements.ts';

/**
 * The one script runner: rehearsal and deploy both run migrations through it, so that what was rehearsed is what runs.
 * It keeps the transaction semantics of the project's tool and starts each script in a clean session.
 */

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
        ? await asOneQuery(session, run.script, statements, ran)
        : await (run.observer === undefined ? oneByOne : eachApart)(session, run, statements, ran);
    if (failed !== undefined || !run.record) return failed;
    const { error: thrown } = await session.runTimed(run.record);
    return thrown === undefined ? undefined : { error: recordError(thrown, run.script.path), thrown, at: 'record' };
  } catch (thrown) {
    return { error: sqlError(thrown, origin), thrown, at: 'begin' };
  }
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

function before(kept: number, undone: number): string | undefined {
  const count = kept + undone;
  if (count === 0) return undefined;
  const ran = `${count} ${count === 1 ? 'statement' : 'statements'} of this file ran before it`;
  const were = undone === 1 ? 'was' : 'were';
  if (undone === 0) return `${ran} and took effect`;
  return kept === 0 ? `${ran} and ${were} rolled back` : `${ran}: ${kept} took effect, ${undone} ${were} rolled back`;
}
