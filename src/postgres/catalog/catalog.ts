/** What a database's schema is, as a plain value: every object by name, described by facts that have a meaning. */

export type ObjectKind =
  | 'schema'
  | 'extension'
  | 'table'
  | 'foreign table'
  | 'view'
  | 'materialized view'
  | 'composite type'
  | 'column'
  | 'attribute'
  | 'constraint'
  | 'index'
  | 'sequence'
  | 'statistics object'
  | 'rule'
  | 'trigger'
  | 'policy'
  | 'event trigger'
  | 'function'
  | 'procedure'
  | 'aggregate'
  | 'enum'
  | 'domain'
  | 'domain constraint'
  | 'range type'
  | 'type'
  | 'collation'
  | 'operator'
  | 'operator class'
  | 'operator family'
  | 'cast'
  | 'conversion'
  | 'language'
  | 'text search configuration'
  | 'text search dictionary'
  | 'text search parser'
  | 'text search template'
  | 'foreign-data wrapper'
  | 'server'
  | 'user mapping'
  | 'publication'
  | 'subscription'
  | 'security label'
  | 'default privileges'
  | 'setting'
  | 'database'
  | 'role';

/** The kinds that a `CatalogObject`'s `table` may be of. */
export const WHOLES: readonly ObjectKind[] = [
  'table',
  'view',
  'materialized view',
  'foreign table',
  'composite type',
  'domain',
];

export interface CatalogObject {
  readonly kind: ObjectKind;
  /** '' for what lives in no schema. */
  readonly schema: string;
  /** Names as the catalog holds them, outermost first: ['public', 'users', 'nick']. */
  readonly path: readonly string[];
  /** Readable, and unique within its kind: 'public.users.nick', 'public.total(integer)'. */
  readonly name: string;
  /** The relation, composite type or domain that it is a part of, by name; an index and an owned sequence have one too. */
  readonly table?: string;
  /** What is the case, in words; what is not the case or is the default has no fact. Several items stand on a line each. */
  readonly facts: Readonly<Record<string, string>>;
}

/**
 * Deeply comparable but for `cluster` and `identities`. Objects of the system and of extensions are left out.
 *
 * Objects are matched by name, so that schemas of two servers compare, and what was dropped and made again is equal.
 */
export interface Catalog {
  /** By kind and name: see `keyOf`. */
  readonly objects: ReadonlyMap<string, CatalogObject>;
  /** The columns of each relation and composite type, in order. */
  readonly columnOrder: ReadonlyMap<string, readonly string[]>;
  /**
   * The running server: its system identifier and when it started. OIDs are handed out once per cluster, so that an
   * object of the same identity in two catalogs of one cluster (a database and its clone) is the same object: the one
   * safe way to see that it was renamed. A copy of the data directory has the same system identifier and hands out the
   * same OIDs to other objects; but it is another process, and its identities are compared with nobody's.
   */
  readonly cluster: string;
  readonly identities: ReadonlyMap<string, string>;
}

export function keyOf(object: { readonly kind: ObjectKind; readonly name: string }): string {
  return `${object.kind} ${object.name}`;
}

/** Finds an object by its readable name: find(catalog, 'column', 'public.users.nick'). */
export function find(catalog: Catalog, kind: ObjectKind, name: string): CatalogObject | undefined {
  return catalog.objects.get(keyOf({ kind, name }));
}

/** The last of an object's names. */
export function ownName(object: CatalogObject): string {
  return object.path.at(-1) ?? object.name;
}

/** Joins names with '.', quoting only what would make the result ambiguous. */
export function joinNames(path: readonly string[]): string {
  if (path.length === 1) return path[0] ?? '';
  return path.map((part) => (/[."\s(]|^$/.test(part) ? `"${part.replaceAll('"', '""')}"` : part)).join('.');
}

/** A list of items as one fact, and back. */
export function items(fact: string | undefined): readonly string[] {
  return fact === undefined || fact === '' ? [] : fact.split('\n');
}
