import { type Catalog, type CatalogObject, find, keyOf, ownName } from '../../postgres/catalog/catalog.ts';
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
  const old = hazardsOf(change.before);
  const news = hazardsOf(change.after).filter((hazard) => !wasThere(hazard, old, change));
  return [...news.map((hazard) => asEffect(hazard, old, change)), ...cutValues(change)];
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

/** The same under its name, or under the one that it had. */
function wasThere(hazard: Hazard, old: readonly Hazard[], change: SchemaChange): boolean {
  return old.some(
    (one) => isSame(one, hazard, change) && one.severity === hazard.severity && one.extent === hazard.extent,
  );
}

function isSame(one: Hazard, hazard: Hazard, change: SchemaChange): boolean {
  if (one.rule !== hazard.rule) return false;
  return keyOf(one.object) === keyOf(hazard.object) || change.later(one.object) === hazard.object;
}

function asEffect(hazard: Hazard, old: readonly Hazard[], change: SchemaChange): Effect {
  const { rule, object, message, severity, blame } = hazard;
  const effect = { rule, severity, message, id: `${rule} ${keyOf(object)}`, blame };
  if (rule !== 'table-without-primary-key' || !isOld(object, change)) return effect;
  const published = severity === 'warn';
  // It had no key before either: what is new is the publication, and UPDATEs that are at work fail from now on.
  if (old.some((one) => isSame(one, hazard, change))) return { ...effect, severity: published ? 'block' : 'info' };
  return {
    ...effect,
    rule: 'primary-key-dropped',
    severity: published ? 'block' : 'warn',
    message: `Nothing identifies the rows of table ${object.name} any more${published ? ', and a publication covers it: UPDATE and DELETE on it fail (55000)' : ': its primary key or replica identity has gone'}.`,
  };
}

function isOld(object: CatalogObject, change: SchemaChange): boolean {
  return (
    find(change.before, object.kind, object.name) !== undefined ||
    [...change.before.objects.values()].some((one) => one.kind === object.kind && change.later(one) === object)
  );
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
