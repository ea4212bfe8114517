import { type Catalog, type CatalogObject, find, WHOLES } from './catalog.ts';
import { type Pair, pairUp } from './pairing.ts';
import { Renames } from './renames.ts';
import { sameFact } from './tolerance.ts';

export interface FactChange {
  readonly fact: string;
  /** undefined: there was none. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** A pair of objects that are the same one. Their names differ when it was renamed as well. */
export interface ChangedObject {
  readonly before: CatalogObject;
  readonly after: CatalogObject;
  readonly facts: readonly FactChange[];
}

/** What differs between two catalogs, by meaning. Each list is in the order of names. */
export interface CatalogDifference {
  readonly added: readonly CatalogObject[];
  readonly dropped: readonly CatalogObject[];
  readonly changed: readonly ChangedObject[];
  /** Renamed in itself; what is only called otherwise because its table was renamed is not told. */
  readonly renamed: readonly Pair[];
  /** Tables whose columns stand in another order: no difference in meaning, but one that `INSERT` without names sees. */
  readonly reordered: readonly ReorderedColumns[];
  /** What any of these objects is a part of, by its names: tables that have not changed in themselves are here too. */
  readonly wholes: ReadonlyMap<string, CatalogObject>;
}

interface ReorderedColumns {
  readonly table: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * Compares by name and meaning: an object that was dropped and made again is unchanged. Tolerated are white space in
 * function bodies (see tolerance.ts) and the order of columns, which is told apart.
 */
export function compare(before: Catalog, after: Catalog): CatalogDifference {
  const { pairs, added, dropped } = pairUp(before, after);
  const renames = new Renames(pairs);
  const renamed = pairs.filter((pair) => renames.isRenamed(pair));
  const changed: ChangedObject[] = [];
  for (const pair of pairs) {
    const facts = haveEqualFacts(pair) ? [] : changedFacts(pair, renames);
    if (facts.length > 0) changed.push({ ...pair, facts });
  }
  return {
    added: sorted(added, after, (object) => object),
    dropped: sorted(dropped, before, (object) => object),
    changed: sorted(changed, after, (change) => change.after),
    renamed: sorted(renamed, after, (pair) => pair.after),
    reordered: reorderedColumns(before, after, renames),
    wholes: wholesOf([...added, ...dropped, ...[...changed, ...renamed].map((pair) => pair.after)], before, after),
  };
}

/** Whether the two mean the same. The order of columns does not count. */
export function isSame(difference: CatalogDifference): boolean {
  const { added, dropped, changed, renamed } = difference;
  return added.length + dropped.length + changed.length + renamed.length === 0;
}

/** The usual case, among thousands of objects, without making any. */
function haveEqualFacts({ before: { facts: before }, after: { facts: after } }: Pair): boolean {
  for (const fact in before) if (before[fact] !== after[fact]) return false;
  for (const fact in after) if (before[fact] === undefined) return false;
  return true;
}

function changedFacts({ before, after }: Pair, renames: Renames): readonly FactChange[] {
  const names = new Set([...Object.keys(before.facts), ...Object.keys(after.facts)]);
  return [...names].flatMap((fact) => {
    const [old, now] = [before.facts[fact], after.facts[fact]];
    if (sameFact(after, fact, old, now)) return [];
    const translated = old === undefined ? undefined : renames.translate(before, old);
    return sameFact(after, fact, translated, now) ? [] : [{ fact, before: old, after: now }];
  });
}

function reorderedColumns(before: Catalog, after: Catalog, renames: Renames): readonly ReorderedColumns[] {
  const reordered: ReorderedColumns[] = [];
  for (const [table, old] of before.columnOrder) {
    const nowCalled = renames.relation(table);
    const now = after.columnOrder.get(nowCalled);
    if (now === undefined) continue;
    const kept = old.map((column) => renames.column(table, column)).filter((column) => now.includes(column));
    const common = now.filter((column) => kept.includes(column));
    if (kept.some((column, at) => column !== common[at]))
      reordered.push({ table: nowCalled, before: kept, after: common });
  }
  return reordered;
}

function wholesOf(
  objects: readonly CatalogObject[],
  before: Catalog,
  after: Catalog,
): ReadonlyMap<string, CatalogObject> {
  const wholes = new Map<string, CatalogObject>();
  for (const name of new Set(objects.map((object) => object.table))) {
    if (name === undefined) continue;
    const found = WHOLES.map((kind) => find(after, kind, name) ?? find(before, kind, name)).find(
      (whole) => whole !== undefined,
    );
    if (found !== undefined) wholes.set(name, found);
  }
  return wholes;
}

/** By name; a table's columns come first among its parts, in their own order. */
function sorted<T>(list: readonly T[], catalog: Catalog, object: (item: T) => CatalogObject): readonly T[] {
  const key = (item: T): string => {
    const { kind, table, path, name } = object(item);
    if (table === undefined || (kind !== 'column' && kind !== 'attribute')) return name;
    const position = catalog.columnOrder.get(table)?.indexOf(path.at(-1) ?? '') ?? 0;
    return `${table}.${String(position).padStart(5, '0')}`;
  };
  return list
    .map((item) => ({ item, key: key(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ item }) => item);
}
