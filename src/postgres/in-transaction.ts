import { DatabaseError } from 'pg';
import type { Statement } from '../project/sql.ts';
import { ownTransaction } from '../project/transaction.ts';
import type { Failed, Guard, Ran, ScriptRun } from './script-run.ts';
import type { Session } from './session.ts';
import { recordError, sqlError } from './sql-error.ts';
import { errorAt, isBeyond, mayChangeTimeouts, oneByOne, statementReport } from './statements.ts';

/**
 * BEGIN, the statements, the record, COMMIT. A BEGIN ... COMMIT of the file's own round all of it is taken over. In a deploy
 * the last statement goes with the end of its transaction in one message: a way to the server and back is most of what a
 * small migration takes.
 */
export async function inTransaction(
  session: Session,
  run: ScriptRun,
  statements: readonly Statement[],
  ran: Ran,
): Promise<Failed | undefined> {
  const own = ownTransaction(statements);
  const inner = own ? statements.slice(1, -1) : statements;
  await session.reset();
  await run.observer?.begin();
  // What the file's own BEGIN asks for (an isolation level) must come before everything else.
  const opening = [own ? (statements[0]?.sql ?? 'BEGIN') : 'BEGIN', ...(run.guard?.begin ?? [])];
  const last = inner.at(-1);
  const carried = last !== undefined && mayCarryEnd(run.guard, last) ? last : undefined;
  const alone = carried === undefined ? inner : inner.slice(0, -1);
  if (inner.length === 0) await session.run(opening.join(';\n'));
  const failed =
    (await oneByOne(session, run, alone, ran, opening)) ??
    (await deferred(session, run, last)) ??
    (await end(session, run, { last, carried, opening: alone.length === 0 ? opening : [] }, ran));
  if (failed !== undefined) await session.run('ROLLBACK').catch(() => {});
  return failed;
}

/** What constraints and triggers do at the end of the transaction, where somebody wants to see that apart. */
async function deferred(
  session: Session,
  { script, observer }: ScriptRun,
  last: Statement | undefined,
): Promise<Failed | undefined> {
  if (observer === undefined || last === undefined) return undefined;
  observer.before();
  const { error: thrown } = await session.runTimed('SET CONSTRAINTS ALL IMMEDIATE');
  if (thrown !== undefined) return { error: endError(thrown, script, last), thrown, at: 'statement' };
  await observer.after(undefined, { commits: false });
  return undefined;
}

/** An error that belongs to the end of the transaction, placed at its last statement. */
function endError(thrown: unknown, { path, text }: ScriptRun['script'], last: Statement | undefined) {
  return sqlError(thrown, { path, text, offset: last?.start ?? 0, ours: true, ...(last && { statement: last.index }) });
}

/**
 * Whether what ends the transaction may stand in one message with the statement before it. Not when that may leave a limit
 * that has to be tightened first; nor with a backslash, which a server with standard_conforming_strings off reads otherwise
 * than our parser: what follows would be taken for a part of its string.
 */
function mayCarryEnd(guard: Guard | undefined, statement: Statement): boolean {
  return guard?.endsWithLast === true && !mayChangeTimeouts(statement) && !statement.sql.includes('\\');
}

interface End {
  readonly last: Statement | undefined;
  /** The last statement, when it goes with the end. */
  readonly carried: Statement | undefined;
  /** What has to stand before `carried`: the beginning, when that is the only one. */
  readonly opening: readonly string[];
}

/** The record and COMMIT, with the last statement where it is carried. */
async function end(session: Session, run: ScriptRun, { last, carried, opening }: End, ran: Ran) {
  const { script, guard, record } = run;
  // Deferred constraints and triggers do their work here, where the failing one can still be named.
  // What the file has set must reach neither the fence nor the record: a search path, a limit of 1 ms.
  const ours = guard === undefined ? [] : ['SET LOCAL search_path = pg_catalog', ...guard.begin, guard.fence];
  const ending = ['SET CONSTRAINTS ALL IMMEDIATE', 'RESET ROLE', ...ours];
  const before = carried === undefined ? [] : opening;
  const prefix = before.map((sql) => `${sql};\n`).join('');
  // Its text may end with a comment.
  const carriedSql = carried === undefined ? '' : `${prefix}${carried.sql}\n;\n`;
  const sql = carriedSql + [...ending, ...(record ? [record] : []), 'COMMIT'].join(';\n');
  const { completed, error: thrown } = await (guard === undefined
    ? session.runTimed(sql)
    : // Its deferred constraints may take as long as the statement itself.
      session.runTimedAndClean(sql, carried === undefined ? 1 : 2));
  const first = before.length + (carried === undefined ? 0 : 1);
  const done = completed[first - 1];
  if (carried !== undefined && done !== undefined) {
    // The server sends its answers together: all of the message is the statement's, its COMMIT included.
    ran.reports.push(statementReport(carried, done.at));
    ran.effects.done(carried, done.tag, true);
  }
  const ended = completed.slice(first);
  if (thrown === undefined || ended.some(({ tag }) => tag === 'COMMIT')) return undefined;
  if (carried !== undefined && done === undefined) {
    const begun = completed.length >= before.length || isBeyond(thrown, prefix);
    // Answers come when the whole message is done: without one, all of it may have been.
    const at = !(thrown instanceof DatabaseError) ? 'commit' : begun ? 'statement' : 'begin';
    return { error: errorAt(thrown, script, carried, prefix), thrown, at } as const;
  }
  const at = ended.length < 1 ? 'statement' : ended.length < ending.length ? 'fence' : 'commit';
  if (at === 'commit' && record && isOfRecord(thrown)) {
    return { error: recordError(thrown, script.path), thrown, at: 'record' } as const;
  }
  return { error: endError(thrown, script, last), thrown, at } as const;
}

/** COMMIT itself is refused for what other transactions do (class 40) alone: constraints have been looked at before. */
function isOfRecord(thrown: unknown): boolean {
  return thrown instanceof DatabaseError && thrown.severity === 'ERROR' && thrown.code?.startsWith('40') === false;
}
