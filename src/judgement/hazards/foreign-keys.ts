import { find, joinNames, keyOf, ownName } from '../../postgres/catalog/catalog.ts';
import { label } from '../describe.ts';
import { columnOf, type ForeignKey, foreignKey, type IndexShape } from '../keys.ts';
import { alters, either, isOfKind } from '../running-code/placement.ts';
import { capital } from '../running-code/relations.ts';
import { enumerate } from '../sql-words.ts';
import { isEcho } from '../wholes.ts';
import type { Hazard, Schema } from './schema.ts';

export function foreignKeyHazards(schema: Schema): readonly Hazard[] {
  return schema.ofKind('constraint').flatMap((object) => {
    const key = isEcho(object) ? undefined : foreignKey(object);
    return key === undefined ? [] : [...withoutIndex(key, schema), ...narrower(key, schema)];
  });
}

function withoutIndex(key: ForeignKey, { indexes }: Schema): readonly Hazard[] {
  if ((indexes.get(key.table) ?? []).some((index) => covers(index, key))) return [];
  const { object, columns, references, onDelete } = key;
  const what = onDelete === undefined ? 'to see that none refers to it' : `for ON DELETE ${onDelete}`;
  return [
    {
      rule: 'foreign-key-without-index',
      severity: 'info',
      ...(onDelete !== undefined && { onOldTable: 'warn' as const }),
      object,
      message: `${capital(label(object))}: no index begins with ${enumerate(columns)}, so each DELETE on ${references} reads all of ${key.table}, ${what}.`,
      blame: blameFor(key),
    },
  ];
}

/**
 * The check looks for `column = value`, which also proves IS NOT NULL: an index of the rows that are not NULL serves it.
 * Measured: test/integration/judgement/hazards.test.ts.
 */
function covers({ columns, predicate, valid, method }: IndexShape, key: ForeignKey): boolean {
  if (!valid || (method !== 'btree' && !(method === 'hash' && key.columns.length === 1))) return false;
  const leading = columns.slice(0, key.columns.length).map(columnOf);
  if (!key.columns.every((column) => leading.includes(column))) return false;
  return predicate === undefined || key.columns.some((column) => isNotNullOf(predicate, column));
}

function isNotNullOf(predicate: string, column: string): boolean {
  return [column, `"${column.replaceAll('"', '""')}"`].some((name) => predicate === `(${name} IS NOT NULL)`);
}

const WIDTHS: Readonly<Record<string, number>> = { smallint: 2, integer: 4, bigint: 8 };

function narrower(key: ForeignKey, { catalog }: Schema): readonly Hazard[] {
  const { object, table, columns, references, referenced } = key;
  const parent = find(catalog, 'table', references);
  const child = find(catalog, 'table', table);
  return columns.flatMap((column, at): readonly Hazard[] => {
    const type = child && find(catalog, 'column', joinNames([...child.path, column]))?.facts.type;
    const other = referenced[at] ?? '';
    const wanted = parent && find(catalog, 'column', joinNames([...parent.path, other]))?.facts.type;
    const [width, needed] = [WIDTHS[type ?? ''], WIDTHS[wanted ?? '']];
    if (width === undefined || needed === undefined || width >= needed) return [];
    return [
      {
        rule: 'narrower-reference',
        severity: 'warn',
        object,
        message: `Column ${table}.${column} is ${type} and refers to ${references}.${other}, which is ${wanted}: keys beyond ${LARGEST[type ?? '']} cannot be referred to (22003).`,
        blame: {
          words: [[references.split('.').at(-1) ?? references, other], ...blameFor(key).words],
          does: either(
            alters('AT_AlterColumnType'),
            isOfKind('CreateStmt'),
            alters('AT_AddConstraint', 'AT_AddColumn'),
          ),
        },
      },
    ];
  });
}

const LARGEST: Readonly<Record<string, string>> = { smallint: '32767', integer: '2147483647' };

/** Sequences that end before their column does. */
export function sequenceHazards({ catalog, ofKind }: Schema): readonly Hazard[] {
  const fed = new Map<string, string>();
  for (const column of ofKind('column')) {
    const [, sequence] = column.facts.default?.match(/^nextval\('((?:[^']|'')+)'::regclass\)$/) ?? [];
    if (sequence !== undefined) fed.set(sequence.replaceAll("''", "'").replaceAll('"', ''), keyOf(column));
  }
  return ofKind('sequence').flatMap((sequence): readonly Hazard[] => {
    const owner = sequence.facts['identity of']?.replaceAll('"', '');
    const column = catalog.objects.get(fed.get(sequence.name.replaceAll('"', '')) ?? `column ${owner}`);
    const { type = '', maximum } = sequence.facts;
    const [width, needed] = [WIDTHS[type], WIDTHS[column?.facts.type ?? '']];
    // A maximum that somebody chose is meant.
    if (column === undefined || width === undefined || needed === undefined || width >= needed) return [];
    if (maximum !== LARGEST[type]) return [];
    const [table = '', name = ''] = column.path.slice(-2);
    return [
      {
        rule: 'narrower-reference',
        severity: 'warn',
        object: sequence,
        message: `Column ${column.name} is ${column.facts.type}, but sequence ${sequence.name} is ${type} and ends at ${maximum}: nextval fails there (2200H).`,
        blame: { words: [[table, name], [ownName(sequence)], [table]] },
      },
    ];
  });
}

function blameFor({ object, columns }: ForeignKey): Hazard['blame'] {
  const table = object.path.at(-2) ?? '';
  return {
    words: [[ownName(object)], [table, ...columns], [table]],
    does: either(alters('AT_AddConstraint', 'AT_AddColumn'), isOfKind('CreateStmt', 'DropStmt')),
  };
}
