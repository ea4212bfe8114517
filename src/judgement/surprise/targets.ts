import type { ObjectKind } from '../../postgres/catalog/catalog.ts';
import type { Node, Statement } from '../../project/sql.ts';
import { fieldsOf, list, names, nodeEntry, record, text } from '../../project/syntax-tree.ts';
import { argumentsText } from './type-names.ts';

/** Something that a statement names because it shall go, or shall be called otherwise. */
export interface Target {
  readonly kinds: readonly ObjectKind[];
  /** As written: [name], [schema, name], [table, part], [schema, table, part]. */
  readonly path: readonly string[];
  /** How many names of the path are the object's own below the schema: 2 for parts of a table. */
  readonly depth: 1 | 2;
  /** Lives in no schema. */
  readonly global?: boolean;
  /** A function's argument types; undefined: not given. */
  readonly args?: string | undefined;
  readonly ifExists: boolean;
  readonly cascade: boolean;
  /** The new path of a rename. */
  readonly becomes?: readonly string[];
}

export const RELATIONS: readonly ObjectKind[] = [
  'table',
  'view',
  'materialized view',
  'foreign table',
  'sequence',
  'index',
  'composite type',
];
const TYPES: readonly ObjectKind[] = ['enum', 'composite type', 'range type', 'type', 'domain'];
const ROUTINES: readonly ObjectKind[] = ['function', 'procedure', 'aggregate'];

const KINDS: Readonly<
  Record<string, { readonly kinds: readonly ObjectKind[]; readonly depth?: 2; readonly global?: true }>
> = {
  OBJECT_TABLE: { kinds: ['table'] },
  OBJECT_FOREIGN_TABLE: { kinds: ['foreign table'] },
  OBJECT_VIEW: { kinds: ['view'] },
  OBJECT_MATVIEW: { kinds: ['materialized view'] },
  OBJECT_INDEX: { kinds: ['index'] },
  OBJECT_SEQUENCE: { kinds: ['sequence'] },
  OBJECT_TYPE: { kinds: TYPES },
  OBJECT_DOMAIN: { kinds: ['domain'] },
  OBJECT_FUNCTION: { kinds: ['function'] },
  OBJECT_PROCEDURE: { kinds: ['procedure'] },
  OBJECT_AGGREGATE: { kinds: ['aggregate'] },
  OBJECT_ROUTINE: { kinds: ROUTINES },
  OBJECT_COLLATION: { kinds: ['collation'] },
  OBJECT_STATISTIC_EXT: { kinds: ['statistics object'] },
  OBJECT_TSCONFIGURATION: { kinds: ['text search configuration'] },
  OBJECT_TSDICTIONARY: { kinds: ['text search dictionary'] },
  OBJECT_TSPARSER: { kinds: ['text search parser'] },
  OBJECT_TSTEMPLATE: { kinds: ['text search template'] },
  OBJECT_CONVERSION: { kinds: ['conversion'] },
  OBJECT_OPERATOR: { kinds: ['operator'] },
  OBJECT_OPCLASS: { kinds: ['operator class'] },
  OBJECT_OPFAMILY: { kinds: ['operator family'] },
  OBJECT_TRIGGER: { kinds: ['trigger'], depth: 2 },
  OBJECT_POLICY: { kinds: ['policy'], depth: 2 },
  OBJECT_RULE: { kinds: ['rule'], depth: 2 },
  OBJECT_COLUMN: { kinds: ['column'], depth: 2 },
  OBJECT_ATTRIBUTE: { kinds: ['attribute'], depth: 2 },
  OBJECT_TABCONSTRAINT: { kinds: ['constraint'], depth: 2 },
  OBJECT_DOMCONSTRAINT: { kinds: ['domain constraint'], depth: 2 },
  OBJECT_SCHEMA: { kinds: ['schema'], global: true },
  OBJECT_EXTENSION: { kinds: ['extension'], global: true },
  OBJECT_FOREIGN_SERVER: { kinds: ['server'], global: true },
  OBJECT_FDW: { kinds: ['foreign-data wrapper'], global: true },
  OBJECT_EVENT_TRIGGER: { kinds: ['event trigger'], global: true },
  OBJECT_PUBLICATION: { kinds: ['publication'], global: true },
  OBJECT_LANGUAGE: { kinds: ['language'], global: true },
};

