import type { Session } from '../../postgres/session.ts';

/** What a seeder has to know of a schema, read in one query. */

export interface SeedColumn {
  readonly name: string;
  /** As a cast writes it, with its schema and modifier: 'numeric(10,2)', 'public.mood'. */
  readonly type: string;
  readonly typeId: string;
  /** The modifier as the catalog has it: -1 for none. */
  readonly modifier: number;
  readonly notNull: boolean;
  /** Identity, or a default that counts a sequence up. */
  readonly counted: boolean;
}

interface SeedKey {
  readonly columns: readonly string[];
  /** Two NULLs are equal in it. */
  readonly nullsEqual: boolean;
}

export interface SeedCheck {
  readonly name: string;
  /** Without names of tables: columns stand alone. */
  readonly expression: string;
  readonly columns: readonly string[];
}

export interface SeedTable {
  readonly id: string;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly SeedColumn[];
  /** Unique indexes and exclusion constraints, also of its partitions. */
  readonly keys: readonly SeedKey[];
  readonly checks: readonly SeedCheck[];
  /** What a row must meet to find a partition; null: there is none that it has to find. */
  readonly partitions: SeedCheck | null;
  /** Partitioned, and without a partition that could hold a row. */
  readonly homeless: boolean;
  /** Its files are not empty. */
  readonly mayHaveRows: boolean;
}

export interface SeedForeignKey {
  readonly child: string;
  readonly childColumns: readonly string[];
  readonly parent: string;
  readonly parentColumns: readonly string[];
  /** MATCH FULL: all of it is NULL, or nothing. */
  readonly full: boolean;
}

export interface SeedType {
  readonly id: string;
  readonly name: string;
  /** pg_type.typtype: b base, d domain, e enum, c composite, r range, m multirange. */
  readonly kind: string;
  /** Of a domain: what it is made on; of an array or a range: of what. */
  readonly base: string | null;
  readonly baseModifier: number;
  readonly element: string | null;
  readonly labels: readonly string[] | null;
  readonly attributes: readonly { readonly typeId: string; readonly modifier: number }[] | null;
  /** A domain's own checks, as text to look for constants in. */
  readonly checks: readonly string[] | null;
  readonly notNull: boolean;
}

export interface SeedCatalog {
  readonly tables: readonly SeedTable[];
  readonly foreignKeys: readonly SeedForeignKey[];
  readonly types: readonly SeedType[];
  /** What functions in constraints find their tables by. */
  readonly searchPath: string;
}

/** Reads it. The session's search path must hold pg_catalog alone, so that every name comes with its schema. */
export async function readSeedCatalog(session: Session): Promise<SeedCatalog> {
  // To compile it would take longer than to run it.
  const [, result] = await session.run(`SET jit = off; ${CATALOG}`);
  const row: { readonly catalog: SeedCatalog } | undefined = result?.rows[0];
  if (row === undefined) throw new Error('the catalog says nothing');
  return row.catalog;
}

/** Leaves of a partitioned table whose bounds are looked at: each is a part of a condition. */
const LEAVES = 20;

const names = (numbers: string, relation: string): string =>
  `(SELECT coalesce(json_agg(a.attname ORDER BY listed.place), '[]') FROM unnest(${numbers}) WITH ORDINALITY AS listed(number, place)
    JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = listed.number)`;

/**
 * Partitions count as their root: rows go in there and find their way. Plain names are safe: pg_catalog stands alone in the
 * search path. A sequence's part of a default is told by its text: nextval('...'::regclass).
 */
