import { type CatalogObject, joinNames, ownName, WHOLES } from '../postgres/catalog/catalog.ts';
import { HISTORY_TABLE_NAMES } from '../rehearsal/history-tables.ts';
import { PLATFORM_ROLES } from './platform.ts';
import { isEcho } from './wholes.ts';

/** What a target has and no migration makes: which of it is a difference, and which is somebody else's business. */

interface ExtrasInput {
  readonly extras: readonly CatalogObject[];
  /** The project's schemas. */
  readonly own: ReadonlySet<string>;
  /** Names of tables and other wholes that the migrations make. */
  readonly wholes: ReadonlySet<string>;
  /** Those of the target, by name. */
  readonly relations: ReadonlyMap<string, CatalogObject>;
  readonly ownerOf: (object: CatalogObject) => string | undefined;
}

interface SortedExtras {
  /** Differences. */
  readonly kept: readonly CatalogObject[];
  /** Schemas of the target that no migration makes or fills. */
  readonly schemas: readonly string[];
  /** Partitions of tables that stand on both sides. */
  readonly partitions: number;
  /** Things in the project's schemas that belong to the hosting service's own roles. */
  readonly platform: number;
  /** History tables of migration tools. */
  readonly histories: readonly string[];
}

/**
 * Partitions come and go with the time, and jobs make them: not what is missing, but what there is beyond the migrations is
 * no difference. An invalid index on one is. What a part has from its table's parent is a matter of the parent alone.
 */
export function sortExtras({ extras, own, wholes, relations, ownerOf }: ExtrasInput): SortedExtras {
  const keptWholes = new Map<string, CatalogObject>();
  const schemas = new Set<string>();
  const histories: string[] = [];
  let partitions = 0;
  let platform = 0;
  const isPart = (object: CatalogObject): boolean => object.table !== undefined;
  for (const object of extras.filter((one) => !isPart(one))) {
    // An empty schema is as good as none.
    if (object.kind === 'schema' || object.schema === '') continue;
    if (!own.has(object.schema)) schemas.add(object.schema);
    else if (PLATFORM_ROLES.has(ownerOf(object) ?? '')) platform += 1;
    else if (object.kind === 'table' && HISTORY_TABLE_NAMES.has(ownName(object))) histories.push(object.name);
    else if (wholes.has(rootOf(object, relations))) partitions += 1;
    else keptWholes.set(`${object.kind} ${object.name}`, object);
  }
  const names = new Set([...keptWholes.values()].filter(({ kind }) => WHOLES.includes(kind)).map(({ name }) => name));
  const parts = extras.filter(
    (object) =>
      object.table !== undefined &&
      ((wholes.has(object.table) && !isEcho(object)) ||
        names.has(object.table) ||
        (isBroken(object) && wholes.has(rootOf(relations.get(object.table), relations)))),
  );
  return { kept: [...keptWholes.values(), ...parts], schemas: [...schemas].sort(), partitions, platform, histories };
}

/** An index that a build or a rebuild has left half-done. */
function isBroken({ kind, facts }: CatalogObject): boolean {
  return kind === 'index' && facts.validity !== undefined;
}

/** The partitioned table at the top; '' when it is no partition. */
function rootOf(object: CatalogObject | undefined, relations: ReadonlyMap<string, CatalogObject>): string {
  const parent = object?.facts['partition of'];
  if (parent === undefined) return '';
  const name = joinNames((parent.match(/"(?:[^"]|"")*"|[^."]+/g) ?? []).map(unquote));
  return rootOf(relations.get(name), relations) || name;
}

function unquote(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
