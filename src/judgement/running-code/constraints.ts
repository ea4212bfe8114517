import { type CatalogObject, ownName } from '../../postgres/catalog/catalog.ts';
import { label } from '../describe.ts';
import { columnOf, foreignKey, type IndexShape, indexesOf, indexShape } from '../keys.ts';
import { wholeName } from '../sql-words.ts';
import { isEcho } from '../wholes.ts';
import { type SchemaChange, shapesOf } from './change.ts';
import type { Effect } from './effect.ts';
import { alters, either, isOfKind } from './placement.ts';
import { capital } from './relations.ts';

/** New or tightened constraints of tables that were there before, about columns that the old code writes. */
export function newConstraints(change: SchemaChange): readonly Effect[] {
  const before = new Map<string, CatalogObject[]>();
  for (const object of change.before.objects.values()) {
    if (object.table !== undefined && isConstraint(object))
      before.set(object.table, [...(before.get(object.table) ?? []), object]);
  }
  const old = indexesOf(change.before);
  return [...change.after.objects.values()].flatMap((object): readonly Effect[] => {
    const { table } = object;
    if (table === undefined || !isConstraint(object) || isEcho(object)) return [];
    const known = before.get(table) ?? [];
    if (
      known.some((one) => says(object) === says(one) || change.later(one) === object) ||
      !concernsOldCode(object, change)
    )
      return [];
    const index = indexShape(object);
    if (index !== undefined && (old.get(table) ?? []).some((one) => one.unique && isOnTheSame(one, index))) return [];
    const namesake = known.find((one) => ownName(one) === ownName(object));
    if (namesake !== undefined && isWiderList(namesake, object)) return [];
    return [narrowing(object, namesake !== undefined)];
  });
}

/** A constraint of a table or domain, or a unique index, which is one in effect. */
function isConstraint({ kind, facts }: CatalogObject): boolean {
  return kind === 'domain constraint' || kind === 'constraint' || (kind === 'index' && facts.unique !== undefined);
}

function says({ kind, facts }: CatalogObject): string {
  return `${kind} ${facts.definition}`;
}

function isOnTheSame(one: IndexShape, other: IndexShape): boolean {
  return one.columns.join() === other.columns.join() && one.predicate === other.predicate;
}

/** Columns that are new hold NULL or a default for code that does not know them. */
function concernsOldCode(object: CatalogObject, change: SchemaChange): boolean {
  if (object.kind === 'domain constraint') return change.before.objects.has(`domain ${object.table}`);
  const old = shapesOf(change.before).get(object.table ?? '');
  const now = shapesOf(change.after).get(object.table ?? '');
  if (old === undefined || now === undefined) return false;
  const written = columnsOf(object, [...now.columns.keys()]);
  return written.length === 0 || written.some((name) => old.columns.has(name));
}

function columnsOf(object: CatalogObject, all: readonly string[]): readonly string[] {
  const key = foreignKey(object);
  if (key !== undefined) return key.columns;
  const index = indexShape(object);
  if (index?.columns.every((part) => columnOf(part) !== undefined))
    return index.columns.flatMap((part) => columnOf(part) ?? []);
  const { definition = '' } = object.facts;
  return all.filter((name) => wholeName(name).test(definition));
}

/** Whether a list of allowed values has only grown: `status = ANY (ARRAY['a', 'b'])`. */
function isWiderList(before: CatalogObject, after: CatalogObject): boolean {
  const [old, now] = [listOf(before), listOf(after)];
  return old.frame === now.frame && old.values.every((value) => now.values.includes(value));
}

const LITERAL = /'(?:[^']|'')*'/g;
/** A literal with its casts, and a list of such. */
const ITEM = /\(*\?\)*(?:::[\w ]+\)*)*/g;
const ITEMS = /\?(?:, \?)*/g;

function listOf({ facts: { definition = '' } }: CatalogObject): { values: readonly string[]; frame: string } {
  const frame = definition.replace(LITERAL, '?').replace(ITEM, '?').replace(ITEMS, '?');
  return { values: definition.match(LITERAL) ?? [], frame };
}

const REFUSES: Readonly<Record<string, readonly [sqlstate: string, what: string]>> = {
  check: ['23514', 'that it does not allow'],
  unique: ['23505', 'that bring a duplicate'],
  'primary key': ['23505', 'that bring a duplicate'],
  exclude: ['23P01', 'that overlap'],
  'foreign key': ['23503', 'that refer to nothing'],
};

function isValidated({ facts }: CatalogObject): boolean {
  return facts.validity === undefined;
}

function narrowing(object: CatalogObject, changed: boolean): Effect {
  const type = object.facts.type ?? (object.kind === 'index' ? 'unique' : 'check');
  const [sqlstate, what] = REFUSES[type] ?? ['23000', 'that violate it'];
  const table = object.path.at(-2) ?? '';
  const columns = indexShape(object)?.columns ?? foreignKey(object)?.columns ?? [];
  return {
    rule: 'narrows-writes',
    // Of a foreign key that is checked at once lint warns anyway.
    severity: type === 'foreign key' && isValidated(object) ? 'info' : 'warn',
    id: `constraint ${object.table} ${says(object)}`,
    message: `${capital(label(object))} is ${changed ? 'another one now' : 'new'}: writes of the running code ${what} fail (${sqlstate}).`,
    blame: {
      words: [
        [ownName(object)],
        [object.table?.split('.').at(-1) ?? table, ...columns.flatMap((part) => columnOf(part) ?? [])],
        [table],
      ],
      does: either(alters('AT_AddConstraint', 'AT_AddColumn'), isOfKind('IndexStmt', 'AlterDomainStmt', 'CreateStmt')),
    },
  };
}
