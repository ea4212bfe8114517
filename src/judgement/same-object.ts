import { type Catalog, type CatalogObject, keyOf } from '../postgres/catalog/catalog.ts';

/** What identities tell beyond names: whether a table or column is still the one that holds the data. */

/** Whether it is there under another name: it was renamed, be it into the place of one that was dropped. */
export function livesOn(object: CatalogObject, earlier: Catalog, later: Catalog): boolean {
  const identity = earlier.cluster === later.cluster ? earlier.identities.get(keyOf(object)) : undefined;
  return identity !== undefined && [...later.identities.values()].includes(identity);
}

/** Whether the later object of that name is not the same one: the values of the earlier one have gone. */
export function isAnother(object: CatalogObject, earlier: Catalog, later: Catalog): boolean {
  const key = keyOf(object);
  const comparable = earlier.cluster !== '' && earlier.cluster === later.cluster && later.objects.has(key);
  return comparable && earlier.identities.get(key) !== later.identities.get(key);
}

/** Whether it holds values of its own. */
export function holdsData({ kind, facts }: CatalogObject): boolean {
  return kind === 'table' || (kind === 'column' && !facts.generated && !facts.inherited);
}
