import { type Catalog, type CatalogObject, keyOf } from '../../postgres/catalog/catalog.ts';
import type { Statement } from '../../project/sql.ts';
import { fieldsOf, list, text } from '../../project/syntax-tree.ts';
import { Resolver } from './resolver.ts';
import { relationPath, targetsOf } from './targets.ts';

/** What a script says that it does to the schema before it. */
export interface Said {
  /** Keys of what is dropped, renamed, moved or altered by name. */
  readonly named: ReadonlySet<string>;
  /** Keys of what is dropped by name, be it made again after. */
  readonly dropped: ReadonlySet<string>;
  readonly drops: readonly Drop[];
  /** Statements whose effect their text does not tell (DO, CALL, SELECT of a function), and the words in them. */
  readonly opaque: readonly { readonly statement: Statement; readonly words: ReadonlySet<string> }[];
  /** Roles of DROP OWNED. */
  readonly roles: ReadonlySet<string>;
}

/** A statement that drops something that was there. */
export interface Drop {
  readonly statement: Statement;
  readonly objects: readonly CatalogObject[];
  readonly cascade: boolean;
}

/** Statements whose effect their text does not tell. */
export const OPAQUE: ReadonlySet<string> = new Set(['DoStmt', 'CallStmt', 'SelectStmt']);

export function whatIsSaid(statements: readonly Statement[], before: Catalog, searchPath: readonly string[]): Said {
  const resolver = new Resolver(before, searchPath);
  const named = new Set<string>();
  const dropped = new Set<string>();
  const drops: Drop[] = [];
  const opaque: Said['opaque'][number][] = [];
  const roles = new Set<string>();
  for (const statement of statements) {
    const targets = targetsOf(statement);
    const resolve = (keep: (target: (typeof targets)[number]) => boolean): readonly CatalogObject[] =>
      targets.filter(keep).flatMap((target) => resolver.resolve(target));
    const goes = resolve(({ becomes }) => becomes === undefined);
    for (const object of goes) dropped.add(keyOf(object));
    for (const object of [...resolve(() => true), ...alteredColumns(statement, resolver)]) named.add(keyOf(object));
    if (goes.length > 0) drops.push({ statement, objects: goes, cascade: targets.some(({ cascade }) => cascade) });
    if (OPAQUE.has(statement.kind)) opaque.push({ statement, words: wordsOf(statement.sql) });
    for (const role of statement.kind === 'DropOwnedStmt' ? list(statement.tree.roles) : []) {
      roles.add(text(fieldsOf(role, 'RoleSpec')?.rolename) ?? '');
    }
    resolver.pass(statement, targets);
  }
  return { named, dropped, drops, opaque, roles };
}

/** Every word that may be a name. */
export function wordsOf(sql: string): ReadonlySet<string> {
  return new Set(sql.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []);
}

/** Columns that ALTER TABLE names for anything: what becomes of their default is the statement's own business. */
function alteredColumns({ kind, tree }: Statement, resolver: Resolver): readonly CatalogObject[] {
  if (kind !== 'AlterTableStmt') return [];
  const relation = relationPath(tree.relation);
  return list(tree.cmds).flatMap((item) => {
    const column = text(fieldsOf(item, 'AlterTableCmd')?.name);
    if (column === undefined) return [];
    return resolver.resolve({
      kinds: ['column'],
      path: [...relation, column],
      depth: 2,
      ifExists: false,
      cascade: false,
    });
  });
}
