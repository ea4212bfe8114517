import type { Session } from '../../postgres/session.ts';
import { shortened } from '../../postgres/sql-error.ts';
import { TRANSACTION_AGE } from '../../project/layouts/record-facts.ts';
import { meaningHash } from '../../project/meaning.ts';
import { value } from '../../project/quoting.ts';
import { parseScript } from '../../project/sql.ts';
import type { Migration } from '../../project/types.ts';
import { version } from '../../version.ts';
import type { Ledger } from './ledger.ts';

/** What is written into the ledger: statements that stand in the transaction of what they record. */

/** Who runs this, from which commit: the same for every row of a run. */
export interface RunIdentity {
  readonly command: string;
  readonly environment: string;
  readonly commit: string | undefined;
  readonly pullRequest: number | undefined;
  readonly author: string | undefined;
  readonly actor: string | undefined;
  readonly runUrl: string | undefined;
}

interface MigrationRow {
  /** What the history knows it by. */
  readonly identity: string;
  readonly name: string;
  readonly path: string;
  readonly checksum: string;
  /** A hash of what it does, without comments and white space: tells a cosmetic edit from another one. */
  readonly meaning: string | undefined;
  readonly phase: string | undefined;
  readonly statements: number;
}

/** What the ledger keeps of a migration. The parser must have been loaded. */
export function rowOf(migration: Migration, identity: string): MigrationRow {
  return {
    identity,
    name: migration.id,
    path: migration.path,
    checksum: migration.checksum,
    meaning: meaningHash(migration.up),
    phase: migration.directives.phase,
    statements: parseScript(migration.up).statements?.length ?? 0,
  };
}

type How = 'applied' | 'baseline' | 'resolved';

/**
 * The row of a migration; `durationMs` undefined: the age of the transaction that it stands in. `replace`: a row may be there
 * already, of a tool whose own history has been rolled back since. Ends with a question that fails when the row is not kept.
 */
export function recordMigration(
  ledger: Ledger,
  row: MigrationRow,
  run: RunIdentity & { readonly id: string | undefined },
  { how, durationMs, replace }: { readonly how: How; readonly durationMs?: number; readonly replace: boolean },
): string {
  const took = durationMs === undefined ? TRANSACTION_AGE : String(Math.round(durationMs));
  const values = [
    value(row.identity),
    value(row.name),
    value(row.path),
    value(row.checksum),
    value(row.meaning),
    value(how),
    value(row.phase),
    took,
    String(row.statements),
    value(run.commit),
    value(run.pullRequest),
    value(run.author),
    value(run.actor),
    value(run.runUrl),
    value(version),
    run.id ?? 'NULL',
  ];
  const updates = COLUMNS.slice(1).map((column) => `${column} = EXCLUDED.${column}`);
  const conflict = `ON CONFLICT (id) DO UPDATE SET ${updates.join(', ')}, applied_at = pg_catalog.clock_timestamp()`;
  const insert = `INSERT INTO ${ledger.migrations} (${COLUMNS.join(', ')}) VALUES (${values.join(', ')})`;
  // A trigger, a rule or a policy may take the row away in silence: what is not there has not been recorded.
  // What cannot be read as a number is in the error's message.
  const kept = `SELECT CASE WHEN pg_catalog.count(*) = 1 THEN 1
      ELSE ('${NOT_KEPT}: is there a trigger or a rule on it? Rows found: ' || pg_catalog.count(*))::int END
    FROM ${ledger.migrations}
    WHERE id = ${value(row.identity)} AND checksum = ${value(row.checksum)}`;
  return [replace ? `${insert} ${conflict}` : insert, kept].join(';\n');
}

/** Our own words, in an error that Postgres makes of them. */
export const NOT_KEPT = 'the ledger did not keep this row';

const COLUMNS = [
  'id',
  'name',
  'path',
  'checksum',
  'meaning',
  'how',
  'phase',
  'duration_ms',
  'statements',
  'commit',
  'pull_request',
  'author',
  'actor',
  'run_url',
  'tool_version',
  'run',
] as const;

/** Begins a run: it is in the ledger whatever becomes of it. Returns its id. */
export async function beginRun(session: Session, ledger: Ledger, run: RunIdentity, waitedMs: number): Promise<string> {
  const results = await session.run(`${insertRun(ledger, run, waitedMs, {})} RETURNING id`);
  return String((results.at(-1)?.rows[0] as { id: string } | undefined)?.id);
}

/**
 * A run that had nothing to run, when it has ended: who waits for the lock waits for what we write, and each time for the
 * server's disk. `startedMsAgo`: when it got the lock.
 */
export function wholeRun(
  ledger: Ledger,
  run: RunIdentity,
  waitedMs: number,
  { startedMsAgo, ...end }: RunEnd & { readonly startedMsAgo: number },
): string {
  const started = `pg_catalog.clock_timestamp() - ${Math.round(startedMsAgo)} * '1 ms'::interval`;
  return insertRun(ledger, run, waitedMs, { started_at: started, ...endColumns(end) });
}

/** Runs that are still called running have died, since we hold the lock. `more`: values in SQL, by column. */
function insertRun(ledger: Ledger, run: RunIdentity, waitedMs: number, more: Readonly<Record<string, string>>): string {
  const columns = {
    command: value(run.command),
    environment: value(run.environment),
    waited_ms: value(Math.round(waitedMs)),
    commit: value(run.commit),
    pull_request: value(run.pullRequest),
    actor: value(run.actor),
    run_url: value(run.runUrl),
    tool_version: value(version),
    ...more,
  };
  return `
    UPDATE ${ledger.runs} SET result = 'lost', finished_at = pg_catalog.clock_timestamp() WHERE result = 'running';
    INSERT INTO ${ledger.runs} (${Object.keys(columns).join(', ')}) VALUES (${Object.values(columns).join(', ')})`;
}

interface RunEnd {
  readonly result: string;
  readonly applied: number;
  readonly error: string | undefined;
}

/** Of a run's error: the whole of it stands in the report. */
const ERROR_CHARACTERS = 4_000;

/** Closes the run's row. */
export function endRun(ledger: Ledger, id: string, end: RunEnd): string {
  const updates = Object.entries(endColumns(end)).map(([column, sql]) => `${column} = ${sql}`);
  return `UPDATE ${ledger.runs} SET ${updates.join(', ')} WHERE id = ${id} AND result = 'running'`;
}

function endColumns({ result, applied, error }: RunEnd): Readonly<Record<string, string>> {
  return {
    result: value(result),
    applied: String(applied),
    error: value(error === undefined ? undefined : shortened(error, ERROR_CHARACTERS)),
    finished_at: 'pg_catalog.clock_timestamp()',
  };
}
