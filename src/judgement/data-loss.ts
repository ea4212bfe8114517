import { type Catalog, type CatalogObject, items, keyOf } from '../postgres/catalog/catalog.ts';
import { type ChangedObject, compare } from '../postgres/catalog/compare.ts';
import { label } from './describe.ts';
import { holdsData, isAnother, livesOn } from './same-object.ts';
import { defaultText, short } from './sql-words.ts';
import { cutsOff, fits } from './type-change.ts';
import { tellOnce } from './wholes.ts';

/**
 * Data that running the down script loses, and data that the up script took away and the down script cannot bring back,
 * object by object. The schema alone tells: an index or a view holds nothing of its own.
 */
export function dataLosses(before: Catalog, afterUp: Catalog, afterDown: Catalog): string[] {
  const up = tellOnce(compare(before, afterUp));
  const down = tellOnce(compare(afterUp, afterDown));
  const madeByUp = new Set(up.added.map(keyOf));
  const takenByUp = new Set(up.dropped.map(keyOf));
  return [
    ...down.dropped
      .filter((object) => !livesOn(object, afterUp, afterDown))
      .flatMap((object) => lostBy(object, madeByUp.has(keyOf(object)))),
    ...remade(afterUp, afterDown),
    ...down.changed.flatMap((change) => lostByChange(change, isAnother(change.before, afterUp, afterDown))),
    ...down.added.filter((object) => takenByUp.has(keyOf(object))).flatMap(comesBack),
    ...up.changed
      .filter((change) => !isAnother(change.before, before, afterUp))
      .flatMap((change) => cutByUp(change, afterDown)),
  ];
}

/** Data that goes, and the identity of what held it. */
export interface Loss {
  readonly what: string;
  readonly of: string | undefined;
}

/**
 * Data that the up script takes away and that nothing brings back, object by object: rows of dropped tables, values of
 * dropped columns, what a change of type cuts off.
 */
export function lostForGood(before: Catalog, after: Catalog): Loss[] {
  const { dropped, changed } = tellOnce(compare(before, after));
  const remade = [...before.objects.values()].filter((object) => holdsData(object) && isAnother(object, before, after));
  const tables = new Set(remade.flatMap(({ kind, name }) => (kind === 'table' ? [name] : [])));
  const gone = [...dropped, ...remade.filter(({ table }) => !tables.has(table ?? ''))];
  const loss = (object: CatalogObject, what: string): Loss => ({ what, of: before.identities.get(keyOf(object)) });
  return [
    ...gone
      .filter((object) => !livesOn(object, before, after))
      .flatMap((object) => lostBy(object, false).map((what) => loss(object, what))),
    ...changed.flatMap(({ before: old, after: now }): readonly Loss[] => {
      const [from = '', to = ''] = [old.facts.type, now.facts.type];
      if (now.kind !== 'column' || isAnother(old, before, after) || !cutsOff(from, to)) return [];
      return [loss(old, `what of column ${now.name} does not fit ${short(to, now.schema)}`)];
    }),
  ];
}

function lostBy(object: CatalogObject, madeByUp: boolean): readonly string[] {
  if (object.kind === 'table') return [`rows of table ${object.name}${madeByUp ? ' written since' : ''}`];
  return object.kind === 'column' && object.facts.generated === undefined ? [`values of column ${object.name}`] : [];
}

/** Tables and columns that carry the same name but are not the same any more. */
function remade(afterUp: Catalog, afterDown: Catalog): readonly string[] {
  const known = new Set(afterUp.identities.values());
  const replaced = [...afterUp.objects].filter(
    ([, object]) => holdsData(object) && isAnother(object, afterUp, afterDown),
  );
  const tables = new Set(replaced.flatMap(([, { kind, name }]) => (kind === 'table' ? [name] : [])));
  return replaced.flatMap(([key, { kind, name, table }]) => {
    if (tables.has(table ?? '')) return [];
    const what = kind === 'table' ? `rows of table ${name}` : `values of column ${name}`;
    const isOlder = known.has(afterDown.identities.get(key) ?? '');
    return [isOlder ? `${what} written since` : `${what}, unless the down copies them: it makes the ${kind} anew`];
  });
}

function lostByChange({ after, facts }: ChangedObject, madeAnew: boolean): readonly string[] {
  return facts.flatMap(({ fact, before: old, after: now }) => {
    if (fact === 'labels') {
      const kept = items(now);
      return items(old).flatMap((value) =>
        kept.includes(value) ? [] : [`rows that hold value '${value}' of ${label(after)}`],
      );
    }
    const narrows = after.kind === 'column' && !madeAnew && fact === 'type' && !fits(old ?? '', now ?? '');
    return narrows ? [`values of column ${after.name} that do not fit ${short(now ?? '', after.schema)}`] : [];
  });
}

function comesBack(object: CatalogObject): readonly string[] {
  if (object.kind === 'table') return [`the old rows of table ${object.name}: it comes back empty`];
  if (object.kind !== 'column' || object.facts.generated !== undefined) return [];
  const { default: value, identity } = object.facts;
  if (identity !== undefined || value?.startsWith('nextval(') === true)
    return [`the old values of column ${object.name}: it comes back with new numbers`];
  return [
    `the old values of column ${object.name}: it comes back ${value === undefined ? 'empty' : `with its default ${defaultText(value, object.schema)} in every row`}`,
  ];
}

function cutByUp({ before, after, facts }: ChangedObject, afterDown: Catalog): readonly string[] {
  if (after.kind !== 'column') return [];
  const change = facts.find(({ fact }) => fact === 'type');
  const [old, now] = [change?.before ?? '', change?.after ?? ''];
  if (change === undefined || !cutsOff(old, now) || !afterDown.objects.has(keyOf(before))) return [];
  return [
    `what the change of column ${before.name} from ${short(old, before.schema)} to ${short(now, before.schema)} cut off`,
  ];
}
