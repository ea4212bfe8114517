import type { Session } from '../../postgres/session.ts';

/** `sql` null: it cannot be called by what is known of its arguments. */
interface FunctionCall {
  readonly name: string;
  readonly sql: string | null;
}

/**
 * How the functions in PL/pgSQL among these are called: with an argument of each type that is neither NULL nor of any meaning;
 * of a type without one, NULL. `oids`: digits.
 */
export async function functionCalls(session: Session, oids: readonly string[]): Promise<readonly FunctionCall[]> {
  if (oids.length === 0) return [];
  const [result] = await session.run(`
    SELECT p.oid::pg_catalog.regprocedure::text AS name,
      CASE WHEN p.provariadic <> 0 OR EXISTS (
          SELECT FROM pg_catalog.pg_type t WHERE t.oid = ANY (p.proargtypes) AND t.typtype = 'p')
        OR r.typname IN ('anyelement', 'anyarray', 'internal', 'trigger') THEN NULL
      ELSE pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, (
        SELECT pg_catalog.string_agg(pg_catalog.format(CASE
            WHEN t.typcategory = 'N' THEN '1::%s' WHEN t.typcategory = 'B' THEN 'true::%s'
            WHEN t.typcategory = 'D' THEN 'now()::%s' WHEN t.typcategory = 'S' THEN '''a''::%s'
            WHEN t.typcategory = 'A' THEN '''{}''::%s'
            WHEN t.typname IN ('json', 'jsonb') THEN '''{}''::%s' WHEN t.typname = 'uuid' THEN 'gen_random_uuid()::%s'
            ELSE 'NULL::%s' END, pg_catalog.format_type(t.oid, NULL)), ', ' ORDER BY a.at)
        FROM pg_catalog.unnest(p.proargtypes) WITH ORDINALITY a(type, at) JOIN pg_catalog.pg_type t ON t.oid = a.type)) END AS sql
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      JOIN pg_catalog.pg_language l ON l.oid = p.prolang
      JOIN pg_catalog.pg_type r ON r.oid = p.prorettype
    WHERE p.oid = ANY (ARRAY[${oids.join(', ')}]::pg_catalog.oid[]) AND p.prokind = 'f' AND l.lanname = 'plpgsql'
      AND r.typname NOT IN ('trigger', 'event_trigger')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
    ORDER BY p.oid`);
  return (result?.rows ?? []) as FunctionCall[];
}
