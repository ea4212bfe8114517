import { type Catalog, type CatalogObject, items, keyOf } from '../postgres/catalog/catalog.ts';
import { type ChangedObject, compare } from '../postgres/catalog/compare.ts';
import { label } from './describe.ts';
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
    ...down.dropped.flatMap((object) => lostBy(object, madeByUp.has(keyOf(object)))),
    ...remade(afterUp, afterDown).map((object) =>
      object.kind === 'table'
        ? `rows of table ${object.name}, unless the down copies them: it makes the table anew`
        : `values of column ${object.name}, unless the down copies them: it makes the column anew`,
    ),
    ...down.changed.flatMap(lostByChange),
    ...down.added.filter((object) => takenByUp.has(keyOf(object))).flatMap(comesBack),
    ...up.changed.flatMap((change) => cutByUp(change, afterDown)),
  ];
}

function lostBy(object: CatalogObject, madeByUp: boolean): readonly string[] {
  if (object.kind === 'table') return [`rows of table ${object.name}${madeByUp ? ' written since' : ''}`];
  return object.kind === 'column' && object.facts.generated === undefined ? [`values of column ${object.name}`] : [];
}

/** Tables and columns that carry the same name but are not the same any more: dropped and made again in one script. */
function remade(afterUp: Catalog, afterDown: Catalog): readonly CatalogObject[] {
  if (afterUp.cluster === '' || afterUp.cluster !== afterDown.cluster) return [];
  const list = [...afterUp.objects].flatMap(([key, object]) => {
    const isAnother = afterDown.objects.has(key) && afterUp.identities.get(key) !== afterDown.identities.get(key);
    return isAnother && (object.kind === 'table' || object.kind === 'column') && object.facts.generated === undefined
      ? [object]
      : [];
  });
  const tables = new Set(list.filter(({ kind }) => kind === 'table').map(({ name }) => name));
  return list.filter((object) => !tables.has(object.table ?? '') && object.facts.inherited === undefined);
}

function lostByChange({ after, facts }: ChangedObject): readonly string[] {
  return facts.flatMap(({ fact, before: old, after: now }) => {
    if (fact === 'labels') {
      const kept = items(now);
      return items(old).flatMap((value) =>
        kept.includes(value) ? [] : [`rows that hold value '${value}' of ${label(after)}`],
      );
    }
    const narrows = after.kind === 'column' && fact === 'type' && !fits(old ?? '', now ?? '');
    return narrows ? [`values of column ${after.name} that do not fit ${short(now ?? '', after.schema)}`] : [];
  });
}

function comesBack(object: CatalogObject): readonly string[] {
  if (object.kind === 'table') return [`table ${object.name} comes back empty`];
  if (object.kind !== 'column' || object.facts.generated !== undefined) return [];
  const { default: value, identity } = object.facts;
  if (identity !== undefined || value?.startsWith('nextval(') === true)
    return [`column ${object.name} comes back with new numbers`];
  return [
    `column ${object.name} comes back ${value === undefined ? 'empty' : `with its default ${defaultText(value, object.schema)} in every row`}`,
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