/** What a statement drops, renames or moves by name. Statements that do none of it have no targets. */
export function targetsOf({ kind, tree }: Pick<Statement, 'kind' | 'tree'>): readonly Target[] {
  switch (kind) {
    case 'DropStmt':
      return list(tree.objects).flatMap(
        (object) => target(tree.removeType, { ...named(object), ...manner(tree) }) ?? [],
      );
    case 'RenameStmt':
      return renamed(tree);
    case 'AlterObjectSchemaStmt':
      return moved(tree);
    case 'AlterTableStmt':
      return altered(tree);
    case 'AlterDomainStmt':
      return tree.subtype === 'X'
        ? one(
            target('OBJECT_DOMCONSTRAINT', { path: [...names(tree.typeName), text(tree.name) ?? ''], ...manner(tree) }),
          )
        : [];
    case 'AlterExtensionContentsStmt':
      return one(target(tree.objtype, { ...named(tree.object), ...manner(tree) }));
    default:
      return [];
  }
}

/** [schema, name] or [name] of a RangeVar. */
export function relationPath(rangeVar: unknown): readonly string[] {
  const relation = record(rangeVar);
  return [text(relation?.schemaname), text(relation?.relname)].filter((part) => part !== undefined);
}

type Named = Pick<Target, 'path' | 'args'>;
type Manner = Pick<Target, 'ifExists' | 'cascade'>;

function manner(tree: Node): Manner {
  return { ifExists: tree.missing_ok === true, cascade: tree.behavior === 'DROP_CASCADE' };
}

const one = (found: Target | undefined): readonly Target[] => (found === undefined ? [] : [found]);

/** Before their own names stands the index method's: DROP OPERATOR CLASS s.c USING btree is [btree, s, c]. */
const WITH_METHOD: ReadonlySet<unknown> = new Set(['OBJECT_OPCLASS', 'OBJECT_OPFAMILY']);

function target(objectType: unknown, rest: Named & Manner & Pick<Target, 'becomes'>): Target | undefined {
  const found = KINDS[text(objectType) ?? ''];
  const path = WITH_METHOD.has(objectType) ? rest.path.slice(1) : rest.path;
  if (found === undefined || path.length === 0) return undefined;
  const { kinds, depth = 1, global } = found;
  return { kinds, depth, ...(global && { global }), ...rest, path };
}

/** An object as DROP and ALTER name it: a String, a List of Strings, a TypeName, a function with its arguments. */
function named(object: unknown): Named {
  const [kind, fields] = nodeEntry(object) ?? [];
  if (fields === undefined) return { path: [] };
  if (kind === 'String') return { path: [text(fields.sval) ?? ''] };
  if (kind === 'TypeName') return { path: names(fields.names) };
  if (kind === 'ObjectWithArgs') return { path: names(fields.objname), args: argumentsText(fields) };
  const parts = list(fields.items);
  // A constraint of a domain stands as [TypeName, String].
  return { path: parts.flatMap((part) => names(fieldsOf(part, 'TypeName')?.names ?? [part])) };
}

function renamed(tree: Node): readonly Target[] {
  const newName = text(tree.newname) ?? '';
  const relation = relationPath(tree.relation);
  const sub = text(tree.subname);
  const { path: objectPath, args } = named(tree.object);
  const path =
    relation.length > 0
      ? [...relation, ...(sub === undefined ? [] : [sub])]
      : [...objectPath, ...(sub !== undefined && objectPath.length === 0 ? [sub] : [])];
  const found = target(tree.renameType, { path, args, ...manner(tree), becomes: [...path.slice(0, -1), newName] });
  // ALTER TABLE renames views, sequences and indexes as well.
  return one(found && found.depth === 1 && relation.length > 0 ? { ...found, kinds: RELATIONS } : found);
}

function moved(tree: Node): readonly Target[] {
  const relation = relationPath(tree.relation);
  const base = relation.length > 0 ? { path: relation } : named(tree.object);
  const name = base.path.at(-1) ?? '';
  const found = target(tree.objectType, { ...base, ...manner(tree), becomes: [text(tree.newschema) ?? '', name] });
  return one(found && relation.length > 0 ? { ...found, kinds: RELATIONS } : found);
}

const ALTER_PARTS: Readonly<Record<string, readonly ObjectKind[]>> = {
  AT_DropColumn: ['column', 'attribute'],
  AT_DropConstraint: ['constraint'],
};

function altered(tree: Node): readonly Target[] {
  const relation = relationPath(tree.relation);
  return list(tree.cmds).flatMap((item): readonly Target[] => {
    const command = fieldsOf(item, 'AlterTableCmd');
    if (command === undefined) return [];
    const kinds = ALTER_PARTS[text(command.subtype) ?? ''];
    if (kinds !== undefined)
      return [{ kinds, path: [...relation, text(command.name) ?? ''], depth: 2, ...manner(command) }];
    // ADD CONSTRAINT ... USING INDEX makes the index the constraint's own and gives it the constraint's name.
    const index = text(fieldsOf(command.def, 'Constraint')?.indexname);
    return index === undefined
      ? []
      : [{ kinds: ['index'], path: [...relation.slice(0, -1), index], depth: 1, ifExists: false, cascade: false }];
  });
}
