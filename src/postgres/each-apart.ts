import type { Statement } from '../project/sql.ts';
import { cannotRunInTransaction, controlsTransaction } from '../project/transaction.ts';
import type { Failed, Ran, ScriptRun } from './script-run.ts';
import type { Session } from './session.ts';
import { errorAt, oneByOne, statementReport } from './statements.ts';

/** What Postgres says of a statement that runs outside of transactions alone, or that ends its own. */
const NOT_IN_TRANSACTION: ReadonlySet<unknown> = new Set(['25001', '2D000']);

/**
 * The statements of a script without a transaction, for an observer: each that may stand in a transaction gets one of its
 * own, as in a deploy, so that what it holds can be seen before it is let go.
 */
export async function eachApart(
  session: Session,
  run: ScriptRun,
  statements: readonly Statement[],
  ran: Ran,
): Promise<Failed | undefined> {
  for (const statement of statements) {
    const failed = await one(session, run, statement, ran);
    if (failed !== 'done') return failed;
  }
  return undefined;
}

async function one(session: Session, run: ScriptRun, statement: Statement, ran: Ran): Promise<End> {
  // In a transaction of the script's own it holds its locks, and whoever wanted one of them would wait for ever.
  if (session.inTransaction || controlsTransaction(statement) || NEEDS_TRANSACTION.has(statement.kind)) {
    if (!session.inTransaction) await run.observer?.begin();
    return (await oneByOne(session, run, [statement], ran)) ?? 'done';
  }
  return (await enclosed(session, run, statement, ran)) ?? (await alone(session, run, statement, ran));
}

/** Refused outside of a transaction, as the deploy would have them: with one of ours round them they would pass. */
const NEEDS_TRANSACTION: ReadonlySet<string> = new Set(['LockStmt', 'DeclareCursorStmt']);

type End = Failed | 'done' | undefined;

/** undefined: it has to run in no transaction. */
async function enclosed(
  session: Session,
  { script, observer }: ScriptRun,
  statement: Statement,
  ran: Ran,
): Promise<End> {
  if (cannotRunInTransaction(statement)) return undefined;
  await observer?.begin();
  await session.run('BEGIN');
  observer?.before();
  const started = performance.now();
  const { completed, error: thrown } = await session.runTimed(`${statement.sql}\n;\nSET CONSTRAINTS ALL IMMEDIATE`);
  if (thrown !== undefined) {
    await session.run('ROLLBACK');
    if (NOT_IN_TRANSACTION.has((thrown as { code?: unknown }).code)) return undefined;
    return { error: errorAt(thrown, script, statement), thrown, at: 'statement' };
  }
  ran.reports.push(statementReport(statement, performance.now() - started));
  ran.effects.done(statement, completed[0]?.tag ?? '', false);
  await observer?.after(statement, { commits: true });
  const ended = await session.runTimed('COMMIT');
  return ended.error === undefined
    ? 'done'
    : { error: errorAt(ended.error, script, statement), thrown: ended.error, at: 'commit' };
}

async function alone(session: Session, run: ScriptRun, statement: Statement, ran: Ran): Promise<End> {
  const work = (): Promise<Failed | undefined> => oneByOne(session, run, [statement], ran);
  const failed = await (run.observer === undefined ? work() : run.observer.alone(statement, work));
  return failed ?? 'done';
}
