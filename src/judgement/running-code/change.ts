import { type Catalog, type CatalogObject, joinNames, keyOf, type ObjectKind } from '../../postgres/catalog/catalog.ts';
import { namesIn } from '../sql-words.ts';

/** What two catalogs are to running code: names, and what stands behind them. */

export interface ShapeColumn {
  readonly name: string;
  readonly type: string;
  readonly collation: string | undefined;
  /** undefined: a view's column. */
  readonly object: CatalogObject | undefined;
}

/** A relation as queries see it. */
export interface Shape {
  readonly relation: CatalogObject;
  readonly columns: ReadonlyMap<string, ShapeColumn>;
}

const QUERIED: ReadonlySet<ObjectKind> = new Set(['table', 'foreign table', 'view', 'materialized view']);

/** Types that have a name in the schema and may be dropped or renamed. */
const TYPES: ReadonlySet<ObjectKind> = new Set(['enum', 'domain', 'composite type', 'range type']);

function bareName(type: string): string {
  return type.replaceAll('"', '');
}

/** The schema before and after, as old code meets it: by name. Identities tell only what became of a name. */
export class SchemaChange {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly #laterByIdentity = new Map<string, CatalogObject>();

  constructor(before: Catalog, after: Catalog) {
    this.before = before;
    this.after = after;
    if (before.cluster === '' || before.cluster !== after.cluster) return;
    for (const [key, identity] of after.identities) {
      const object = after.objects.get(key);
      if (object !== undefined) this.#laterByIdentity.set(identity, object);
    }
  }

  /** The same object under whatever name it has now; undefined: it has gone. */
  later(object: CatalogObject): CatalogObject | undefined {
    return this.#laterByIdentity.get(this.before.identities.get(keyOf(object)) ?? '');
  }

  /** Whether an object of the schema after was there before, under whatever name. */
  isOlder(object: CatalogObject): boolean {
    this.#earlier ??= new Set(this.before.identities.values());
    return this.#earlier.has(this.after.identities.get(keyOf(object)) ?? '');
  }

  #earlier: ReadonlySet<string> | undefined;

  /** Whether the later object of that name is not the same one. */
  isRemade(object: CatalogObject): boolean {
    const key = keyOf(object);
    const [old, now] = [this.before.identities.get(key), this.after.identities.get(key)];
    return this.before.cluster === this.after.cluster && old !== undefined && now !== undefined && old !== now;
  }

  /** Whether two texts of the catalog mean one type, be it called otherwise now. */
  isSameType(before: string, after: string): boolean {
    if (before === after) return true;
    const [, name = '', rest = ''] = before.match(/^(.*?)((?:\[\])*)$/s) ?? [];
    return (this.#renamedTypes().get(bareName(name)) ?? name) + rest === bareName(after);
  }

  #renamed: ReadonlyMap<string, string> | undefined;

  #renamedTypes(): ReadonlyMap<string, string> {
    this.#renamed ??= new Map(
      [...this.before.objects.values()].flatMap((type): readonly (readonly [string, string])[] => {
        const now = TYPES.has(type.kind) ? this.later(type) : undefined;
        return now === undefined ? [] : [[bareName(type.name), bareName(now.name)]];
      }),
    );
    return this.#renamed;
  }

  /** Whether a type of that name was made again: another type under the old name. `name`: as a column has it. */
  isRemadeType(name: string): boolean {
    const bare = bareName(name.replace(/(?:\[\])*$/, ''));
    return [...TYPES].some((kind) => {
      const type = this.before.objects.get(keyOf({ kind, name: bare }));
      return type !== undefined && this.isRemade(type);
    });
  }

  /** Whether it went with the renaming of its schema, which is told by itself. */
  isInRenamedSchema({ schema }: CatalogObject): boolean {
    const whole = this.before.objects.get(keyOf({ kind: 'schema', name: schema }));
    const now = whole && this.later(whole);
    return now !== undefined && now.name !== schema;
  }

  /** By name, of what is there before and after. */
  *lasting(): Generator<readonly [before: Shape, after: Shape]> {
    const later = shapesOf(this.after);
    for (const [name, shape] of shapesOf(this.before)) {
      const now = later.get(name);
      if (now !== undefined) yield [shape, now];
    }
  }
}

const known = new WeakMap<Catalog, ReadonlyMap<string, Shape>>();

/** Every relation that can be queried, by name. Read once for each catalog. */
export function shapesOf(catalog: Catalog): ReadonlyMap<string, Shape> {
  const read = known.get(catalog) ?? readShapes(catalog);
  known.set(catalog, read);
  return read;
}

function readShapes(catalog: Catalog): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, { relation: CatalogObject; columns: Map<string, ShapeColumn> }>();
  for (const object of catalog.objects.values()) {
    if (QUERIED.has(object.kind)) shapes.set(object.name, { relation: object, columns: viewColumns(object) });
  }
  for (const [table, names] of catalog.columnOrder) {
    const shape = shapes.get(table);
    if (shape === undefined || shape.relation.facts.columns !== undefined) continue;
    for (const name of names) {
      const object = catalog.objects.get(keyOf({ kind: 'column', name: joinNames([...shape.relation.path, name]) }));
      if (object === undefined) continue;
      const { type = '', collation } = object.facts;
      shape.columns.set(name, { name, type, collation, object });
    }
  }
  return shapes;
}

/** A view's columns stand in one fact: `id integer`, `"Full name" text`. */
function viewColumns({ facts: { columns = '' } }: CatalogObject): Map<string, ShapeColumn> {
  const found = new Map<string, ShapeColumn>();
  for (const line of columns.split('\n')) {
    const [, written = '', type = ''] = line.match(/^("(?:[^"]|"")+"|\S+) (.+)$/) ?? [];
    const [name] = namesIn(written);
    if (name !== undefined) found.set(name, { name, type, collation: undefined, object: undefined });
  }
  return found;
}
