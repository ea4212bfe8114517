import type { Session } from '../../postgres/session.ts';
import type { Write } from './calls.ts';

/** Triggers that a migration has made, or whose function it has replaced, and the writes that make them run. */

export interface Subject {
  readonly name: string;
  /** 'public.orders', quoted where it must be. */
  readonly table: string;
  /** As the context of an error names it, which may put its schema before it. */
  readonly functionName: string;
  readonly onInsert: boolean;
  readonly onUpdate: boolean;
  readonly onDelete: boolean;
  /** WHEN (...) stands before it. */
  readonly conditional: boolean;
  /** For each row, once it is written. */
  readonly afterRow: boolean;
  /** Columns that a new row may give, quoted. */
  readonly columns: readonly string[];
  /** Columns that may be set, quoted. */
  readonly settable: readonly string[];
}

/** `triggers` and `functions`: OIDs, digits. */
export async function triggersOf(
  session: Session,
  triggers: readonly string[],
  functions: readonly string[],
): Promise<readonly Subject[]> {
  if (triggers.length + functions.length === 0) return [];
  const array = (oids: readonly string[]): string => `ARRAY[${oids.join(', ')}]::pg_catalog.oid[]`;
  const columns = (
    condition: string,
  ): string => `ARRAY(SELECT pg_catalog.quote_ident(a.attname) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''${condition} ORDER BY a.attnum)`;
  const [result] = await session.run(`
    SELECT t.tgname AS name, pg_catalog.format('%I.%I', n.nspname, c.relname) AS "table",
      pg_catalog.quote_ident(p.proname) AS "functionName",
      t.tgtype & 4 <> 0 AS "onInsert", t.tgtype & 16 <> 0 AS "onUpdate", t.tgtype & 8 <> 0 AS "onDelete",
      t.tgqual IS NOT NULL AS conditional, t.tgtype & 3 = 1 AS "afterRow",
      ${columns('')} AS columns, ${columns(" AND a.attidentity <> 'a'")} AS settable
    FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
      JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled IN ('O', 'A') AND c.relkind IN ('r', 'p')
      AND l.lanname = 'plpgsql' AND (t.oid = ANY (${array(triggers)}) OR p.oid = ANY (${array(functions)}))
    ORDER BY t.oid`);
  return (result?.rows ?? []) as Subject[];
}

interface Attempt {
  readonly sql: string;
  /** What must write a row by itself before this is tried, so that a failure is the event's own. */
  readonly needs?: string;
  /** The row is there twice then, which a body may refuse with good reason. */
  readonly isDuplicate: boolean;
}

interface Attempts {
  readonly event: Write;
  /** The first that succeeds will do. */
  readonly attempts: readonly Attempt[];
}

/** A row that is there is written once more, in the place of itself where that can be: beside itself it is a duplicate. */
export function tableWrites({ table, columns, settable, onInsert, onUpdate, onDelete }: Subject): readonly Attempts[] {
  const [first] = columns;
  if (first === undefined) return [];
  const all = columns.join(', ');
  const row = `ctid = (SELECT ctid FROM ${table} LIMIT 1)`;
  const into = `INSERT INTO ${table} (${all}) OVERRIDING SYSTEM VALUE`;
  const remove = `DELETE FROM ${table} WHERE ${row}`;
  const inPlace = `WITH gone AS (${remove} RETURNING *) ${into} SELECT ${all} FROM gone`;
  const beside = `${into} SELECT ${all} FROM ${table} LIMIT 1`;
  // Each column, since a trigger may be there for one of them alone.
  const update = `UPDATE ${table} SET ${settable.map((name) => `${name} = ${name}`).join(', ')} WHERE ${row}`;
  const inserts: readonly Attempt[] = [
    { sql: inPlace, needs: remove, isDuplicate: false },
    { sql: beside, isDuplicate: true },
  ];
  const alone = (sql: string): readonly Attempt[] => [{ sql, isDuplicate: false }];
  return [
    ...(onInsert ? [{ event: 'INSERT', attempts: inserts } as const] : []),
    ...(onUpdate && settable.length > 0 ? [{ event: 'UPDATE', attempts: alone(update) } as const] : []),
    ...(onDelete ? [{ event: 'DELETE', attempts: alone(remove) } as const] : []),
  ];
}
