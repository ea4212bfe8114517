import type { Session } from '../../postgres/session.ts';

interface Missing {
  readonly schema: string | null;
  readonly usage: boolean;
  readonly relation: string | null;
  readonly select: boolean;
}

/**
 * The GRANTs that the session's role lacks for a full view, ready to paste: on these relations (as far as they are there),
 * and on what other sessions do.
 */
export async function missingRights(
  session: Session,
  relations: readonly { readonly schema: string; readonly relation: string }[],
): Promise<readonly string[]> {
  const { rows } = await session.client.query<Missing>(
    `SELECT pg_catalog.quote_ident(n.nspname) AS schema, pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS usage,
        pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS relation,
        coalesce(pg_catalog.has_table_privilege(c.oid, 'SELECT'), true) AS select
      FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (schema, relation, place)
      JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
      LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.relation AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      ORDER BY w.place`,
    [relations.map(({ schema }) => schema), relations.map(({ relation }) => relation)],
  );
  const {
    rows: [role],
  } = await session.client.query<{ name: string; sees: boolean }>(
    `SELECT pg_catalog.quote_ident(current_user::text) AS name,
      pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') AS sees`,
  );
  const to = `TO ${role?.name ?? 'CURRENT_USER'};`;
  const grants = [
    ...rows.filter(({ usage }) => !usage).map(({ schema }) => `GRANT USAGE ON SCHEMA ${schema} ${to}`),
    ...rows.filter(({ select }) => !select).map(({ relation }) => `GRANT SELECT ON ${relation} ${to}`),
    ...(role?.sees ? [] : [`GRANT pg_read_all_stats ${to}`]),
  ];
  return [...new Set(grants)];
}
