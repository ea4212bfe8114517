import { type LockMode, modeNumbered } from '../../postgres/lock-modes.ts';
import { droppedNames, nameOfParts, type RelationName, rangeVar, relationsBelow } from '../../project/relations.ts';
import { type Node, parseScript, type Statement } from '../../project/sql.ts';
import { descendants, fieldsOf, isOn, list, names, option, record, scalar, text } from '../../project/syntax-tree.ts';
import type { Migration } from '../../project/types.ts';
import { alterTouches } from './alter-touches.ts';

/**
 * What migrations do to which relations, by their syntax trees: names, and the locks that are wanted there. What DO blocks
 * and functions do is not seen.
 */

export interface Touch {
  readonly of: RelationName | { readonly schema: string; readonly name?: undefined };
  /** What the statement waits for is what conflicts with one of these. */
  readonly modes: readonly LockMode[];
  /** Foreign keys whose other table is locked in the same way: those of the whole table, of a constraint, of a column. */
  readonly foreignKeys?: 'all' | { readonly constraint: string } | { readonly column: string };
  /** The tables that reference it are locked too. */
  readonly cascade?: boolean;
  /** A partition: its parent is locked too. */
  readonly parent?: boolean;
}

/** Touches, and where names without a schema are looked for; undefined: where the session looks. */
export type PlacedTouch = Touch & { readonly path: readonly string[] | undefined };

/** A script that does not parse touches nothing: it will not run. */
export function touchesOf(migrations: readonly Migration[]): PlacedTouch[] {
  return migrations.flatMap((migration) => {
    let path: readonly string[] | undefined;
    return (parseScript(migration.up).statements ?? []).flatMap((statement) => {
      if (setsSearchPath(statement)) path = searchPath(statement.tree);
      return touches(statement.kind, statement.tree).map((touch) => ({ ...touch, path }));
    });
  });
}

/** Whether a migration waits until the snapshots are gone that are older than its index. */
export function waitsForSnapshots(migrations: readonly Migration[]): boolean {
  return migrations.some((migration) =>
    (parseScript(migration.up).statements ?? []).some(
      ({ kind, tree }) => (kind === 'IndexStmt' && tree.concurrent === true) || reindexesConcurrently(kind, tree),
    ),
  );
}

function reindexesConcurrently(kind: string, tree: Node): boolean {
  return kind === 'ReindexStmt' && isOn(option(tree.params, 'concurrently'));
}

function setsSearchPath({ kind, tree }: Statement): boolean {
  return kind === 'VariableSetStmt' && (tree.name === 'search_path' || tree.kind === 'VAR_RESET_ALL');
}

function searchPath(tree: Node): readonly string[] | undefined {
  return tree.kind === 'VAR_SET_VALUE' ? list(tree.args).flatMap((argument) => scalar(argument) ?? []) : undefined;
}

/** They name relations, and no relation is locked for longer than a moment. */
const TOUCHES_NOTHING: ReadonlySet<string> = new Set([
  'AlterFunctionStmt',
  'CreateFunctionStmt',
  'CreateSchemaStmt',
  'CreateSeqStmt',
  'DoStmt',
  'PrepareStmt',
]);

const QUERIES: ReadonlySet<string> = new Set([
  'CopyStmt',
  'CreateTableAsStmt',
  'DeleteStmt',
  'ExplainStmt',
  'InsertStmt',
  'MergeStmt',
  'SelectStmt',
  'UpdateStmt',
]);

/** Statements that take the one lock on all that they name. */
const ONE_LOCK: Readonly<Record<string, LockMode>> = {
  AlterPublicationStmt: 'ShareUpdateExclusiveLock',
  CreatePublicationStmt: 'ShareUpdateExclusiveLock',
  CreateStatsStmt: 'ShareUpdateExclusiveLock',
  CreateTrigStmt: 'ShareRowExclusiveLock',
  GrantStmt: 'ShareUpdateExclusiveLock',
};

