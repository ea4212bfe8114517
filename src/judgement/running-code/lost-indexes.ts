import { ownName } from '../../postgres/catalog/catalog.ts';
import { label } from '../describe.ts';
import { type IndexShape, indexesOf } from '../keys.ts';
import { wholeName } from '../sql-words.ts';
import { isEcho } from '../wholes.ts';
import { type SchemaChange, shapesOf } from './change.ts';
import type { Effect } from './effect.ts';
import { isOfKind } from './placement.ts';
import { capital } from './relations.ts';

/** Indexes that go, and that no other index stands in for. Of unique ones more than that is told elsewhere. */
export function lostIndexes(change: SchemaChange): readonly Effect[] {
  const [old, now] = [indexesOf(change.before), indexesOf(change.after)];
  return [...shapesOf(change.before)].flatMap(([table, { columns }]): readonly Effect[] => {
    const after = shapesOf(change.after).get(table);
    if (after === undefined) return [];
    // What stood on a column that has gone is told by the column.
    const gone = [...columns.keys()].filter((name) => !after.columns.has(name));
    return (old.get(table) ?? []).flatMap((index): readonly Effect[] => {
      const { object, unique, valid } = index;
      if (unique || !valid || isEcho(object) || object.kind !== 'index') return [];
      if (change.later(object) !== undefined || (now.get(table) ?? []).some((other) => standsIn(other, index)))
        return [];
      if (gone.some((name) => index.columns.some((part) => wholeName(name).test(part)))) return [];
      return [
        {
          rule: 'slows-queries',
          severity: 'warn',
          id: `index ${object.name}`,
          message: `${capital(label(object))} (${index.columns.join(', ')}) has gone, and no other index begins with these columns: queries that used it read all of ${table}.`,
          blame: { target: object, words: [[ownName(object)]], does: isOfKind('DropStmt') },
        },
      ];
    });
  });
}

function standsIn(other: IndexShape, { columns, method, predicate }: IndexShape): boolean {
  return (
    other.valid &&
    other.method === method &&
    (other.predicate === undefined || other.predicate === predicate) &&
    columns.every((part, at) => other.columns[at] === part)
  );
}
