import type { Catalog, CatalogObject } from '../../postgres/catalog/catalog.ts';
import { parseSql } from '../../project/sql.ts';
import { fieldsOf, list } from '../../project/syntax-tree.ts';

/**
 * Whether rows can be written through a view: a plain selection from one relation (Postgres' own conditions, see "Updatable
 * Views" under CREATE VIEW), or an INSTEAD OF trigger. `loadParser` must have resolved.
 */
export function acceptsWrites(view: CatalogObject, { objects }: Catalog): boolean {
  const [statement] = parseSql(view.facts.definition ?? '').statements ?? [];
  return isPlain(statement?.tree ?? {}) || [...objects.values()].some((object) => isInsteadOf(object, view));
}

const NOT_PLAIN = [
  'distinctClause',
  'groupClause',
  'havingClause',
  'limitCount',
  'limitOffset',
  'withClause',
  'larg',
  'windowClause',
] as const;

function isPlain(tree: Readonly<Record<string, unknown>>): boolean {
  const from = list(tree.fromClause);
  return from.length === 1 && fieldsOf(from[0], 'RangeVar') !== undefined && NOT_PLAIN.every((part) => !(part in tree));
}

function isInsteadOf({ kind, table, facts }: CatalogObject, view: CatalogObject): boolean {
  return kind === 'trigger' && table === view.name && (facts.definition ?? '').includes(' INSTEAD OF ');
}

/** Whether a trigger runs before a row is inserted: it may fill what the INSERT leaves out. */
export function mayFillRows(table: CatalogObject, { objects }: Catalog): boolean {
  return [...objects.values()].some(
    (object) =>
      object.kind === 'trigger' &&
      object.table === table.name &&
      /\bBEFORE (?:\w+ OR )*INSERT\b/.test(object.facts.definition ?? ''),
  );
}
