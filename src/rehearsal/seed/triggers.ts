import type { Session } from '../../postgres/session.ts';

/** Triggers that a migration has made, or whose function it has replaced, and the writes that make them run. */

export interface Subject {
  readonly name: string;
  /** 'public.orders', quoted where it must be. */
  readonly table: string;
  /** As the context of an error names it, which may put its schema before it. */
  readonly functionName: string;
  readonly onInsert: boolean;
  readonly onUpdate: boolean;
  /** Columns that a new row may give, quoted. */
  readonly columns: readonly string[];
  /** Columns that may be set, quoted. */
  readonly settable: readonly string[];
}

export async function triggersSince(session: Session, since: string): Promise<readonly Subject[]> {
  const [result] = await session.run(`
    SELECT t.tgname AS name, pg_catalog.format('%I.%I', n.nspname, c.relname) AS "table", pg_catalog.quote_ident(p.proname) AS "functionName",
      t.tgtype & 4 <> 0 AS "onInsert", t.tgtype & 16 <> 0 AS "onUpdate",
      ARRAY(SELECT pg_catalog.quote_ident(a.attname) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns,
      ARRAY(SELECT pg_catalog.quote_ident(a.attname) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
        ORDER BY a.attnum) AS settable
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
      JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled IN ('O', 'A') AND c.relkind IN ('r', 'p')
      AND l.lanname = 'plpgsql' AND (t.xmin::text::bigint >= ${since} OR p.xmin::text::bigint >= ${since})
    ORDER BY t.oid`);
  return (result?.rows ?? []) as Subject[];
}

/** A row that is there is written once more. */
export function tableWrites({
  table,
  columns,
  settable,
  onInsert,
  onUpdate,
}: Subject): { event: 'INSERT' | 'UPDATE'; sql: string }[] {
  const [first] = columns;
  if (first === undefined) return [];
  const all = columns.join(', ');
  const insert = `INSERT INTO ${table} (${all}) OVERRIDING SYSTEM VALUE SELECT ${all} FROM ${table} LIMIT 1`;
  // Each column, since a trigger may be there for one of them alone.
  const update = `UPDATE ${table} SET ${settable.map((name) => `${name} = ${name}`).join(', ')} WHERE ctid = (SELECT ctid FROM ${table} LIMIT 1)`;
  return [
    ...(onInsert ? [{ event: 'INSERT', sql: insert } as const] : []),
    ...(onUpdate && settable.length > 0 ? [{ event: 'UPDATE', sql: update } as const] : []),
  ];
}
