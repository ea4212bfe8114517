import type { Statement } from '../project/sql.ts';
import type { Script } from '../project/types.ts';
import type { Failed, Ran } from './script-run.ts';
import type { Session } from './session.ts';
import { sqlError } from './sql-error.ts';
import { errorAt, statementReport } from './statements.ts';

/** The whole script as one simple query, as Prisma, golang-migrate and others send it. */
export async function asOneQuery(
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
