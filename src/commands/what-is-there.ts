import type { UnfinishedMigration } from '../deploy/history/state.ts';
import { evidenceOf } from '../deploy/run/evidence/kinds.ts';
import { isLost } from '../deploy/run/loss.ts';
import { whereItStood } from '../deploy/run/steps.ts';
import type { Session } from '../postgres/session.ts';
import { parseScript } from '../project/sql.ts';
import { statementHash } from '../project/statement-hash.ts';
import { shorten } from '../report/shorten.ts';

/** A line for each statement: what the ledger and the catalogs say of it. */
export async function whatIsThere(
  session: Session,
  { migration, identity, steps, opened }: UnfinishedMigration,
): Promise<string[]> {
  const name = migration?.id ?? identity;
  const statements = (migration && parseScript(migration.up).statements) ?? [];
  if (steps.length === 0)
    return [
      opened
        ? `${name}: it was begun, and no statement of it has taken effect.`
        : `${name}: no statement of it is recorded. What is there of it only the database shows.`,
    ];
  const gone = steps.filter((step) => !statements.some(({ index }) => index === step.statement));
  const lines = [
    `${name}: ${steps.filter(({ state }) => state === 'done').length} of ${statements.length} statements are done.`,
  ];
  const stands = await standWhereItStood(session, steps);
  for (const statement of statements) {
    const step = steps.find((one) => one.statement === statement.index);
    const same = step !== undefined && step.hash === statementHash(statement);
    const sql = shorten(statement.sql.replace(/\s+/g, ' ').trim(), 80);
    const state =
      step === undefined
        ? 'not begun'
        : step.state === 'done'
          ? 'done'
          : stands
            ? await stateOf(session, statement, step.before)
            : NOT_TELLABLE;
    // The text that ran is not the one that stands there now.
    lines.push(
      step === undefined || same
        ? `Statement ${statement.index + 1} (${sql}): ${state}`
        : `Statement ${statement.index + 1}, edited since: what stood there before is ${step.state === 'done' ? 'done' : 'begun'}`,
    );
  }
  return [
    ...lines,
    ...gone.map((step) => `Statement ${step.statement + 1}: ${step.state}, and not in the file any more`),
  ];
}

/** What the file names it names there, until the transaction that reads ends. False: its role cannot be had any more. */
async function standWhereItStood({ client }: Session, steps: UnfinishedMigration['steps']): Promise<boolean> {
  const stood = whereItStood(steps);
  if (stood === undefined) return true;
  await client.query('SAVEPOINT here');
  try {
    await client.query(
      "SELECT pg_catalog.set_config('search_path', $1, true), pg_catalog.set_config('role', $2, true)",
      [stood.search_path, stood.role],
    );
    return true;
  } catch (error) {
    if (isLost(error)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT here');
    return false;
  }
}

const NOT_TELLABLE = 'begun, and nothing can tell whether it took effect';

async function stateOf(
  session: Session,
  statement: Parameters<typeof evidenceOf>[0],
  before: unknown,
): Promise<string> {
  const evidence = evidenceOf(statement);
  const happened = await evidence.happened(session, before);
  if (happened === undefined) return NOT_TELLABLE;
  const problem = await evidence.problem(session, before);
  if (problem !== undefined) return `begun, and ${problem}`;
  return happened
    ? `begun, and ${evidence.what} shows that it took effect`
    : 'begun, and it did not take effect, or may simply run again';
}
