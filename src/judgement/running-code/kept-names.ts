import { type CatalogObject, keyOf, ownName } from '../../postgres/catalog/catalog.ts';
import type { SchemaChange, Shape } from './change.ts';
import type { Effect } from './effect.ts';
import { goneColumns, lostRights, noLongerWritable } from './relations.ts';

/** Renames that break nothing, since the old name goes on to serve: Squawk's word on them is refuted. */
export function keptNames(change: SchemaChange): readonly Effect[] {
  const rights = lostRights(change);
  return [...change.lasting()].flatMap(([before, after]) => [
    ...keptTable(before, after, rights, change),
    ...otherTable(before, after, change),
    ...keptColumns(before, after, change),
  ]);
}

/** A view in a table's place: the old code reads and writes on, and its prepared statements with it. */
function keptTable(before: Shape, after: Shape, rights: readonly Effect[], change: SchemaChange): readonly Effect[] {
  const { relation } = before;
  const now = change.later(relation);
  if (relation.kind !== 'table' || now === undefined || now.name === relation.name) return [];
  if (noLongerWritable(before, after, change).length > 0) return [];
  if (rights.some(({ id }) => id.startsWith(`right ${keyOf(relation)} `))) return [];
  const missing = goneColumns(before, after, change).length > 0;
  const which = missing ? '; the columns that it lacks are told apart' : ' of the same columns';
  return [refutation('renaming-table', relation, `the name stays, for a ${after.relation.kind}${which}`)];
}

/** A table in a table's place has its own rows. */
function otherTable({ relation }: Shape, after: Shape, change: SchemaChange): readonly Effect[] {
  const now = change.later(relation);
  if (relation.kind !== 'table' || after.relation.kind !== 'table') return [];
  if (now === undefined || now.name === relation.name) return [];
  return [
    {
      rule: 'breaks-running-code',
      severity: 'warn',
      id: `swapped ${relation.name}`,
      message: `Table ${relation.name} is another one now; the old one is called ${now.name}: running code finds only the rows that were copied, and what it writes between the copy and the commit stays behind.`,
      blame: { target: relation, words: [[ownName(relation)]] },
    },
  ];
}

/** Another column in a column's place: the last step of a change of type by way of a second column. */
function keptColumns(before: Shape, after: Shape, change: SchemaChange): readonly Effect[] {
  return [...before.columns.values()].flatMap(({ name, object }): readonly Effect[] => {
    if (object === undefined || !after.columns.has(name)) return [];
    const now = change.later(object);
    if (now === undefined || now.table !== object.table || ownName(now) === name) return [];
    const why = `the name stays, for another column in its place; the old one is called ${ownName(now)}`;
    return [refutation('renaming-column', object, why)];
  });
}

function refutation(squawk: string, of: CatalogObject, why: string): Effect {
  return {
    rule: 'breaks-running-code',
    severity: 'info',
    id: `kept ${of.name}`,
    message: '',
    refuted: `Code that names ${of.name} goes on working: ${why}.`,
    blame: { target: of, words: [[ownName(of)]] },
    squawk,
    of,
  };
}
