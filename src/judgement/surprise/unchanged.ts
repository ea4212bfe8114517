import { type Catalog, type CatalogObject, joinNames, keyOf, ownName } from '../../postgres/catalog/catalog.ts';
import type { Statement } from '../../project/sql.ts';
import { label } from '../describe.ts';
import { closest } from './closest.ts';
import { declarationsOf } from './declared.ts';
import { Resolver } from './resolver.ts';
import { RELATIONS, relationPath, type Target, targetsOf } from './targets.ts';

/** A statement that did nothing although it names something. */
export interface Idle {
  readonly statement: Statement;
  readonly message: string;
  /** The name that was probably meant. */
  readonly meant?: string;
}

/** `IF EXISTS` with names that do not exist, `IF NOT EXISTS` over objects with another definition. */
export function idleStatements(
  statements: readonly Statement[],
  before: Catalog,
  after: Catalog,
  searchPath: readonly string[],
): readonly Idle[] {
  const resolver = new Resolver(before, searchPath);
  const idle: Idle[] = [];
  const dropped = new Set<string>();
  for (const [at, statement] of statements.entries()) {
    const earlier = statements.slice(0, at);
    const targets = [...targetsOf(statement), ...alteredRelation(statement)];
    const missing = targets.filter((target) => target.ifExists && isMissing(target, resolver, before, after, earlier));
    // ALTER TABLE IF EXISTS of a missing table is one mistake, not one for each of its commands.
    for (const target of missing
      .filter((one) => one.depth === 1)
      .slice(0, 1)
      .concat(missing.filter((one) => one.depth === 2 && tableExists(one, resolver)))) {
      idle.push({ statement, ...missingMessage(target, resolver) });
    }
    for (const target of missing.filter(
      (one) => one.depth === 2 && !tableExists(one, resolver) && !missing.some((other) => other.depth === 1),
    )) {
      idle.push({
        statement,
        ...missingMessage(
          { kinds: RELATIONS, path: target.path.slice(0, -1), depth: 1, ifExists: true, cascade: false },
          resolver,
        ),
      });
    }
    for (const { path, kinds, depth, differs } of declarationsOf(statement)) {
      const [object] = resolver.resolve({ kinds, path, depth, ifExists: false, cascade: false });
      if (object === undefined || dropped.has(keyOf(object))) continue;
      const difference = differs(object, after);
      if (difference !== undefined)
        idle.push({
          statement,
          message: `${label(object)} existed already ${difference}; IF NOT EXISTS left it as it is.`,
        });
    }
    for (const target of targetsOf(statement))
      for (const object of resolver.resolve(target)) dropped.add(keyOf(object));
    resolver.pass(statement, targets);
  }
  return idle;
}

/** ALTER TABLE IF EXISTS names its relation. */
function alteredRelation({ kind, tree }: Statement): readonly Target[] {
  if (kind !== 'AlterTableStmt' || tree.missing_ok !== true) return [];
  return [{ kinds: RELATIONS, path: relationPath(tree.relation), depth: 1, ifExists: true, cascade: false }];
}

function isMissing(
  target: Target,
  resolver: Resolver,
  before: Catalog,
  after: Catalog,
  earlier: readonly Statement[],
): boolean {
  if (resolver.resolve(target).length > 0) return false;
  const name = target.path.at(-1) ?? '';
  // Made earlier in the script, or by something whose effect its text does not tell.
  if (earlier.some(({ kind, sql }) => MAKES.test(kind) && sql.includes(name))) return false;
  const paths = new Set(resolver.fullPaths(target).map(joinNames));
  const named = (catalog: Catalog): boolean =>
    [...catalog.objects.values()].some((object) => paths.has(joinNames(object.path)));
  // DROP ... IF EXISTS before CREATE is a habit, and no mistake: unless a namesake (a function with other arguments) stays.
  return !named(after) || named(before);
}

const MAKES = /^(Create|Define|View|Rename|Alter|Index|Do|Call|Select|Composite|Import)/;

function tableExists(target: Target, resolver: Resolver): boolean {
  return resolver.relation(target.path.slice(0, -1)) !== undefined;
}

function missingMessage(target: Target, resolver: Resolver): Pick<Idle, 'message' | 'meant'> {
  const name = target.path.at(-1) ?? '';
  const table = target.depth === 2 ? resolver.relation(target.path.slice(0, -1)) : undefined;
  const all = resolver.candidates(target);
  const near = table === undefined ? all : all.filter((object) => object.table === table.name);
  const found: CatalogObject | undefined =
    closest(name, near, ownName) ??
    near.find((object) => ownName(object) === name) ??
    all.find((object) => ownName(object) === name);
  const [path = target.path] = resolver.fullPaths(target);
  const kind =
    target.kinds.length === 1
      ? target.kinds[0]
      : target.kinds.includes('enum')
        ? 'type'
        : target.kinds.includes('column')
          ? 'column'
          : target.kinds.includes('function')
            ? 'routine'
            : 'relation';
  const args = target.args === undefined ? '' : `(${target.args})`;
  const question = found === undefined ? '' : ` Did you mean ${label(found)}?`;
  return {
    message: `There is no ${kind} ${joinNames(path)}${args}: IF EXISTS passed it over in silence.${question}`,
    ...(found && { meant: found.name }),
  };
}
