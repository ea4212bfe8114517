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

/** Words without which a file can be wrapped in BEGIN ... COMMIT unparsed; parsing the others costs about 1 ms each. */
const MAY_NEED_CARE =
  /\b(?:begin|start\s+transaction|commit|rollback|savepoint|prepare\s+transaction|abort|end|concurrently|vacuum|reindex|cluster|alter\s+system|database|tablespace|subscription)\b/i;

const BEGIN = 'BEGIN;\n';

/** The error, placed in the file; undefined when the file ran. */
export async function replayScript(session: Session, run: ScriptRun): Promise<SqlErrorReport | undefined> {
  const mode = modeOf(run);
  if (mode === 'careful') return (await runScript(session, { ...run, execution: 'autocommit' })).error;
  const { text } = run.script;
  const record = run.record ?? '';
  const wrapped = mode === 'wrapped';
  try {
    await session.reset();
    const { completed, error } = await session.runTimed(wrapped ? `${BEGIN}${text}\n;${record}\n;COMMIT` : text);
    if (error !== undefined) {
      await session.run('ROLLBACK').catch(() => {});
      return wrapped ? placed(error, run, completed.length - 1, BEGIN.length) : placed(error, run, completed.length, 0);
    }
    if (!wrapped && record) await session.run(record);
    return undefined;
  } catch (error) {
    return placed(error, run, 0, 0);
  }
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
  if (!MAY_NEED_CARE.test(run.script.text)) return 'wrapped';
  const statements = parseScript(run.script).statements;
  // What our parser refuses, the server refuses too, and says so in its own words.
  if (statements === undefined) return 'wrapped';
  if (ownTransaction(statements) || statements.some(controlsTransaction)) return 'raw';
  return statements.some(cannotRunInTransaction) ? 'careful' : 'wrapped';
}
