import type { QueryArrayResult } from 'pg';
import { type Catalog, type CatalogObject, joinNames, keyOf, type ObjectKind } from './catalog.ts';
import { withoutSecrets } from './secrets.ts';

/** Rows of the catalog queries (see queries/fragments.ts) with every value as text. */
export type TextResult = QueryArrayResult<(string | null)[]>;

/** Kinds whose names are unique in the schema although they are a part of a relation. */
const NAMED_IN_SCHEMA: ReadonlySet<string> = new Set<ObjectKind>(['index', 'sequence', 'statistics object']);

/** kind, schema, relation, name, args, identity; what follows are facts. */
const HEAD_COLUMNS = 6;

/** Makes a catalog from what the queries found; columns come in their order. */
export function assemble(
  results: readonly TextResult[],
  cluster: string,
  keep: (object: CatalogObject) => boolean,
): Catalog {
  const objects = new Map<string, CatalogObject>();
  const identities = new Map<string, string>();
  const columnOrder = new Map<string, string[]>();
  for (const { fields, rows } of results) {
    const facts = fields.slice(HEAD_COLUMNS).map(({ name }) => name);
    for (const row of rows) {
      const object = toObject(row, facts);
      if (!keep(object)) continue;
      const key = keyOf(object);
      objects.set(key, object);
      const identity = row[HEAD_COLUMNS - 1];
      if (identity != null) identities.set(key, identity);
      if ((object.kind === 'column' || object.kind === 'attribute') && object.table !== undefined) {
        const order = columnOrder.get(object.table);
        const name = object.path.at(-1) ?? '';
        if (order === undefined) columnOrder.set(object.table, [name]);
        else order.push(name);
      }
    }
  }
  return { objects, columnOrder, cluster, identities };
}

function toObject(row: readonly (string | null)[], factNames: readonly string[]): CatalogObject {
  const [kind, schema, relation, ownName, args] = row as [ObjectKind, ...(string | null)[]];
  const path = [schema, NAMED_IN_SCHEMA.has(kind) ? null : relation, ownName].filter((part) => part != null);
  const name = `${joinNames(path)}${args ?? ''}`;
  const facts: Record<string, string> = {};
  for (const [at, fact] of factNames.entries()) {
    const value = row[HEAD_COLUMNS + at];
    if (value != null && value !== '') facts[fact] = value;
  }
  return {
    kind,
    schema: schema ?? '',
    path,
    name,
    ...(schema != null && relation != null && { table: joinNames([schema, relation]) }),
    facts: withoutSecrets(kind, name, facts),
  };
}
