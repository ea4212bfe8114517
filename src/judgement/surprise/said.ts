import { type Catalog, type CatalogObject, keyOf } from '../../postgres/catalog/catalog.ts';
import type { Statement } from '../../project/sql.ts';
import { descendants, fieldsOf, list, text } from '../../project/syntax-tree.ts';
import { Resolver } from './resolver.ts';
import { relationPath, targetsOf } from './targets.ts';

/** What a script says that it does to the schema before it. */
export interface Said {
  /** Keys of what is dropped, renamed, moved or altered by name. */
  readonly named: ReadonlySet<string>;
  /** Keys of what is dropped by name, be it made again after. */
  readonly dropped: ReadonlySet<string>;
  readonly drops: readonly Drop[];
  /** By key: the names that the script gives to what was there. */
  readonly newNames: ReadonlyMap<string, readonly string[]>;
  /** Statements whose effect their text does not tell, and the words in them. */
  readonly opaque: readonly { readonly statement: Statement; readonly words: ReadonlySet<string> }[];
}

/** A statement that drops something that was there. */
export interface Drop {
  readonly statement: Statement;
  /** Those that it names. */
  readonly objects: readonly CatalogObject[];
  readonly cascade: boolean;
  /** Whether it drops an object with the schema or the owner that it names. */
  readonly sweeps: (object: CatalogObject) => boolean;
}

/** Whether the text does not tell the effect: DO, CALL, SELECT of a function. */
export function isOpaque({ kind, tree }: Statement): boolean {
  if (kind === 'DoStmt' || kind === 'CallStmt') return true;
  return kind === 'SelectStmt' && [...descendants(tree)].some(([node]) => node === 'FuncCall');
}

export function whatIsSaid(statements: readonly Statement[], before: Catalog, searchPath: readonly string[]): Said {
  const resolver = new Resolver(before, searchPath);
  const named = new Set<string>();
  const dropped = new Set<string>();
  const drops: Drop[] = [];
  const newNames = new Map<string, string[]>();
  const opaque: Said['opaque'][number][] = [];
  for (const statement of statements) {
    const targets = targetsOf(statement);
    const resolve = (keep: (target: (typeof targets)[number]) => boolean): readonly CatalogObject[] =>
      targets.filter(keep).flatMap((target) => resolver.resolve(target));
    const goes = resolve(({ becomes }) => becomes === undefined);
    for (const object of goes) dropped.add(keyOf(object));
    for (const object of [...resolve(() => true), ...alteredColumns(statement, resolver)]) named.add(keyOf(object));
    const owned = statement.kind === 'DropOwnedStmt';
    for (const target of targets) {
      const [object] = target.becomes === undefined ? [] : resolver.resolve(target);
      if (object === undefined) continue;
      newNames.set(keyOf(object), [...(newNames.get(keyOf(object)) ?? []), target.becomes?.at(-1) ?? '']);
    }
    if (goes.length > 0 || owned) {
      const cascade = targets.some((target) => target.cascade) || statement.tree.behavior === 'DROP_CASCADE';
      const sweeps = owned ? ownedBy(statement) : inSchemas(cascade ? goes : []);
      drops.push({ statement, objects: goes, cascade, sweeps });
    }
    if (isOpaque(statement)) opaque.push({ statement, words: wordsOf(statement.sql) });
    resolver.pass(statement, targets);
  }
  return { named, dropped, drops, newNames, opaque };
}

function inSchemas(objects: readonly CatalogObject[]): Drop['sweeps'] {
  const schemas = new Set(objects.filter(({ kind }) => kind === 'schema').map(({ name }) => name));
  return ({ schema }) => schemas.has(schema);
}

/** CURRENT_USER and its like may be anybody. */
function ownedBy({ tree }: Statement): Drop['sweeps'] {
  const roles = new Set(list(tree.roles).map((role) => text(fieldsOf(role, 'RoleSpec')?.rolename)));
  return ({ facts: { owner } }) => roles.has(undefined) || (owner !== undefined && roles.has(owner));
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
