import { DatabaseError } from 'pg';
import { rangeVar } from '../project/relations.ts';
import type { Statement } from '../project/sql.ts';
import type { Script } from '../project/types.ts';
import type { SqlErrorReport, StatementReport } from '../report/model.ts';
import type { Failed, Ran, ScriptRun } from './script-run.ts';
import type { Session } from './session.ts';
import { shortened, sqlError } from './sql-error.ts';

/** Statements of a script, each sent by itself: what is timed, and which one failed. */

/** `opening` goes with the first statement in one message: a way to the server and back is most of what small ones take. */
export async function oneByOne(
  session: Session,
  { script, guard, observer }: ScriptRun,
  statements: readonly Statement[],
  ran: Ran,
  opening: readonly string[] = [],
): Promise<Failed | undefined> {
  for (const [position, statement] of statements.entries()) {
    const first = position === 0 ? opening : [];
    const prefix = first.map((sql) => `${sql};\n`).join('');
    const isAsked = !isOneOfMany(statements[position - 1], statement, statements[position + 1]);
    if (isAsked) observer?.before();
    const started = performance.now();
    const { completed, error: thrown } = await session.runTimed(prefix + statement.sql);
    if (thrown !== undefined) {
      const at = completed.length < first.length && !isBeyond(thrown, prefix) ? 'begin' : 'statement';
      return { error: errorAt(thrown, script, statement, prefix), thrown, at };
    }
    ran.reports.push(statementReport(statement, performance.now() - started));
    ran.effects.done(statement, completed.at(-1)?.tag ?? '', session.inTransaction);
    if (observer !== undefined && isAsked && session.inTransaction) await observer.after(statement, { commits: false });
    if (guard !== undefined && mayChangeTimeouts(statement)) await session.run(guard.clamp);
  }
  return undefined;
}

/** Whether it writes rows as those round it do: what a long row of INSERTs does the first and the last of them tell. */
function isOneOfMany(...round: readonly (Statement | undefined)[]): boolean {
  if (round.some((one) => one?.kind !== 'InsertStmt')) return false;
  const [first, ...others] = round.map((one) => rangeVar(one?.tree.relation));
  return others.every((other) => other?.name === first?.name && other?.schema === first?.schema);
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
export function isBeyond(thrown: unknown, prefix: string): boolean {
  return !(thrown instanceof DatabaseError) || Number(thrown.position ?? 0) > [...prefix].length;
}

/** Whether a statement may have changed a timeout: by SET, RESET, set_config() or UPDATE pg_settings. */
export function mayChangeTimeouts({ kind, sql }: Statement): boolean {
  return kind === 'VariableSetStmt' || /set_config|pg_settings|_timeout/i.test(sql);
}

/** A longer statement (rows that a migration brings along) is in its file. */
const SQL_CHARACTERS = 10_000;

/** What the report says of a statement that ran. */
export function statementReport(statement: Statement, durationMs: number): StatementReport {
  const { index, line, endLine, sql } = statement;
  return { index, line, endLine, sql: shortened(sql, SQL_CHARACTERS), durationMs: rounded(durationMs) };
}

export function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
