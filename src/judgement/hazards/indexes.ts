import { ownName } from '../../postgres/catalog/catalog.ts';
import { label } from '../describe.ts';
import { columnOf, type IndexShape } from '../keys.ts';
import { alters, either, isOfKind } from '../running-code/placement.ts';
import { capital } from '../running-code/relations.ts';
import { isEcho } from '../wholes.ts';
import type { Hazard, Schema } from './schema.ts';

export function indexHazards({ indexes }: Schema): readonly Hazard[] {
  return [...indexes.values()].flatMap((all) => {
    const own = all.filter(({ object }) => !isEcho(object)).sort((a, b) => (a.object.name < b.object.name ? 1 : -1));
    return [...own.filter(({ valid }) => !valid).map(invalid), ...redundant(own)];
  });
}

function invalid(index: IndexShape): Hazard {
  return {
    rule: 'index-invalid',
    severity: 'warn',
    object: index.object,
    message: `${capital(label(index.object))} is not valid at the end of the change set: no query uses it, and every write pays for it.`,
    blame: blameFor(index),
  };
}

/** Of twins the one without a constraint, or the later by name, is too many. */
function redundant(all: readonly IndexShape[]): readonly Hazard[] {
  const told = new Set<IndexShape>();
  return all.flatMap((index): readonly Hazard[] => {
    // What a constraint stands on is not an index to drop.
    if (!index.valid || index.object.kind !== 'index') return [];
    const other = all.find((one) => one !== index && !told.has(one) && one.valid && doesAllOf(one, index));
    if (other === undefined) return [];
    told.add(index);
    const isTwin = other.columns.length === index.columns.length;
    return [
      {
        rule: 'redundant-index',
        severity: 'info',
        object: index.object,
        message: isTwin
          ? `${capital(label(index.object))} is the same as ${label(other.object)}: (${index.columns.join(', ')}).`
          : `${capital(label(index.object))} (${index.columns.join(', ')}) is the beginning of ${label(other.object)} (${other.columns.join(', ')}).`,
        blame: {
          words: [[ownName(index.object)], [ownName(other.object)], ...blameFor(index).words.slice(1)],
          does: either(isOfKind('IndexStmt', 'CreateStmt'), alters('AT_AddConstraint', 'AT_AddColumn')),
        },
      },
    ];
  });
}

function doesAllOf(other: IndexShape, index: IndexShape): boolean {
  if (other.method !== index.method || other.predicate !== index.predicate) return false;
  const begins = index.columns.every((part, at) => other.columns[at] === part);
  const isTwin = begins && other.columns.length === index.columns.length;
  // Only btree answers for its first columns alone; uniqueness is that of all columns.
  if (!begins || (!isTwin && index.method !== 'btree')) return false;
  if (index.unique && !(isTwin && other.unique && other.nullsNotDistinct === index.nullsNotDistinct)) return false;
  return index.include.every((part) => other.columns.includes(part) || other.include.includes(part));
}

function blameFor({ object, columns }: IndexShape): Hazard['blame'] {
  const table = object.table?.split('.').at(-1) ?? '';
  const names = columns.flatMap((part) => columnOf(part) ?? []);
  return {
    words: [[ownName(object)], [table, ...names], [table]],
    does: either(isOfKind('IndexStmt', 'CreateStmt', 'ReindexStmt'), alters('AT_AddConstraint', 'AT_AddColumn')),
  };
}