function touches(kind: string, tree: Node): Touch[] {
  if (TOUCHES_NOTHING.has(kind)) return [];
  if (QUERIES.has(kind)) return queryTouches(kind, tree);
  switch (kind) {
    case 'CreateStmt':
      return createTouches(tree);
    case 'CreateForeignTableStmt':
      return createTouches(record(tree.base) ?? {});
    case 'ViewStmt':
      return [
        ...all(relationsBelow(tree.query), 'AccessShareLock'),
        ...all(optional(tree.replace === true ? rangeVar(tree.view) : undefined), 'AccessExclusiveLock'),
      ];
    case 'IndexStmt':
      // While it waits for writers to end, CREATE INDEX CONCURRENTLY waits as if it wanted SHARE.
      return all(
        optional(rangeVar(tree.relation)),
        ...((tree.concurrent === true ? ['ShareUpdateExclusiveLock', 'ShareLock'] : ['ShareLock']) as LockMode[]),
      );
    case 'AlterTableStmt':
      return alterTouches(tree);
    case 'RenameStmt':
      return all(
        optional(rangeVar(tree.relation)),
        tree.renameType === 'OBJECT_INDEX' ? 'ShareUpdateExclusiveLock' : 'AccessExclusiveLock',
      );
    case 'DropStmt':
      return dropTouches(tree);
    case 'CommentStmt':
      return all(optional(commented(tree)), 'ShareUpdateExclusiveLock');
    case 'TruncateStmt':
      return all(relationsBelow(tree.relations), 'AccessExclusiveLock').map((touch) => ({
        ...touch,
        cascade: tree.behavior === 'DROP_CASCADE',
      }));
    case 'LockStmt':
      return all(relationsBelow(tree.relations), modeNumbered(tree.mode));
    case 'VacuumStmt':
      return all(
        relationsBelow(tree),
        isOn(option(tree.options, 'full')) ? 'AccessExclusiveLock' : 'ShareUpdateExclusiveLock',
      );
    case 'ReindexStmt': {
      const schema = tree.kind === 'REINDEX_OBJECT_SCHEMA' ? text(tree.name) : undefined;
      if (schema !== undefined) return [{ of: { schema }, modes: ['AccessExclusiveLock'] }];
    }
  }
  return all(relationsBelow(tree), ONE_LOCK[kind] ?? 'AccessExclusiveLock');
}

function all(of: readonly RelationName[], ...modes: LockMode[]): Touch[] {
  return of.map((name) => ({ of: name, modes }));
}

function optional<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

const WRITES: ReadonlySet<string> = new Set(['DeleteStmt', 'InsertStmt', 'MergeStmt', 'UpdateStmt']);

function queryTouches(kind: string, tree: Node): Touch[] {
  const everything = [[kind, tree] as const, ...descendants(tree)];
  const written = everything.filter(
    ([one, fields]) => WRITES.has(one) || (one === 'CopyStmt' && fields.is_from === true),
  );
  const locking = everything.some(([one]) => one === 'LockingClause');
  return [
    ...all(relationsBelow(tree), locking ? 'RowShareLock' : 'AccessShareLock'),
    ...all(
      written.flatMap(([, fields]) => optional(rangeVar(fields.relation))),
      'RowExclusiveLock',
    ),
  ];
}

/** What a new table refers to; itself it is not there yet. */
function createTouches({ relation: _, inhRelations, tableElts, constraints, partbound }: Node): Touch[] {
  return [
    ...all(relationsBelow(inhRelations), partbound === undefined ? 'ShareUpdateExclusiveLock' : 'AccessExclusiveLock'),
    ...all(relationsBelow([tableElts, constraints]), 'ShareRowExclusiveLock'),
  ];
}

const RELATIONS: ReadonlySet<unknown> = new Set([
  'OBJECT_FOREIGN_TABLE',
  'OBJECT_INDEX',
  'OBJECT_MATVIEW',
  'OBJECT_SEQUENCE',
  'OBJECT_TABLE',
  'OBJECT_VIEW',
]);
/** Parts of a relation: their own name stands behind its name. */
const PARTS: ReadonlySet<unknown> = new Set([
  'OBJECT_COLUMN',
  'OBJECT_POLICY',
  'OBJECT_RULE',
  'OBJECT_TABCONSTRAINT',
  'OBJECT_TRIGGER',
]);

function dropTouches(tree: Node): Touch[] {
  const dropped = droppedNames(tree);
  const cascade = tree.behavior === 'DROP_CASCADE';
  if (tree.removeType === 'OBJECT_SCHEMA') {
    return list(tree.objects).flatMap((object) => {
      const schema = scalar(object);
      return schema === undefined
        ? []
        : [{ of: { schema }, modes: ['AccessExclusiveLock'] as const, foreignKeys: 'all' as const, cascade }];
    });
  }
  if (PARTS.has(tree.removeType)) {
    return all(
      dropped.flatMap((parts) => optional(nameOfParts(parts.slice(0, -1)))),
      'AccessExclusiveLock',
    );
  }
  if (!RELATIONS.has(tree.removeType)) return [];
  const touched = all(
    dropped.flatMap((parts) => optional(nameOfParts(parts))),
    'AccessExclusiveLock',
  );
  if (tree.removeType !== 'OBJECT_TABLE') return touched;
  return touched.map((touch) => ({ ...touch, foreignKeys: 'all', cascade, parent: true }));
}

function commented({ objtype, object }: Node): RelationName | undefined {
  const parts = names(fieldsOf(object, 'List')?.items);
  if (RELATIONS.has(objtype)) return nameOfParts(parts);
  return PARTS.has(objtype) ? nameOfParts(parts.slice(0, -1)) : undefined;
}
