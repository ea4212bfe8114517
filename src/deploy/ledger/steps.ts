import { literal } from '../../project/quoting.ts';
import type { Ledger } from './ledger.ts';

/** Progress of a migration that runs without a transaction: SQL for the ledger's `steps`. */

interface StepKey {
  readonly ledger: Ledger;
  /** The migration's identity. */
  readonly migration: string;
  /** 0-based. */
  readonly statement: number;
}

/** In place of a statement's number: the migration itself has been begun, whichever statement comes first. */
export const OPENING = -1;

/** Written together with what the tool's own history says of a migration that begins; it keeps the first one's word. */
export function openMigration(
  { ledger, migration }: Pick<StepKey, 'ledger' | 'migration'>,
  after: string | undefined,
  run: string | undefined,
): string {
  return `INSERT INTO ${ledger.steps} (migration, statement, hash, state, before, run)
    VALUES (${literal(migration)}, ${OPENING}, '', 'started', ${literal(JSON.stringify({ after }))}, ${run ?? 'NULL'})
    ON CONFLICT (migration, statement) DO NOTHING`;
}

export function startStep(key: StepKey, hash: string, before: unknown, run: string | undefined): string {
  const { ledger, migration, statement } = key;
  return `INSERT INTO ${ledger.steps} (migration, statement, hash, state, before, run)
    VALUES (${literal(migration)}, ${statement}, ${literal(hash)}, 'started', ${literal(JSON.stringify(before ?? null))}, ${run ?? 'NULL'})
    ON CONFLICT (migration, statement) DO UPDATE SET hash = EXCLUDED.hash, state = 'started', before = EXCLUDED.before,
      started_at = pg_catalog.clock_timestamp(), finished_at = NULL, run = EXCLUDED.run`;
}

export function finishStep(key: StepKey, hash: string, run: string | undefined): string {
  const { ledger, migration, statement } = key;
  return `INSERT INTO ${ledger.steps} (migration, statement, hash, state, finished_at, run)
    VALUES (${literal(migration)}, ${statement}, ${literal(hash)}, 'done', pg_catalog.clock_timestamp(), ${run ?? 'NULL'})
    ON CONFLICT (migration, statement) DO UPDATE SET hash = EXCLUDED.hash, state = 'done',
      finished_at = pg_catalog.clock_timestamp(), run = EXCLUDED.run`;
}

/** Keeps what unqualified names and rights depend on, as it is after the statement; `lockstep.role` holds the role. */
export function keepSession({ ledger, migration, statement }: StepKey): string {
  return `UPDATE ${ledger.steps} SET before = pg_catalog.jsonb_build_object(
      'search_path', pg_catalog.current_setting('search_path'), 'role', pg_catalog.current_setting('lockstep.role'))
    WHERE migration = ${literal(migration)} AND statement = ${statement}`;
}

/** It has not happened, and left nothing: there is nothing to remember. */
export function forgetStep({ ledger, migration, statement }: StepKey): string {
  return `DELETE FROM ${ledger.steps} WHERE migration = ${literal(migration)} AND statement = ${statement}`;
}

/** What is forgotten of a migration; `started`: the statement where it stopped, `statements`: all of them, and not that it was begun. */
type Forgotten = 'all' | 'statements' | 'started';

const OF_THESE: Readonly<Record<Forgotten, string>> = {
  all: '',
  statements: ` AND statement <> ${OPENING}`,
  started: ` AND statement <> ${OPENING} AND state = 'started'`,
};

export function forgetSteps(ledger: Ledger, migration: string, which: Forgotten = 'all'): string {
  return `DELETE FROM ${ledger.steps} WHERE migration = ${literal(migration)}${OF_THESE[which]}`;
}

/** Runs ledger statements as who we are, whatever role the file has chosen, and leaves that as it is. */
export function asOurselves(statements: readonly string[]): string {
  return ['BEGIN', 'SET LOCAL role TO DEFAULT', ...statements, 'COMMIT'].join(';\n');
}
