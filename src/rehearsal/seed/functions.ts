import type { Session } from '../../postgres/session.ts';

/** Many statements in one message, each in a savepoint of its own: functions of the session, gone with it. */

/** What became of a group of statements, of which the first that finds rows is the last to run. */
interface Tried {
  readonly rows: number;
  /** What Postgres said to the first one that failed. */
  readonly problem: string | null;
}

const FUNCTIONS = `
CREATE FUNCTION pg_temp.lockstep_values(queries jsonb) RETURNS text[] LANGUAGE plpgsql AS $values$
DECLARE
  query text;
  value text;
  found text[] := '{}';
BEGIN
  FOR query IN SELECT jsonb_array_elements_text(queries) LOOP
    BEGIN
      EXECUTE query INTO value;
    EXCEPTION WHEN OTHERS THEN
      value := NULL;
    END;
    found := found || value;
  END LOOP;
  RETURN found;
END $values$;
CREATE FUNCTION pg_temp.lockstep_rows(groups jsonb) RETURNS SETOF jsonb LANGUAGE plpgsql AS $rows$
DECLARE
  statements jsonb;
  statement text;
  changed bigint;
  message text;
  problem text;
BEGIN
  FOR statements IN SELECT jsonb_array_elements(groups) LOOP
    changed := 0;
    problem := NULL;
    FOR statement IN SELECT jsonb_array_elements_text(statements) LOOP
      BEGIN
        EXECUTE statement;
        GET DIAGNOSTICS changed = ROW_COUNT;
        EXIT WHEN changed > 0;
      EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
        problem := coalesce(problem, message);
        changed := 0;
      END;
    END LOOP;
    RETURN NEXT jsonb_build_object('rows', changed, 'problem', problem);
  END LOOP;
END $rows$`;

/**
 * Makes the functions, and switches triggers, rules and the checks of foreign keys off for the session, where they are not
 * off already: a role that is not superuser may not do that itself.
 */
export async function makeFunctions(session: Session, searchPath: string): Promise<void> {
  await session.run(
    `SELECT pg_catalog.set_config('session_replication_role', 'replica', false)
     WHERE pg_catalog.current_setting('session_replication_role') <> 'replica';
     ${FUNCTIONS};
     SELECT pg_catalog.set_config('search_path', ${session.client.escapeLiteral(searchPath)}, false)`,
  );
}

/** The first value that each query finds; null: none, or it failed. */
export async function valuesOf(session: Session, queries: readonly string[]): Promise<readonly (string | null)[]> {
  if (queries.length === 0) return [];
  const [result] = await session.run(`SELECT pg_temp.lockstep_values(${json(session, queries)}) AS found`);
  const row: { readonly found: readonly (string | null)[] } | undefined = result?.rows[0];
  return row?.found ?? [];
}

/** Runs groups of statements in one transaction, and tells for each what became of it. */
export async function tryGroups(session: Session, groups: readonly (readonly string[])[]): Promise<readonly Tried[]> {
  if (groups.length === 0) return [];
  const [result] = await session.run(`SELECT pg_temp.lockstep_rows(${json(session, groups)}) AS tried`);
  return (result?.rows ?? []).map(({ tried }: { readonly tried: Tried }) => tried);
}

function json(session: Session, value: unknown): string {
  return `${session.client.escapeLiteral(JSON.stringify(value))}::pg_catalog.jsonb`;
}
