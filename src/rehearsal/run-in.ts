import { runScript, type ScriptOutcome } from '../postgres/runner.ts';
import type { ScriptRun, StatementObserver } from '../postgres/script-run.ts';
import { Session } from '../postgres/session.ts';
import { sqlError } from '../postgres/sql-error.ts';
import type { Stage } from './round.ts';

/**
 * Runs one script as the rehearsal's role in a session of its own. That the role may no longer connect is what the migration
 * before it has done: an outcome as well. `observe` is told the session; see ScriptRun.observer.
 */
export async function runIn(
  stage: Stage,
  database: string,
  run: ScriptRun,
  observe?: (session: Session) => StatementObserver,
): Promise<ScriptOutcome> {
  let session: Session;
  try {
    session = await openAsRole(stage, database);
  } catch (error) {
    const { path, text } = run.script;
    return { status: 'failed', durationMs: 0, statements: [], error: sqlError(error, { path, text, offset: 0 }) };
  }
  try {
    return await runScript(session, { ...run, observer: observe?.(session) });
  } finally {
    await session.close();
  }
}

export function openAsRole(stage: Stage, database: string): Promise<Session> {
  const { name: user, password } = stage.role;
  return Session.open({ ...stage.server.admin(database), user, password }, stage.settings());
}
