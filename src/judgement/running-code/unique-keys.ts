import { ownName } from '../../postgres/catalog/catalog.ts';
import { label } from '../describe.ts';
import { type IndexShape, indexesOf } from '../keys.ts';
import { enumerate } from '../sql-words.ts';
import { isEcho } from '../wholes.ts';
import { type SchemaChange, shapesOf } from './change.ts';
import type { Effect } from './effect.ts';
import { alters, either, isOfKind } from './placement.ts';
import { capital } from './relations.ts';

/** Unique indexes that go, with or without a constraint: `ON CONFLICT` needs one of exactly its columns. */
export function brokenUpserts(change: SchemaChange): readonly Effect[] {
  const [old, now] = [indexesOf(change.before), indexesOf(change.after)];
  return [...shapesOf(change.before)].flatMap(([table, shape]): readonly Effect[] => {
    const after = shapesOf(change.after).get(table);
    // Through a view in the table's place ON CONFLICT finds the table's own index.
    if (after?.relation.kind !== 'table') return [];
    const { columns } = after;
    const left = now.get(table) ?? [];
    return (old.get(table) ?? []).flatMap((index): readonly Effect[] => {
      const names = index.columns;
      // What stood on a column that has gone is told by the column.
      if (!index.unique || isEcho(index.object) || left.some((other) => servesAs(other, index))) return [];
      if ([...shape.columns.keys()].some((name) => !columns.has(name) && names.some((part) => part.includes(name))))
        return [];
      const arbiter = `ON CONFLICT (${names.join(', ')})`;
      return [
        {
          rule: 'breaks-running-code',
          severity: 'warn',
          id: `unique ${table} ${names.join(', ')} ${index.predicate ?? ''}`,
          message: `${capital(label(index.object))} has gone, with its index: \`INSERT ... ${arbiter}\` fails for good (42P10), queries that look for ${enumerate(names)} have lost the index, and nothing keeps duplicates out.`,
          blame: {
            target: index.object,
            words: [[ownName(index.object)], [table.split('.').at(-1) ?? table]],
            does: either(alters('AT_DropConstraint', 'AT_DropColumn'), isOfKind('DropStmt')),
          },
        },
      ];
    });
  });
}

function servesAs(other: IndexShape, index: IndexShape): boolean {
  return (
    other.unique &&
    other.columns.length === index.columns.length &&
    other.columns.every((part) => index.columns.includes(part)) &&
    (other.predicate === undefined || other.predicate === index.predicate)
  );
}
