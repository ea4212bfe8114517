import {
  type Catalog,
  type CatalogObject,
  find,
  items,
  joinNames,
  keyOf,
  type ObjectKind,
  ownName,
  WHOLES,
} from '../postgres/catalog/catalog.ts';
import { HISTORY_TABLE_NAMES } from '../rehearsal/history-tables.ts';
import { comparableFacts, withoutTuning } from './comparable-facts.ts';
import { isComparedKind, PLATFORM_ROLES, PLATFORM_SCHEMAS } from './platform.ts';

/**
 * What of a target is the project's schema, to be compared with what the migrations make.
 *
 * Counted is all that the migrations make or change, wherever it is; and what a target has beyond that in the schemas
 * which they make or fill: those are the project's, and nobody else's. What lives in no schema (extensions, event triggers,
 * foreign servers, casts) counts as far as the migrations make it.
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
  /** Whom the migrations' CURRENT_USER was. */
  readonly rehearsalRole: string;
}

/** What stands on the target or in the rehearsal and was not compared. */
export interface NotCompared {
  /** Schemas of the target that no migration makes or fills. */
  readonly schemas: readonly string[];
  /** How many things the migrations found there and left as they were. */
  readonly setup: number;
  /** Partitions of the project's tables that no migration makes: jobs make them as time goes by. */
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

/** Both sides without what is not the project's. No object of the one is identified with one of the other but by name. */
export function projectSchemas(sides: Sides): ProjectSchemas {
  const wandering = wanderingSchemas(sides);
  const plain = (catalog: Catalog): Catalog => comparable(catalog, sides, wandering);
  const [made, found] = [plain(sides.made), plain(sides.found)];
  const setup = sides.setup && plain(sides.setup);
  const ours = new Map([...made.objects].filter(([key, object]) => isMade(object, setup?.objects.get(key))));
  const theirs = new Map<string, CatalogObject>();
  const extras: CatalogObject[] = [];
  for (const [key, object] of found.objects) {
    const namesake = ours.get(key);
    if (namesake !== undefined) theirs.set(key, withoutTuning(object, namesake));
    // What the setup stands in for may be whatever it is; what the migrations drop must be gone.
    else if (setup?.objects.has(key) !== true || !made.objects.has(key)) extras.push(object);
  }
  const own = ownSchemas([...ours.values()], setup, found);
  const { kept, ...leftOut } = sortExtras({ extras, own, ours, setup, found });
  for (const object of kept) theirs.set(keyOf(object), object);
  forgetRoleOfRehearsal(ours, theirs, sides.rehearsalRole);
  const tables = new Set([...ours.values()].filter((object) => isNew(object, setup)).map(({ name }) => name));
  return {
    made: catalogOf(ours, made, tables),
    found: catalogOf(theirs, found, tables),
    notCompared: { ...leftOut, setup: setup === undefined ? 0 : made.objects.size - ours.size },
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

function comparable(catalog: Catalog, sides: Sides, wandering: readonly string[]): Catalog {
  const objects = new Map<string, CatalogObject>();
  for (const object of catalog.objects.values()) {
    if (!isComparedKind(object.kind) || sides.unread.has(object.kind) || isIgnored(object, sides)) continue;
    const plain = comparableFacts(object, wandering);
    // Objects of both sides find each other by these names; the owner is asked for once more, of a target's.
    const owner = object.facts.owner;
    objects.set(keyOf(plain), owner === undefined ? plain : owned(plain, owner));
  }
  return { ...catalog, objects };
}
