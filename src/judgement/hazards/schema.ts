import { type Catalog, type CatalogObject, items, type ObjectKind } from '../../postgres/catalog/catalog.ts';
import type { Severity } from '../../report/model.ts';
import type { HazardRule } from '../hazard-rules.ts';
import { type IndexShape, indexesOf } from '../keys.ts';
import type { Blame } from '../running-code/placement.ts';
import { namesIn } from '../sql-words.ts';
import { isEcho } from '../wholes.ts';

/** A hazard that one catalog shows by itself. */
export interface Hazard {
  readonly rule: HazardRule;
  readonly severity: Severity;
  /** Its severity where the table was there before. */
  readonly onOldTable?: Severity;
  /** What it is about. A hazard of the same rule and object that was there before is nobody's news. */
  readonly object: CatalogObject;
  readonly message: string;
  /** What of it counts, where the object had some of it before. */
  readonly extent?: string;
  readonly blame: Blame;
}

/** One catalog, in the order in which hazards ask for it. */
export interface Schema {
  readonly catalog: Catalog;
  ofKind(kind: ObjectKind): readonly CatalogObject[];
  /** The constraints, policies and the like of a table that are its own and not its parent's. */
  parts(table: string, kind: ObjectKind): readonly CatalogObject[];
  readonly indexes: ReadonlyMap<string, readonly IndexShape[]>;
  /** Whether a publication sends the table's UPDATEs and DELETEs. */
  isPublished(table: CatalogObject): boolean;
}

export function schemaOf(catalog: Catalog): Schema {
  const kinds = new Map<ObjectKind, CatalogObject[]>();
  const parts = new Map<string, CatalogObject[]>();
  for (const object of catalog.objects.values()) {
    push(kinds, object.kind, object);
    if (object.table !== undefined && !isEcho(object)) push(parts, `${object.kind} ${object.table}`, object);
  }
  const publications = kinds.get('publication') ?? [];
  return {
    catalog,
    indexes: indexesOf(catalog),
    ofKind: (kind) => kinds.get(kind) ?? [],
    parts: (table, kind) => parts.get(`${kind} ${table}`) ?? [],
    isPublished: (table) => publications.some((publication) => covers(publication, table)),
  };
}

function push<K>(map: Map<K, CatalogObject[]>, key: K, object: CatalogObject): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [object]);
  else known.push(object);
}

function covers({ facts }: CatalogObject, table: CatalogObject): boolean {
  const what = (facts.publishes ?? '').split(', ');
  if (!what.includes('update') && !what.includes('delete')) return false;
  if (what.includes('all tables') || items(facts.schemas).some((schema) => namesIn(schema)[0] === table.schema))
    return true;
  return items(facts.tables).some((line) => namesIn(line).slice(0, 2).join('\0') === table.path.join('\0'));
}
