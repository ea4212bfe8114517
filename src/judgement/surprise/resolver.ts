import { type Catalog, type CatalogObject, joinNames } from '../../postgres/catalog/catalog.ts';
import type { Statement } from '../../project/sql.ts';
import { list, scalar } from '../../project/syntax-tree.ts';
import { RELATIONS, type Target } from './targets.ts';
import { bareType } from './type-names.ts';

/**
 * Finds the objects of the schema before a script that its statements mean, walking along with the script: names may be
 * given without a schema, the search path may be set on the way, and what was renamed is meant by its new name.
 */
export class Resolver {
  readonly #before: Catalog;
  readonly #named = new Map<string, CatalogObject[]>();
  /** New name -> the name before the script. */
  readonly #aliases = new Map<string, string>();
  #searchPath: readonly string[];

  constructor(before: Catalog, searchPath: readonly string[]) {
    this.#before = before;
    this.#searchPath = searchPath;
    for (const object of before.objects.values()) {
      const path = joinNames(object.path);
      this.#named.set(path, [...(this.#named.get(path) ?? []), object]);
    }
  }

  /** What a target means; nothing: there was no such object before the script. */
  resolve(target: Target): readonly CatalogObject[] {
    for (const path of this.fullPaths(target)) {
      const found = (this.#named.get(this.#original(path)) ?? []).filter(
        (object) =>
          target.kinds.includes(object.kind) && (target.args === undefined || sameArguments(object, target.args)),
      );
      if (found.length > 0) return found;
    }
    return [];
  }

  /** A relation as a statement names it. */
  relation(path: readonly string[]): CatalogObject | undefined {
    return this.resolve({ kinds: RELATIONS, path, depth: 1, ifExists: false, cascade: false })[0];
  }

  /** The names that a target may have with its schema, the likeliest first. */
  fullPaths({ path, depth, global }: Pick<Target, 'path' | 'depth' | 'global'>): readonly (readonly string[])[] {
    if (global === true || path.length > depth) return [path];
    return this.#searchPath.map((schema) => [schema, ...path]);
  }

  /** Goes past a statement: what follows it sees its renames and its search path. */
  pass(statement: Statement, targets: readonly Target[]): void {
    const { kind, tree } = statement;
    if (kind === 'VariableSetStmt' && tree.name === 'search_path') {
      const path = list(tree.args).flatMap((argument) => scalar(argument) ?? []);
      if (path.length > 0)
        this.#searchPath = path.flatMap((part) => part.split(',')).map((part) => part.trim().replace(/^"(.*)"$/, '$1'));
    }
    for (const target of targets) {
      const [object] = target.becomes === undefined ? [] : this.resolve(target);
      if (object === undefined || target.becomes === undefined) continue;
      const parent = this.fullPaths(target).find((path) => this.#original(path) === joinNames(object.path));
      const now =
        target.becomes.length > target.depth
          ? target.becomes
          : [...(parent ?? []).slice(0, -1), target.becomes.at(-1) ?? ''];
      this.#aliases.set(joinNames(now), joinNames(object.path));
    }
  }

  /** A name of now as it was before the script. */
  #original(path: readonly string[]): string {
    const full = joinNames(path);
    const whole = this.#aliases.get(full);
    if (whole !== undefined) return whole;
    const parent = path.length > 2 ? this.#aliases.get(joinNames(path.slice(0, 2))) : undefined;
    return parent === undefined ? full : `${parent}.${joinNames(path.slice(2))}`;
  }

  /** Objects of the kinds, for "did you mean". */
  candidates(target: Pick<Target, 'kinds'>): readonly CatalogObject[] {
    return [...this.#before.objects.values()].filter(({ kind }) => target.kinds.includes(kind));
  }
}

/** By types without their schemas. */
function sameArguments(object: CatalogObject, args: string): boolean {
  const own = object.name.slice(joinNames(object.path).length + 1, -1);
  return own.split(', ').map(bareType).join(', ') === args.split(', ').map(bareType).join(', ');
}
