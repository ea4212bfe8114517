import { type Catalog, type CatalogObject, find, ownName } from '../../postgres/catalog/catalog.ts';
import type { Severity } from '../../report/model.ts';
import { short } from '../sql-words.ts';
import { cutsOff, fits } from '../type-change.ts';
import { isEcho } from '../wholes.ts';
import type { SchemaChange, Shape } from './change.ts';
import type { Effect } from './effect.ts';
import { alters, either, isOfKind } from './placement.ts';
import { mayFillRows } from './written-through.ts';

/** Columns that take less than before: what the old code writes, or leaves out, is refused. */
export function refusedWrites(change: SchemaChange): readonly Effect[] {
  return [...change.lasting()].flatMap(([before, after]): readonly Effect[] => {
    if (before.relation.kind !== 'table' || after.relation.kind !== 'table') return [];
    return [...after.columns.values()].flatMap(({ name, object }): readonly Effect[] => {
      if (object === undefined || isEcho(object)) return [];
      const old = before.columns.get(name)?.object;
      return old === undefined
        ? requiredColumn(object, before, after, change)
        : [...lessOften(old, object, change), ...less(old, object, change)];
    });
  });
}

function requiredColumn(column: CatalogObject, before: Shape, after: Shape, change: SchemaChange): readonly Effect[] {
  if (!isRequired(column, change.after)) return [];
  // A renamed column is told as that.
  const renamed = [...before.columns.values()].some(({ object }) => object && change.later(object) === column);
  if (renamed) return [];
  const filled = mayFillRows(after.relation, change.after);
  return [
    effect(column, 'required', {
      severity: filled ? 'warn' : 'block',
      message: `Column ${column.name} is new, NOT NULL and has no default: every INSERT of the running code, which does not know it, fails (23502)${filled ? ', unless a trigger fills it' : ''}.`,
      does: alters('AT_AddColumn', 'AT_SetNotNull', 'AT_AddConstraint'),
      squawk: 'adding-required-field',
      of: before.relation,
    }),
  ];
}

/** Left out, or given as NULL. */
function lessOften(old: CatalogObject, now: CatalogObject, change: SchemaChange): readonly Effect[] {
  const must = isNotNull(now);
  if (must && !isNotNull(old) && !wasChecked(old, change.before)) {
    const given = isRequired(now, change.after);
    return [
      effect(now, 'required', {
        severity: given ? 'warn' : 'info',
        message: `Column ${now.name} must not be NULL any more: writes of the running code that ${given ? 'leave it out or ' : ''}set it to NULL fail (23502).`,
        does: alters('AT_SetNotNull', 'AT_AddConstraint'),
      }),
    ];
  }
  const gave = old.facts.default !== undefined ? 'default' : old.facts.identity !== undefined ? 'identity' : undefined;
  if (isRequired(now, change.after) && gave !== undefined)
    return [
      effect(now, 'required', {
        severity: 'warn',
        message: `Column ${now.name} is NOT NULL and has lost its ${gave}: an INSERT of the running code that leaves it out fails (23502).`,
        does: either(alters('AT_ColumnDefault', 'AT_DropIdentity'), isOfKind('DropStmt')),
      }),
    ];
  return [];
}

function less(old: CatalogObject, now: CatalogObject, change: SchemaChange): readonly Effect[] {
  const [from = '', to = ''] = [old.facts.type, now.facts.type];
  if (now.facts.generated !== undefined && old.facts.generated === undefined)
    return [
      effect(now, 'generated', {
        severity: 'warn',
        message: `Column ${now.name} computes its own value now: an INSERT or UPDATE of the running code that gives one fails (428C9).`,
        does: alters('AT_AddColumn'),
      }),
    ];
  if (now.facts.identity === 'always' && old.facts.identity !== 'always')
    return [
      effect(now, 'generated', {
        severity: 'info',
        message: `Column ${now.name} is GENERATED ALWAYS AS IDENTITY now: an INSERT of the running code that gives a value fails (428C9).`,
        does: alters('AT_AddIdentity', 'AT_SetIdentity'),
      }),
    ];
  if (change.isSameType(from, to) || fits(from, to) || cutsOff(from, to)) return [];
  const types = `${short(from, now.schema)} -> ${short(to, now.schema)}`;
  return [
    effect(now, 'narrower', {
      severity: 'warn',
      message: `Column ${now.name} holds less (${types}): rows that do not fit make the migration fail, unless it converts them, and writes of the running code that do not fit fail after it (22001 too long, 22003 out of range, 22P02 not of the type).`,
      does: alters('AT_AlterColumnType'),
    }),
  ];
}

interface Told {
  readonly severity: Severity;
  readonly message: string;
  readonly does: NonNullable<Effect['blame']['does']>;
  readonly squawk?: string;
  readonly of?: CatalogObject;
}

function effect(column: CatalogObject, aspect: string, { does, ...told }: Told): Effect {
  const table = column.path.at(-2) ?? '';
  const words = [[table, ownName(column)], [ownName(column)], [table]];
  return { rule: 'narrows-writes', id: `${aspect} ${column.name}`, ...told, blame: { words, does } };
}

function isNotNull({ facts }: CatalogObject): boolean {
  return facts['not null'] !== undefined;
}

/** Whether an INSERT that leaves it out fails. A domain may bring a default. */
function isRequired(column: CatalogObject, catalog: Catalog): boolean {
  const { default: value, identity, generated, type = '' } = column.facts;
  if (!isNotNull(column) || value !== undefined || identity !== undefined || generated !== undefined) return false;
  return find(catalog, 'domain', type.replaceAll('"', ''))?.facts.default === undefined;
}

/** A CHECK (column IS NOT NULL), valid or not, has refused the same writes already. */
function wasChecked(column: CatalogObject, { objects }: Catalog): boolean {
  const name = ownName(column);
  const written = [name, `"${name}"`].map((one) => `(${one} IS NOT NULL)`);
  return [...objects.values()].some(
    ({ kind, table, facts }) =>
      kind === 'constraint' &&
      facts.type === 'check' &&
      table === column.table &&
      written.some((text) => facts.definition?.includes(text) === true && !/\bOR\b/.test(facts.definition)),
  );
}
