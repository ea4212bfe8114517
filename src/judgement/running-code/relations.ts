import { type CatalogObject, keyOf, ownName } from '../../postgres/catalog/catalog.ts';
import { label } from '../describe.ts';
import { isEcho } from '../wholes.ts';
import { type SchemaChange, type Shape, shapesOf } from './change.ts';
import { type Effect, sentenceOf } from './effect.ts';
import { alters, either, isOfKind } from './placement.ts';
import { acceptsWrites } from './written-through.ts';

/** Tables and views whose names have gone, and columns of those that stayed. */

export function brokenRelations(change: SchemaChange): readonly Effect[] {
  const later = shapesOf(change.after);
  const gone = [...shapesOf(change.before).values()].filter(({ relation }) => !later.has(relation.name));
  return [
    ...gone.flatMap((shape) => goneRelation(shape, change)),
    ...[...change.lasting()].flatMap(([before, after]) => [
      ...goneColumns(before, after, change),
      ...noLongerWritable(before, after, change),
    ]),
  ];
}

function goneRelation({ relation }: Shape, change: SchemaChange): readonly Effect[] {
  // Code names the partitioned table; its partitions come and go.
  if (relation.facts['partition of'] !== undefined || change.isInRenamedSchema(relation)) return [];
  const now = change.later(relation);
  const isTable = relation.kind === 'table';
  const moved = now !== undefined && ownName(now) === ownName(relation);
  const became =
    now === undefined ? 'is dropped' : moved ? `moves to schema ${now.schema}` : `is renamed to ${now.name}`;
  const found = moved ? `, unless ${now.schema} is on its search path` : '';
  return [
    {
      rule: 'breaks-running-code',
      // A rename says that it is in use. Where a move is on the search path, unqualified names still find it.
      severity: !moved && (isTable || now !== undefined) ? 'block' : 'warn',
      id: `gone ${relation.name}`,
      message: `${capital(label(relation))} ${became}: code that names it fails for good (42P01)${found}.`,
      blame: { target: relation, words: [[ownName(relation)]] },
      ...(isTable && !moved && { squawk: now === undefined ? 'ban-drop-table' : 'renaming-table', of: relation }),
    },
  ];
}

export function goneColumns(before: Shape, after: Shape, change: SchemaChange): readonly Effect[] {
  const { relation } = before;
  const isTable = relation.kind === 'table';
  // Its table may have been renamed, and a view stand in its place.
  const table = change.later(relation)?.name ?? relation.name;
  return [...before.columns.values()].flatMap(({ name, object }): readonly Effect[] => {
    if (after.columns.has(name) || (object !== undefined && isEcho(object))) return [];
    const now = object && change.later(object);
    const newName = now?.table === table ? ownName(now) : undefined;
    const isDropped = isTable && newName === undefined;
    const isRenamed = newName !== undefined && newName !== name;
    const became = isDropped ? 'is dropped' : isRenamed ? `is renamed to ${newName}` : 'has gone';
    return [
      {
        rule: 'breaks-running-code',
        severity: isTable ? 'block' : 'warn',
        id: `gone ${relation.name}.${name}`,
        message: `Column ${relation.name}.${name} ${became}: code that names it fails for good (42703). ${sentenceOf('star', [relation.name])}`,
        blame: {
          ...(object && { target: object }),
          words: [[ownName(relation), name], [ownName(relation)]],
          does: either(alters('AT_DropColumn'), isOfKind('RenameStmt', 'ViewStmt', 'CreateTableAsStmt')),
        },
        ...(object !== undefined && (isDropped || isRenamed)
          ? { squawk: isDropped ? 'ban-drop-column' : 'renaming-column', of: object }
          : {}),
      },
    ];
  });
}

/** A view in the place of a table serves readers; writers only where Postgres can write through it. */
export function noLongerWritable(before: Shape, after: Shape, change: SchemaChange): readonly Effect[] {
  if (before.relation.kind !== 'table' || after.relation.kind === 'table') return [];
  if (after.relation.kind === 'view' && acceptsWrites(after.relation, change.after)) return [];
  const { name } = before.relation;
  return [
    {
      rule: 'breaks-running-code',
      severity: 'block',
      id: `read-only ${name}`,
      message: `${name} is a ${after.relation.kind} now that no row can be written through: INSERT, UPDATE and DELETE of the running code fail for good (55000).`,
      blame: { words: [[ownName(after.relation)]], does: isOfKind('ViewStmt', 'CreateTableAsStmt') },
    },
  ];
}

/** Rights that a role loses on what stays: a view in a table's place has none of the table's grants. */
export function lostRights(change: SchemaChange): readonly Effect[] {
  const effects: Effect[] = [];
  const lose = (before: CatalogObject, after: CatalogObject): void => {
    const kept = new Set(after.facts.grants?.split('\n'));
    for (const line of before.facts.grants?.split('\n') ?? []) {
      const [, right, role = ''] = line.match(/^grant (.+?)(?: with grant option)? to (.+)$/) ?? [];
      if (right === undefined || role === 'PUBLIC' || [...kept].some((one) => grants(one, right, role))) continue;
      effects.push({
        rule: 'breaks-running-code',
        severity: 'warn',
        id: `right ${keyOf(before)} ${right} ${role}`,
        message: `Role ${role} loses ${right} on ${label(after)}: its queries that need it fail for good (42501).`,
        blame: { words: [[ownName(after), role], [ownName(after)], [role]], does: isOfKind('GrantStmt', 'ViewStmt') },
      });
    }
  };
  const later = shapesOf(change.after);
  for (const [name, { relation }] of shapesOf(change.before)) {
    const now = later.get(name)?.relation;
    if (now !== undefined && relation.facts.grants !== undefined) lose(relation, now);
  }
  return effects;
}

function grants(line: string, right: string, role: string): boolean {
  return line === `grant ${right} to ${role}` || line === `grant ${right} with grant option to ${role}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
