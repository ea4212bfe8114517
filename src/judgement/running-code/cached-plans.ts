import { type CatalogObject, ownName } from '../../postgres/catalog/catalog.ts';
import { short } from '../sql-words.ts';
import { isEcho } from '../wholes.ts';
import type { SchemaChange, Shape, ShapeColumn } from './change.ts';
import { type Effect, type Listed, sentenceOf } from './effect.ts';
import { alters, either, isOfKind } from './placement.ts';

/**
 * Prepared statements whose result changes (0A000). Postgres compares names, types, lengths and collations of the result's
 * columns, whatever the change cost: plancache.c, RevalidateCachedQuery.
 */
export function staleStatements(change: SchemaChange): readonly Effect[] {
  return [...change.lasting()].flatMap(([before, after]): readonly Effect[] => {
    const { relation } = before;
    if (relation.facts['partition of'] !== undefined) return [];
    const changed = [...before.columns.values()].flatMap((old): readonly Effect[] => {
      const now = after.columns.get(old.name);
      if (now === undefined || (old.object !== undefined && isEcho(old.object))) return [];
      return otherType(relation, old, now, change);
    });
    return changed.length > 0 ? changed : otherColumns(before, after);
  });
}

function otherType(
  relation: CatalogObject,
  old: ShapeColumn,
  now: ShapeColumn,
  change: SchemaChange,
): readonly Effect[] {
  const type = (text: string): string => short(text, relation.schema);
  const how = !change.isSameType(old.type, now.type)
    ? `${type(old.type)} -> ${type(now.type)}`
    : old.collation !== now.collation
      ? `collation ${old.collation ?? 'default'} -> ${now.collation ?? 'default'}`
      : change.isRemadeType(old.type)
        ? `type ${type(old.type)} is made anew`
        : undefined;
  if (how === undefined) return [];
  const listed: Listed = {
    as: 'columns',
    item: `${relation.name}.${old.name} (${how}${anotherType(old.type, now.type)})`,
  };
  return [
    {
      rule: 'breaks-cached-plans',
      severity: 'warn',
      id: `type ${relation.name}.${old.name}`,
      message: sentenceOf(listed.as, [listed.item]),
      listed,
      blame: {
        words: [[ownName(relation), old.name], [ownName(relation)], [old.name]],
        does: either(alters('AT_AlterColumnType'), isOfKind('RenameStmt', 'ViewStmt', 'CreateTableAsStmt')),
      },
    },
  ];
}

/** Names that have gone or changed are told with what breaks for good. */
function otherColumns(before: Shape, after: Shape): readonly Effect[] {
  const [old, now] = [[...before.columns.keys()], [...after.columns.keys()]];
  const { name } = before.relation;
  const lost = old.some((column) => !after.columns.has(column));
  if (lost || (old.length === now.length && old.every((column, at) => column === now[at]))) return [];
  const added = now.filter((column) => !before.columns.has(column));
  return [
    {
      rule: 'breaks-select-star',
      severity: 'info',
      id: `star ${name}`,
      message: sentenceOf('star', [name]),
      listed: { as: 'star', item: name },
      blame: {
        words: [...added.map((column) => [ownName(after.relation), column]), [ownName(after.relation)]],
        does: either(alters('AT_AddColumn', 'AT_DropColumn'), isOfKind('ViewStmt', 'CreateTableAsStmt')),
      },
    },
  ];
}

/** Strings stay strings, and a length is no business of drivers. */
function anotherType(before: string, after: string): string {
  const [old, now] = [before, after].map((type) =>
    type.replace(/\([\d,\s]+\)/, '').replace(/^(?:character varying|character|citext)$/, 'text'),
  );
  return old === now ? '' : ', and code gets values of another type';
}
