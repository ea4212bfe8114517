import { type CatalogObject, find, items, type ObjectKind, ownName } from '../../postgres/catalog/catalog.ts';
import { label } from '../describe.ts';
import { enumerate } from '../sql-words.ts';
import { ownerColumn } from '../wholes.ts';
import type { SchemaChange } from './change.ts';
import type { Effect } from './effect.ts';
import { isOfKind } from './placement.ts';
import { capital } from './relations.ts';

/** Schemas, types, enum values, sequences, extensions and unique keys that code may name. */

export function brokenNames(change: SchemaChange): readonly Effect[] {
  const effects: Effect[] = [];
  for (const object of change.before.objects.values()) {
    if (object.kind === 'enum') effects.push(...goneLabels(object, change));
    const how = GONE[object.kind];
    if (how === undefined || find(change.after, object.kind, object.name) !== undefined) continue;
    effects.push(...goneName(object, how, change));
  }
  return effects;
}

interface Gone {
  readonly sqlstate: string;
  readonly what: string;
}

const TYPE: Gone = { sqlstate: '42704', what: 'casts to it and other statements that name it' };
const GONE: Readonly<Partial<Record<ObjectKind, Gone>>> = {
  schema: { sqlstate: '42P01 for tables, 42883 for functions', what: 'code that names anything in it' },
  enum: TYPE,
  domain: TYPE,
  'composite type': TYPE,
  'range type': TYPE,
  sequence: { sqlstate: '42P01', what: 'code that calls nextval on it' },
  extension: { sqlstate: '42883', what: 'code that calls its functions' },
};

function goneName(object: CatalogObject, { sqlstate, what }: Gone, change: SchemaChange): readonly Effect[] {
  const now = change.later(object);
  if (object.kind === 'schema' ? now === undefined : change.isInRenamedSchema(object)) return [];
  // What is of a column comes and goes with it: code asks the column.
  if (object.kind === 'sequence' && isOfColumn(object, change)) return [];
  const became = now === undefined ? 'is dropped' : `is called ${now.name} now`;
  const feeds = now?.kind === 'sequence' && isDefault(now, change);
  return [
    {
      rule: 'breaks-running-code',
      // A default follows the sequence's name; code that asks it by itself is rare then.
      severity: object.kind === 'schema' ? 'block' : feeds ? 'info' : 'warn',
      id: `gone ${object.kind} ${object.name}`,
      message: `${capital(label(object))} ${became}: ${what} fails for good (${sqlstate}).`.replace(
        /(casts .* it) fails/,
        '$1 fail',
      ),
      blame: { target: object, words: [[ownName(object)]] },
    },
  ];
}

function isOfColumn(sequence: CatalogObject, { after }: SchemaChange): boolean {
  if (sequence.facts['identity of'] !== undefined) return true;
  const owner = ownerColumn(sequence);
  return owner !== undefined && find(after, 'column', owner)?.facts.default?.startsWith('nextval(') !== true;
}

function isDefault(sequence: CatalogObject, { after }: SchemaChange): boolean {
  const call = new RegExp(
    `^nextval\\('${sequence.path.map((name) => `"?${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}"?`).join('\\.')}'`,
  );
  return [...after.objects.values()].some(({ kind, facts }) => kind === 'column' && call.test(facts.default ?? ''));
}

function goneLabels(object: CatalogObject, change: SchemaChange): readonly Effect[] {
  const now = find(change.after, 'enum', object.name) ?? renamedType(object, change);
  if (now === undefined) return [];
  const [old, kept] = [items(object.facts.labels), items(now.facts.labels)];
  const gone = old.filter((value) => !kept.includes(value));
  if (gone.length === 0) return [];
  // Postgres can rename a value in its place, and takes none away: that needs a new type.
  const renamed = !change.isRemade(object) && old.length === kept.length;
  const values = gone.map((value) => (renamed ? `'${value}' (now '${kept[old.indexOf(value)]}')` : `'${value}'`));
  const [is, it] = gone.length === 1 ? ['Value', 'it'] : ['Values', 'them'];
  const lost = renamed
    ? gone.length === 1
      ? 'is renamed'
      : 'are renamed'
    : gone.length === 1
      ? 'has gone'
      : 'have gone';
  return [
    {
      rule: 'breaks-running-code',
      severity: renamed ? 'block' : 'warn',
      id: `labels ${object.name}`,
      message: `${is} ${enumerate(values)} of enum ${object.name} ${lost}: code that writes ${it} or compares with ${it} fails for good (22P02).`,
      blame: {
        words: [...gone.map((value) => [ownName(object), value]), [ownName(object)]],
        does: renamed ? isOfKind('AlterEnumStmt') : isOfKind('CreateEnumStmt', 'RenameStmt', 'DropStmt'),
      },
    },
  ];
}

function renamedType(object: CatalogObject, change: SchemaChange): CatalogObject | undefined {
  const later = change.later(object);
  return later?.kind === 'enum' ? later : undefined;
}