const CATALOG = `
WITH RECURSIVE tables AS (
  SELECT c.oid, n.nspname, c.relname, c.relkind
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
    AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
), leaves AS (
  SELECT t.oid AS root, p.relid AS oid, row_number() OVER (PARTITION BY t.oid ORDER BY p.level, p.relid) AS place
  FROM tables t, LATERAL pg_partition_tree(t.oid) p JOIN pg_class c ON c.oid = p.relid
  WHERE t.relkind = 'p' AND p.isleaf AND c.relkind = 'r'
), members AS (
  SELECT oid AS root, oid FROM tables UNION SELECT root, oid FROM leaves
), types AS (
  SELECT DISTINCT a.atttypid AS oid FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0
  WHERE NOT a.attisdropped AND a.attgenerated = ''
  UNION
  SELECT next.oid FROM types JOIN pg_type y ON y.oid = types.oid, LATERAL (
    SELECT y.typbasetype WHERE y.typtype = 'd'
    UNION ALL SELECT y.typelem WHERE y.typcategory = 'A'
    UNION ALL SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = y.oid
    UNION ALL SELECT r.rngtypid FROM pg_range r WHERE r.rngmultitypid = y.oid
    UNION ALL SELECT a.atttypid FROM pg_attribute a
      WHERE y.typtype = 'c' AND a.attrelid = y.typrelid AND a.attnum > 0 AND NOT a.attisdropped
  ) AS next(oid)
)
SELECT json_build_object(
  'searchPath', coalesce((
    SELECT substr(item, 13) FROM pg_db_role_setting s, unnest(s.setconfig) AS item
    WHERE s.setrole = 0 AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND item LIKE 'search_path=%'), '"$user", public'),
  'tables', coalesce((SELECT json_agg(json_build_object(
    'id', t.oid::text, 'schema', t.nspname, 'name', t.relname,
    'columns', coalesce((SELECT json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
        'typeId', a.atttypid::text, 'modifier', a.atttypmod, 'notNull', a.attnotnull,
        'counted', a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false)) ORDER BY a.attnum)
      FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''), '[]'),
    'keys', coalesce((SELECT json_agg(json_build_object('columns', (
          SELECT coalesce(json_agg(DISTINCT a.attname), '[]') FROM pg_attribute a WHERE a.attrelid = i.indrelid AND (
            a.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
            OR i.indexprs IS NOT NULL AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
              AND d.objid = i.indexrelid AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum))),
        'nullsEqual', coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)))
      FROM (SELECT t.oid UNION ALL SELECT l.oid FROM leaves l WHERE l.root = t.oid) m JOIN pg_index i ON i.indrelid = m.oid
      WHERE (i.indisunique OR i.indisexclusion)
        AND (m.oid = t.oid OR NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid))), '[]'),
    'checks', coalesce((SELECT json_agg(json_build_object('name', k.conname, 'expression', pg_get_expr(k.conbin, k.conrelid),
        'columns', ${names('k.conkey', 'k.conrelid')}) ORDER BY k.conname)
      FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'c'
        AND coalesce(to_jsonb(k) ->> 'conenforced', 'true') = 'true'), '[]'),
    'partitions', CASE WHEN t.relkind = 'p' THEN (SELECT json_build_object('name', 'partition',
        'expression', string_agg(format('(%s)', coalesce(pg_get_partition_constraintdef(l.oid), 'true')), ' OR ' ORDER BY l.place),
        'columns', (SELECT coalesce(json_agg(DISTINCT a.attname), '[]')
          FROM pg_partition_tree(t.oid) p JOIN pg_partitioned_table q ON q.partrelid = p.relid
          JOIN pg_attribute a ON a.attrelid = q.partrelid AND a.attnum > 0 WHERE a.attnum = ANY (q.partattrs::smallint[])
            OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = q.partrelid
              AND d.objsubid = 0 AND d.refobjid = q.partrelid AND d.refobjsubid = a.attnum)))
      FROM leaves l WHERE l.root = t.oid AND l.place <= ${LEAVES}) END,
    'homeless', t.relkind = 'p' AND NOT EXISTS (SELECT FROM leaves l WHERE l.root = t.oid),
    'mayHaveRows', pg_relation_size(t.oid) > 0
      OR EXISTS (SELECT FROM leaves l WHERE l.root = t.oid AND pg_relation_size(l.oid) > 0)
  ) ORDER BY t.oid) FROM tables t), '[]'),
  'foreignKeys', coalesce((SELECT json_agg(json_build_object(
      'child', m.root::text, 'childColumns', ${names('k.conkey', 'k.conrelid')},
      'parent', p.root::text, 'parentColumns', ${names('k.confkey', 'k.confrelid')}, 'full', k.confmatchtype = 'f')
      ORDER BY k.oid)
    FROM pg_constraint k JOIN members m ON m.oid = k.conrelid JOIN members p ON p.oid = k.confrelid
    WHERE k.contype = 'f' AND k.conparentid = 0), '[]'),
  'types', coalesce((SELECT json_agg(json_build_object(
      'id', y.oid::text, 'name', y.typname, 'kind', y.typtype, 'notNull', y.typnotnull,
      'base', nullif(y.typbasetype, 0)::text, 'baseModifier', y.typtypmod,
      'element', coalesce(CASE WHEN y.typcategory = 'A' THEN nullif(y.typelem, 0) END,
        (SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = y.oid),
        (SELECT r.rngtypid FROM pg_range r WHERE r.rngmultitypid = y.oid))::text,
      'labels', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = y.oid),
      'attributes', CASE WHEN y.typtype = 'c' THEN (
        SELECT coalesce(json_agg(json_build_object('typeId', a.atttypid::text, 'modifier', a.atttypmod) ORDER BY a.attnum), '[]')
        FROM pg_attribute a WHERE a.attrelid = y.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END,
      'checks', (SELECT json_agg(pg_get_expr(k.conbin, 0)) FROM pg_constraint k WHERE k.contypid = y.oid AND k.contype = 'c')))
    FROM types JOIN pg_type y ON y.oid = types.oid), '[]')
) AS catalog`;
