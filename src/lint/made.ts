import { droppedNames, nameOfParts, type RelationName, rangeVar } from '../project/relations.ts';
import type { Node } from '../project/sql.ts';
import { fieldsOf, list, names, record, text } from '../project/syntax-tree.ts';
import type { Command } from './types.ts';

/** Which objects a command makes and which it takes away, by the keys of their names. */

interface Lifetimes {
  readonly made: readonly string[];
  readonly gone: readonly string[];
  /** IF NOT EXISTS: the object may have been there before. */
  readonly maybe: boolean;
}

/** 'schema.name', or the bare name where the SQL has no schema. */
export function written({ schema, name }: RelationName): string {
  return schema === undefined ? name : `${schema}.${name}`;
}

/** By what a relation is told from others: without a schema, and in public, one and the same; search_path is mostly that. */
export function relationKey(name: string): string {
  return name.replace(/^public\./, '');
}

/** Types and schemas have names of their own, apart from those of relations. */
export function typeKey(parts: readonly string[]): string {
  const name = nameOfParts(parts);
  return `type ${name === undefined ? '' : relationKey(written(name))}`;
}

export function schemaKey(name: string): string {
  return `schema ${name}`;
}

/** `isNew`: whether a relation was made by what ran before, for objects that are as new as their table. */
export function lifetimes({ kind, tree }: Pick<Command, 'kind' | 'tree'>, isNew: (key: string) => boolean): Lifetimes {
  return {
    made: madeBy(kind, tree, isNew),
    gone: [...goneBy(kind, tree), ...movedThere(kind, tree, isNew)],
    maybe: tree.if_not_exists === true || tree.replace === true,
  };
}

function madeBy(kind: string, tree: Node, isNew: (key: string) => boolean): string[] {
  switch (kind) {
    case 'CreateStmt':
      return [...relation(tree.relation), ...ownSequences(tree)];
    case 'CreateTableAsStmt':
      return relation(record(tree.into)?.rel);
    case 'SelectStmt':
      return relation(record(tree.intoClause)?.rel);
    case 'ViewStmt':
      return relation(tree.view);
    case 'CreateSeqStmt':
      return relation(tree.sequence);
    case 'CreateForeignTableStmt':
      return relation(record(tree.base)?.relation);
    case 'IndexStmt':
      return relation(tree.relation).some(isNew) ? inSchemaOf(tree.relation, text(tree.idxname)) : [];
    case 'RenameStmt':
      return renamed(tree, isNew);
    case 'AlterObjectSchemaStmt':
      return moved(tree, isNew);
    case 'CreateEnumStmt':
    case 'CreateRangeStmt':
      return [typeKey(names(tree.typeName))];
    case 'CreateDomainStmt':
      return [typeKey(names(tree.domainname))];
    case 'CompositeTypeStmt':
      return relation(tree.typevar).map((key) => `type ${key}`);
    case 'CreateSchemaStmt':
      return [schemaKey(text(tree.schemaname) ?? ''), ...schemaElements(tree, isNew)];
    default:
      return [];
  }
}

function goneBy(kind: string, tree: Node): string[] {
  if (kind === 'RenameStmt' && WHOLE.has(tree.renameType)) return relation(tree.relation);
  if (kind === 'AlterObjectSchemaStmt') return relation(tree.relation);
  if (kind !== 'DropStmt') return [];
  const objects = list(tree.objects);
  switch (tree.removeType) {
    case 'OBJECT_SCHEMA':
      return objects.map((object) => schemaKey(text(fieldsOf(object, 'String')?.sval) ?? ''));
    case 'OBJECT_TYPE':
    case 'OBJECT_DOMAIN':
      return objects.map((object) => typeKey(names(fieldsOf(object, 'TypeName')?.names)));
    default:
      return DROPPED.has(tree.removeType)
        ? droppedNames(tree).flatMap((parts) => {
            const name = nameOfParts(parts);
            return name === undefined ? [] : [relationKey(written(name))];
          })
        : [];
  }
}

const DROPPED: ReadonlySet<unknown> = new Set([
  'OBJECT_FOREIGN_TABLE',
  'OBJECT_INDEX',
  'OBJECT_MATVIEW',
  'OBJECT_SEQUENCE',
  'OBJECT_TABLE',
  'OBJECT_VIEW',
]);

/** What RENAME gives another name as a whole. */
const WHOLE: ReadonlySet<unknown> = new Set([
  'OBJECT_INDEX',
  'OBJECT_MATVIEW',
  'OBJECT_SEQUENCE',
  'OBJECT_TABLE',
  'OBJECT_VIEW',
]);

function relation(value: unknown): string[] {
  const name = rangeVar(value);
  return name === undefined ? [] : [relationKey(written(name))];
}

/** The sequence of a serial or identity column: Postgres names it so. */
function ownSequences({ relation: table, tableElts }: Node): string[] {
  const name = rangeVar(table);
  if (name === undefined) return [];
  return list(tableElts).flatMap((element) => {
    const column = fieldsOf(element, 'ColumnDef');
    return column === undefined ? [] : inSchemaOf(table, `${name.name}_${text(column.colname) ?? ''}_seq`);
  });
}

/** An index lives in its table's schema. */
function inSchemaOf(relationFields: unknown, name: string | undefined): string[] {
  return name === undefined ? [] : [relationKey(written({ schema: rangeVar(relationFields)?.schema, name }))];
}

function renamed(tree: Node, isNew: (key: string) => boolean): string[] {
  if (tree.renameType === 'OBJECT_TYPE' || tree.renameType === 'OBJECT_DOMAIN') {
    const parts = names(fieldsOf(tree.object, 'List')?.items);
    return isNew(typeKey(parts)) ? [typeKey([...parts.slice(0, -1), text(tree.newname) ?? ''])] : [];
  }
  const whole = WHOLE.has(tree.renameType) && relation(tree.relation).some(isNew);
  return whole ? inSchemaOf(tree.relation, text(tree.newname)) : [];
}

function moved({ relation: fields, newschema }: Node, isNew: (key: string) => boolean): string[] {
  const name = rangeVar(fields);
  if (name === undefined || !relation(fields).some(isNew)) return [];
  return [relationKey(written({ schema: text(newschema), name: name.name }))];
}

/** What an old table is called in the schema that it is moved to is no new table, however new the schema. */
function movedThere(kind: string, tree: Node, isNew: (key: string) => boolean): string[] {
  const name = kind === 'AlterObjectSchemaStmt' ? rangeVar(tree.relation) : undefined;
  if (name === undefined || relation(tree.relation).some(isNew)) return [];
  return [relationKey(written({ schema: text(tree.newschema), name: name.name }))];
}

/** CREATE SCHEMA s CREATE TABLE t (...): made in that schema. */
function schemaElements({ schemaname, schemaElts }: Node, isNew: (key: string) => boolean): string[] {
  return list(schemaElts).flatMap((element) => {
    const [kind, tree] = Object.entries(record(element) ?? {})[0] ?? [];
    const keys = kind === undefined ? [] : madeBy(kind, record(tree) ?? {}, isNew);
    return keys.map((key) => (key.includes('.') ? key : relationKey(`${text(schemaname) ?? ''}.${key}`)));
  });
}
