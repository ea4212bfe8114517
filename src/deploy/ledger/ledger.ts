import { identifier } from '../../project/quoting.ts';

/** The ledger: our own tables in the target. */

/** Names of the ledger's tables, ready to stand in SQL. */
export interface Ledger {
  /** The schema's bare name. */
  readonly schema: string;
  readonly migrations: string;
  readonly runs: string;
  readonly steps: string;
}

/** `schema` has been checked by the settings: small letters, digits and underscores. */
export function ledgerIn(schema: string): Ledger {
  const quoted = identifier(schema);
  return { schema, migrations: `${quoted}.migrations`, runs: `${quoted}.runs`, steps: `${quoted}.steps` };
}

/** Bump when a column is added: `prepareLedger` then has to alter a ledger that is there, and contents.ts to know both marks. */
const LEDGER_FORMAT = 1;

/** The comment on a ledger's schema: by it one project knows another's. */
export const LEDGER_MARK = `Ledger of Lockstep, format ${LEDGER_FORMAT}`;

/**
 * Makes what is missing. Only to be run while the lock is held: `IF NOT EXISTS` alone does not keep two sessions from
 * failing on each other (23505 on pg_type).
 */
export function createLedger({ schema, migrations, runs, steps }: Ledger, schemaThere: boolean): string {
  const quoted = identifier(schema);
  // IF NOT EXISTS asks for the right to create one even where it is there.
  return `
    ${schemaThere ? '' : `CREATE SCHEMA ${quoted};`}
    CREATE TABLE IF NOT EXISTS ${runs} (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      command text NOT NULL,
      environment text NOT NULL,
      started_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      finished_at timestamptz,
      result text NOT NULL DEFAULT 'running',
      error text,
      applied integer NOT NULL DEFAULT 0,
      waited_ms bigint NOT NULL DEFAULT 0,
      commit text,
      pull_request integer,
      actor text,
      run_url text,
      tool_version text NOT NULL
    );
    CREATE TABLE IF NOT EXISTS ${migrations} (
      id text PRIMARY KEY,
      name text NOT NULL,
      path text NOT NULL,
      checksum text NOT NULL,
      meaning text,
      how text NOT NULL,
      phase text,
      applied_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      duration_ms bigint NOT NULL DEFAULT 0,
      statements integer NOT NULL DEFAULT 0,
      commit text,
      pull_request integer,
      author text,
      actor text,
      run_url text,
      tool_version text NOT NULL,
      run bigint
    );
    CREATE TABLE IF NOT EXISTS ${steps} (
      migration text NOT NULL,
      statement integer NOT NULL,
      hash text NOT NULL,
      state text NOT NULL CHECK (state IN ('started', 'done')),
      before jsonb,
      started_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
      finished_at timestamptz,
      run bigint,
      PRIMARY KEY (migration, statement)
    );
    COMMENT ON SCHEMA ${quoted} IS '${LEDGER_MARK}'`;
}
