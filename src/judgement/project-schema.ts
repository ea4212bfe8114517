import { type Catalog, type CatalogObject, find, keyOf, type ObjectKind, WHOLES } from '../postgres/catalog/catalog.ts';
import { PLATFORM_SCHEMAS } from '../postgres/platform-schemas.ts';
import { comparableFacts, withoutTuning } from './comparable-facts.ts';
import { sortExtras } from './extra-objects.ts';
import { isComparedKind, PLATFORM_ROLES } from './platform.ts';

/**
 * What of a target is the project's schema, to be compared with what the migrations make.
 *
 * Counted is all that the migrations make or change, wherever it is; and what a target has beyond that in the schemas
 * which they make or fill: those are the project's. What lives in no schema (extensions, event triggers, foreign servers,
 * casts) counts as far as the migrations make it.
 */

export interface Sides {
  /** What the migrations make, on a server of ours. */
  readonly made: Catalog;
  /** What stood there before them (a preset, extensions, `rehearsal.setup`); undefined: nothing. */
  readonly setup: Catalog | undefined;
  /** What the target has. */
  readonly found: Catalog;
  /** Kinds that could not be read on the target. */
  readonly unread: ReadonlySet<ObjectKind>;
  readonly ignoreSchemas: readonly string[];
  readonly ignoreRelations: readonly string[];
  /** Who CURRENT_USER was for the migrations. */
  readonly rehearsalRole: string;
}

/** What was there and not compared. */
export interface NotCompared {
  /** Things that the migrations found in the rehearsal and left as they were. */
  readonly setup: number;
  /** Schemas of the target that no migration makes or fills. */
  readonly schemas: readonly string[];
  /** Partitions that no migration makes. */
  readonly partitions: number;
  /** Things in the project's schemas that belong to the hosting service's own roles. */
  readonly platform: number;
  /** Other tools' history tables. */
  readonly histories: readonly string[];
}

interface ProjectSchemas {
  readonly made: Catalog;
  readonly found: Catalog;
  readonly notCompared: NotCompared;
}

type Objects = ReadonlyMap<string, CatalogObject>;

/** Both sides without what is not the project's, and without what objects of theirs cannot be compared by. */
export function projectSchemas(sides: Sides): ProjectSchemas {
  const wandering = wanderingSchemas(sides);
  const plain = (catalog: Catalog): Objects => comparable(catalog, sides, wandering);
  const [made, found] = [plain(sides.made), plain(sides.found)];
  const setup: Objects = sides.setup === undefined ? new Map() : plain(sides.setup);
  const ours = new Map([...made].filter(([key, object]) => isMade(object, setup.get(key))));
  const theirs = new Map<string, CatalogObject>();
  const extras: CatalogObject[] = [];
  for (const [key, object] of found) {
    const namesake = ours.get(key);
    if (namesake !== undefined) theirs.set(key, sameRole(withoutTuning(object, namesake), namesake, sides));
    // What the setup stands in for may be whatever it is; what a migration drops of it must be gone.
    else if (!setup.has(key)) extras.push(object);
    else if (!made.has(key)) theirs.set(key, object);
  }
  const fresh = [...ours].filter(([key]) => !setup.has(key)).map(([, object]) => object);
  const wholes = new Set(fresh.filter(isRelation).map(({ name }) => name));
  const { kept, ...notCompared } = sortExtras({
    extras,
    own: ownSchemas(fresh, sides.found),
    wholes,
    relations: new Map([...found.values()].filter(isRelation).map((object) => [object.name, object])),
    ownerOf: (object) => sides.found.objects.get(keyOf(object))?.facts.owner,
  });
  for (const object of kept) theirs.set(keyOf(object), object);
  return {
    made: catalogOf(ours, sides.made, wholes),
    found: catalogOf(theirs, sides.found, wholes),
    notCompared: { setup: setup.size === 0 ? 0 : made.size - ours.size, ...notCompared },
  };
}

/** Schemas in which the two sides keep one and the same extension. */
function wanderingSchemas({ made, found }: Sides): readonly string[] {
  const schemas = [...made.objects.values()].flatMap(({ kind, name, facts }) => {
    const other = kind === 'extension' ? find(found, kind, name)?.facts['in schema'] : undefined;
    const schema = facts['in schema'];
    return other === undefined || schema === undefined || other === schema ? [] : [schema, other];
  });
  return [...new Set(schemas)];
}

function comparable(catalog: Catalog, sides: Sides, wandering: readonly string[]): Objects {
  const objects = new Map<string, CatalogObject>();
  for (const object of catalog.objects.values()) {
    if (!isComparedKind(object.kind) || sides.unread.has(object.kind) || isIgnored(object, sides)) continue;
    const plain = comparableFacts(object, wandering);
    objects.set(keyOf(plain), plain);
  }
  return objects;
}

/** Every database comes with a schema `public`, whose owner and comment differ by version and service. */
function isIgnored({ kind, name, schema, table }: CatalogObject, sides: Sides): boolean {
  if (kind === 'schema') return name === 'public' || sides.ignoreSchemas.includes(name);
  const relations = sides.ignoreRelations;
  return (
    sides.ignoreSchemas.includes(schema) ||
    relations.includes(name) ||
    (table !== undefined && relations.includes(table))
  );
}

function isMade(object: CatalogObject, before: CatalogObject | undefined): boolean {
  if (before === undefined) return true;
  const facts = new Set([...Object.keys(object.facts), ...Object.keys(before.facts)]);
  return [...facts].some((fact) => object.facts[fact] !== before.facts[fact]);
}

function isRelation({ kind }: CatalogObject): boolean {
  return WHOLES.includes(kind);
}

/** The schemas that the migrations make or put something into. Who makes nothing yet has `public` for his own. */
function ownSchemas(fresh: readonly CatalogObject[], found: Catalog): ReadonlySet<string> {
  const made = new Set(fresh.filter(({ kind }) => kind === 'schema').map(({ name }) => name));
  const filled = fresh.filter(({ table, schema }) => table === undefined && schema !== '').map(({ schema }) => schema);
  const own = [...new Set([...made, ...filled])].filter((schema) => {
    if (schema === 'public') return true;
    const owner = find(found, 'schema', schema)?.facts.owner ?? '';
    return !PLATFORM_ROLES.has(owner) && (made.has(schema) || !PLATFORM_SCHEMAS.has(schema));
  });
  return new Set(own.length > 0 ? own : ['public']);
}

/** A policy for CURRENT_USER is one for the role that ran the migration. */
function sameRole(found: CatalogObject, made: CatalogObject, { rehearsalRole }: Sides): CatalogObject {
  const { roles } = made.facts;
  if (found.kind !== 'policy' || roles === undefined || !roles.split(', ').includes(rehearsalRole)) return found;
  return { ...found, facts: { ...found.facts, roles } };
}

/** Of two servers: no identities. The order of columns is told of tables that the migrations make. */
function catalogOf(objects: Objects, { columnOrder }: Catalog, tables: ReadonlySet<string>): Catalog {
  const order = [...columnOrder].filter(([table]) => tables.has(table));
  return { objects, columnOrder: new Map(order), cluster: '', identities: new Map() };
}
