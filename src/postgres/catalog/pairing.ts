import type { Catalog, CatalogObject, ObjectKind } from './catalog.ts';
import { sameFact } from './tolerance.ts';

/** One object as it is in two catalogs. */
export interface Pair {
  readonly before: CatalogObject;
  readonly after: CatalogObject;
}

interface Pairing {
  readonly pairs: readonly Pair[];
  readonly added: readonly CatalogObject[];
  readonly dropped: readonly CatalogObject[];
}

/**
 * Finds out which objects of two catalogs are the same: by name; what is left by identity, where the two are of one
 * cluster (it was renamed); and what is still left by meaning, for parts of a table that have no data of their own.
 */
export function pairUp(before: Catalog, after: Catalog): Pairing {
  const pairs: Pair[] = [];
  const dropped = new Map<string, CatalogObject>();
  const added = new Map(after.objects);
  for (const [key, object] of before.objects) {
    const namesake = added.get(key);
    if (namesake === undefined) dropped.set(key, object);
    else {
      pairs.push({ before: object, after: namesake });
      added.delete(key);
    }
  }
  if (before.cluster !== '' && before.cluster === after.cluster) pairByIdentity(before, after, dropped, added, pairs);
  pairByMeaning(dropped, added, pairs);
  return { pairs, added: [...added.values()], dropped: [...dropped.values()] };
}

type Left = Map<string, CatalogObject>;

function pairByIdentity(before: Catalog, after: Catalog, dropped: Left, added: Left, pairs: Pair[]): void {
  const byIdentity = new Map<string, readonly [string, CatalogObject]>();
  for (const [key, object] of added) {
    const identity = after.identities.get(key);
    if (identity !== undefined) byIdentity.set(`${object.kind} ${identity}`, [key, object]);
  }
  for (const [key, object] of dropped) {
    const found = byIdentity.get(`${object.kind} ${before.identities.get(key)}`);
    if (found === undefined) continue;
    pairs.push({ before: object, after: found[1] });
    dropped.delete(key);
    added.delete(found[0]);
  }
}

/** Of these a new one with another name and the same meaning does all that the old one did. */
const WITHOUT_DATA: ReadonlySet<ObjectKind> = new Set([
  'constraint',
  'domain constraint',
  'index',
  'trigger',
  'rule',
  'policy',
]);

function pairByMeaning(dropped: Left, added: Left, pairs: Pair[]): void {
  if (dropped.size === 0) return;
  const candidates = [...added].filter(([, object]) => WITHOUT_DATA.has(object.kind));
  for (const [key, object] of dropped) {
    const at = candidates.findIndex(([, other]) => meansTheSame(object, other));
    const [found] = at < 0 ? [] : candidates.splice(at, 1);
    if (found === undefined) continue;
    pairs.push({ before: object, after: found[1] });
    dropped.delete(key);
    added.delete(found[0]);
  }
}

function meansTheSame(a: CatalogObject, b: CatalogObject): boolean {
  if (a.kind !== b.kind || a.table !== b.table || a.facts.definition !== b.facts.definition) return false;
  const facts = new Set([...Object.keys(a.facts), ...Object.keys(b.facts)]);
  return [...facts].every((fact) => sameFact(a, fact, a.facts[fact], b.facts[fact]));
}
