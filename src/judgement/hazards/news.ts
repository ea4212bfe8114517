import { type Catalog, find, keyOf, ownName } from '../../postgres/catalog/catalog.ts';
import { label } from '../describe.ts';
import type { SchemaChange } from '../running-code/change.ts';
import type { Effect } from '../running-code/effect.ts';
import { alters } from '../running-code/placement.ts';
import { short } from '../sql-words.ts';
import { cutsOff } from '../type-change.ts';
import { isEcho } from '../wholes.ts';
import { accessHazards } from './access.ts';
import { foreignKeyHazards, sequenceHazards } from './foreign-keys.ts';
import { indexHazards } from './indexes.ts';
import { type Hazard, schemaOf } from './schema.ts';
import { unidentifiedTables, unvalidatedConstraints } from './tables.ts';

/** The hazards of a schema that were not there before, and values that a change of type cuts off. */
export function newHazards(change: SchemaChange): readonly Effect[] {
  const old = new Map<string, Hazard>();
  // By the name that the object has now.
  for (const hazard of hazardsOf(change.before)) {
    for (const object of [hazard.object, change.later(hazard.object)])
      if (object !== undefined) old.set(`${hazard.rule} ${keyOf(object)}`, hazard);
  }
  const news = hazardsOf(change.after).flatMap((hazard) => {
    const before = old.get(`${hazard.rule} ${keyOf(hazard.object)}`);
    const same = before !== undefined && before.severity === hazard.severity && before.extent === hazard.extent;
    return same ? [] : [asEffect(hazard, before, change)];
  });
  return [...news, ...cutValues(change)];
}

const known = new WeakMap<Catalog, readonly Hazard[]>();

/** Read once for each catalog: the schema after one migration is the schema before the next. */
function hazardsOf(catalog: Catalog): readonly Hazard[] {
  const found = known.get(catalog) ?? readHazards(catalog);
  known.set(catalog, found);
  return found;
}

function readHazards(catalog: Catalog): readonly Hazard[] {
  const schema = schemaOf(catalog);
  return [
    ...foreignKeyHazards(schema),
    ...sequenceHazards(schema),
    ...indexHazards(schema),
    ...unidentifiedTables(schema),
    ...unvalidatedConstraints(schema),
    ...accessHazards(schema),
  ];
}

function asEffect(hazard: Hazard, before: Hazard | undefined, change: SchemaChange): Effect {
  const { rule, object, message, blame, onOldTable } = hazard;
  const isOld = wasThere(object.table ?? object.name, change);
  const severity = (isOld ? onOldTable : undefined) ?? hazard.severity;
  const effect = { rule, severity, message, id: `${rule} ${keyOf(object)}`, blame };
  if (rule !== 'table-without-primary-key' || !isOld) return effect;
  const published = severity === 'warn';
  // It had no key before either: what is new is the publication, and UPDATEs that are at work fail from now on.
  if (before !== undefined) return { ...effect, severity: published ? 'block' : 'info' };
  return {
    ...effect,
    rule: 'primary-key-dropped',
    severity: published ? 'block' : 'warn',
    message: `Nothing identifies the rows of table ${object.name} any more${published ? ', and a publication covers it: UPDATE and DELETE on it fail (55000)' : ': its primary key or replica identity has gone'}.`,
  };
}

/** Whether there was such a table, be it under another name. */
function wasThere(table: string, change: SchemaChange): boolean {
  const now = find(change.after, 'table', table);
  return find(change.before, 'table', table) !== undefined || (now !== undefined && change.isOlder(now));
}

function cutValues(change: SchemaChange): readonly Effect[] {
  return [...change.lasting()].flatMap(([before, after]) =>
    [...before.columns.values()].flatMap(({ name, object }): readonly Effect[] => {
      const now = after.columns.get(name)?.object;
      if (object === undefined || now === undefined || isEcho(object) || change.later(object) !== now) return [];
      const [from = '', to = ''] = [object.facts.type, now.facts.type];
      if (!cutsOff(from, to)) return [];
      const type = (text: string): string => short(text, now.schema);
      return [
        {
          rule: 'values-cut-off',
          severity: 'warn',
          id: `cut ${now.name}`,
          message: `Of ${label(object)} ${type(from)} -> ${type(to)} keeps only what fits: the rest of each value is rounded or cut off in silence, for good.`,
          blame: {
            words: [[ownName(after.relation), name], [ownName(after.relation)]],
            does: alters('AT_AlterColumnType'),
          },
        },
      ];
    }),
  );
}
