import { parseScript } from '../project/sql.ts';
import { cannotRunInTransaction, controlsTransaction, ownTransaction } from '../project/transaction.ts';
import type { SqlErrorReport } from '../report/model.ts';
import { runScript, type ScriptRun } from './runner.ts';
import type { Session } from './session.ts';
import { sqlError } from './sql-error.ts';

/**
 * Replays a migration of the base history, which has been applied long ago and is not judged: a whole file as one query,
 * so that hundreds of files take little longer than Postgres itself needs, and whatever transaction control it holds.
 */

/**
 * Words without which a file can be wrapped in BEGIN ... COMMIT unparsed; parsing the others costs about 1 ms each.
 * Transaction control stands at the beginning of a statement, and mostly of a line.
 */
const MAY_NEED_CARE =
  /(?:^|;)\s*(?:begin|start\s+transaction|commit|rollback|savepoint|prepare\s+transaction|abort|end)\b|\b(?:concurrently|vacuum|reindex|cluster|alter\s+system|database|tablespace|subscription)\b/im;

/** Bodies of functions and DO blocks, most of which hold BEGIN and END. */
const DOLLAR_QUOTED = /\$(\w*)\$[\s\S]*?\$\1\$/g;

/** The error, placed in the file; undefined when the file ran. */
export async function replayScript(session: Session, run: ScriptRun): Promise<SqlErrorReport | undefined> {
  const mode = modeOf(run);
  if (mode === 'careful') return carefully(session, run);
  const attempt = mode === 'wrapped' ? wrapped : raw;
  try {
    return await attempt(session, run);
  } catch (error) {
    return placed(error, run, 0, 0);
  }
}

const BEGIN = 'BEGIN;\n';

async function wrapped(session: Session, run: ScriptRun): Promise<SqlErrorReport | undefined> {
  const query = `${BEGIN}${run.script.text}\n;${run.record ?? ''}\n;COMMIT`;
  const { completed, error, prefix } = await session.runCleanTimed(query);
  if (error === undefined) return undefined;
  await session.run('ROLLBACK').catch(() => {});
  // The words alone did not show that a statement of it cannot run in a transaction.
  if ((error as { code?: string }).code === '25001') return carefully(session, run);
  return placed(error, run, completed.length - 1, prefix + BEGIN.length);
}

async function raw(session: Session, run: ScriptRun): Promise<SqlErrorReport | undefined> {
  await session.reset();
  const { completed, error } = await session.runTimed(run.script.text);
  if (error === undefined) {
    if (run.record) await session.run(run.record);
    return undefined;
  }
  await session.run('ROLLBACK').catch(() => {});
  return placed(error, run, completed.length, 0);
}

async function carefully(session: Session, run: ScriptRun): Promise<SqlErrorReport | undefined> {
  return (await runScript(session, { ...run, execution: 'autocommit' })).error;
}

/** Where Postgres gives no position, the number of statements that were done tells the one that failed. */
function placed(error: unknown, { script }: ScriptRun, done: number, prefix: number): SqlErrorReport {
  const { path, text } = script;
  if ((error as { position?: string }).position !== undefined)
    return sqlError(error, { path, text, offset: 0, prefix });
  const statements = parseScript(script).statements ?? [];
  const failing = statements[Math.max(0, Math.min(done, statements.length - 1))];
  return sqlError(error, { path, text, offset: failing?.start ?? 0 });
}

/** `wrapped`: BEGIN ... COMMIT round it. `raw`: sent as it is. `careful`: parsed and sent statement by statement. */
function modeOf(run: ScriptRun): 'wrapped' | 'raw' | 'careful' {
  if (run.execution === 'autocommit') return 'careful';
  if (run.execution === 'implicit') return 'raw';
  if (!MAY_NEED_CARE.test(run.script.text.replace(DOLLAR_QUOTED, '$$'))) return 'wrapped';
  const statements = parseScript(run.script).statements;
  // What our parser refuses, the server refuses too, and says so in its own words.
  if (statements === undefined) return 'wrapped';
  if (ownTransaction(statements) || statements.some(controlsTransaction)) return 'raw';
  return statements.some(cannotRunInTransaction) ? 'careful' : 'wrapped';
}
