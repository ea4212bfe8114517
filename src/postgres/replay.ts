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
  const { path, text } = run.script;
  const record = run.record ?? '';
  try {
    await session.reset();
    if (mode === 'wrapped') await session.run(`${BEGIN}${text}\n;${record}\n;COMMIT`);
    else {
      await session.run(text);
      if (record) await session.run(record);
    }
    return undefined;
  } catch (error) {
    await session.run('ROLLBACK').catch(() => {});
    return sqlError(error, { path, text, offset: 0, prefix: mode === 'wrapped' ? BEGIN.length : 0 });
  }
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
