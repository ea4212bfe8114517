import { parseScript } from '../project/sql.ts';
import {
  cannotRunInTransaction,
  controlsTransaction,
  mayLeaveTransaction,
  ownTransaction,
} from '../project/transaction.ts';
import type { SqlErrorReport } from '../report/model.ts';
import { runScript } from './runner.ts';
import type { ScriptRun } from './script-run.ts';
import type { Session } from './session.ts';
import { sqlError } from './sql-error.ts';

/**
 * Replays migrations of the base history, which have been applied long ago and are not judged: whole files, several of
 * them in one message, so that hundreds take little longer than Postgres itself needs; and whatever transaction control
 * a file holds. Each file has a clean session and, unless it says otherwise, a transaction of its own.
 */

interface ReplayFailure {
  readonly index: number;
  readonly error: SqlErrorReport;
}

/** Replays a history in order. undefined: all of it ran. `onDone` hears how many files have. */
export async function replayAll(
  session: Session,
  runs: readonly ScriptRun[],
  onDone: (count: number) => void,
): Promise<ReplayFailure | undefined> {
  let at = 0;
  while (at < runs.length) {
    const batch = batchFrom(runs, at);
    const done = batch.length > 1 ? await runBatch(session, batch) : 0;
    at += done;
    const run = runs[at];
    // A batch that stopped half-way: the file it stopped at is run alone, to learn what is wrong with it.
    if (run !== undefined && (batch.length <= 1 || done < batch.length)) {
      const error = await replayScript(session, run);
      if (error !== undefined) return { index: at, error };
      at += 1;
    }
    onDone(at);
  }
  return undefined;
}

/** Any of these words, wherever it stands, and the file is sent alone: what ends a batch's transactions is ours alone. */
const ALONE =
  /\b(?:begin|start|commit|rollback|savepoint|prepare|abort|end|concurrently|vacuum|reindex|cluster|system|database|tablespace|subscription)\b/i;

const BATCH_FILES = 50;
const BATCH_CHARACTERS = 64_000;

function batchFrom(runs: readonly ScriptRun[], from: number): readonly ScriptRun[] {
  let size = 0;
  const rest = runs.slice(from, from + BATCH_FILES);
  const end = rest.findIndex(({ execution, script: { text } }) => {
    size += text.length;
    return execution !== 'transaction' || size > BATCH_CHARACTERS || ALONE.test(text);
  });
  return end < 0 ? rest : rest.slice(0, end);
}

/** How many files of the batch ran: each COMMIT is one. After an error the others have not begun. */
async function runBatch(session: Session, batch: readonly ScriptRun[]): Promise<number> {
  const query = batch.map((run) => `${session.cleaning.join(';')};\n${inTransaction(run)}`).join(';\n');
  const { completed, error } = await session.runTimed(query);
  if (error !== undefined) await session.run('ROLLBACK').catch(() => {});
  return error === undefined ? batch.length : completed.filter(({ tag }) => tag === 'COMMIT').length;
}

const BEGIN = 'BEGIN;\n';

function inTransaction({ script, record = '' }: ScriptRun): string {
  return `${BEGIN}${script.text}\n;${record}\n;COMMIT`;
}

/** Replays one file. The error, placed in it; undefined when it ran. */
export async function replayScript(session: Session, run: ScriptRun): Promise<SqlErrorReport | undefined> {
  try {
    switch (modeOf(run)) {
      case 'wrapped':
        return await wrapped(session, run);
      case 'raw':
        return await raw(session, run);
      case 'careful':
        return await carefully(session, run);
    }
  } catch (error) {
    return placed(error, run, 0, 0);
  }
}

async function wrapped(session: Session, run: ScriptRun): Promise<SqlErrorReport | undefined> {
  await session.reset();
  const { completed, error } = await session.runTimed(inTransaction(run));
  if (error === undefined) return undefined;
  await session.run('ROLLBACK').catch(() => {});
  // The words alone did not show that a statement of it cannot run in a transaction.
  if ((error as { code?: string }).code === '25001') return carefully(session, run);
  return placed(error, run, completed.length - 1, BEGIN.length);
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
  if (!mayLeaveTransaction(run.script.text)) return 'wrapped';
  const statements = parseScript(run.script).statements;
  // What our parser refuses, the server refuses too, and says so in its own words.
  if (statements === undefined) return 'wrapped';
  if (ownTransaction(statements) || statements.some(controlsTransaction)) return 'raw';
  return statements.some(cannotRunInTransaction) ? 'careful' : 'wrapped';
}
