import { parseSql } from '../../project/sql.ts';
import { nodeEntry } from '../../project/syntax-tree.ts';
import type { CatalogObject } from './catalog.ts';

/** What Postgres' texts of conditions are a part of, by the kind of object: with it they parse. */
const FRAMES: Partial<Record<CatalogObject['kind'], (text: string) => string>> = {
  constraint: (text) => `ALTER TABLE t ADD ${text}`,
  'domain constraint': (text) => `ALTER TABLE t ADD ${text}`,
  index: (text) => `CREATE INDEX ON t USING ${text}`,
  policy: (text) => `SELECT ${text}`,
  view: (text) => text,
  'materialized view': (text) => text,
};

/**
 * Whether two texts of an object differ in nothing but how AND and OR are grouped: Postgres keeps `a AND (b AND c)` apart
 * from `a AND b AND c`, and a down script that was written by hand seldom has the brackets of the schema's dump.
 * `loadParser` must have resolved; before, nothing is the same.
 */
export function sameCondition({ kind }: Pick<CatalogObject, 'kind'>, before: string, after: string): boolean {
  const frame = FRAMES[kind];
  if (frame === undefined || !/\b(?:AND|OR)\b/.test(before) || bare(before) !== bare(after)) return false;
  const [old, now] = [treeOf(frame(before)), treeOf(frame(after))];
  return old !== undefined && old === now;
}

/** Cheap, and says no to nearly all that does differ: the same text but for brackets and white space. */
function bare(text: string): string {
  return text.replace(/[()\s]/g, '');
}

function treeOf(sql: string): string | undefined {
  const { statements } = parseSql(sql);
  return statements && JSON.stringify(statements.map(({ tree }) => flat(tree)));
}

/** The tree without places, and with AND in AND (OR in OR) as one list. */
function flat(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(flat);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (key === 'location' ? [] : [[key, flat(inner)]])),
  );
  const [kind, node] = nodeEntry(fields) ?? [];
  if (kind !== 'BoolExpr' || node?.boolop === 'NOT_EXPR' || !Array.isArray(node?.args)) return fields;
  const args = node.args.flatMap((argument: unknown) => {
    const [inner, other] = nodeEntry(argument) ?? [];
    return inner === 'BoolExpr' && other?.boolop === node.boolop && Array.isArray(other?.args)
      ? other.args
      : [argument];
  });
  return { BoolExpr: { ...node, args } };
}
