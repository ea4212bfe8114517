import { type CatalogObject, joinNames, ownName } from './catalog.ts';
import type { Pair } from './pairing.ts';

/**
 * What the renames between two catalogs do to other names and texts: a table's new name stands in its columns' names, in
 * foreign keys that refer to it and in the defaults of its columns, and none of these has changed.
 */
export class Renames {
  /** Paths of schemas and of what stands in them, before -> after, by joined name. */
  readonly #paths = new Map<string, readonly string[]>();
  /** Columns by table: before -> after. */
  readonly #columns = new Map<string, Map<string, string>>();
  readonly #texts: readonly (readonly [RegExp, string])[];

  constructor(pairs: readonly Pair[]) {
    const texts: (readonly [RegExp, string])[] = [];
    const aliases: (readonly [RegExp, string])[] = [];
    for (const { before, after } of pairs) {
      if (before.name === after.name) continue;
      if (before.path.length <= 2 && before.kind !== 'index') {
        // A role or an extension may be called as a schema is.
        if (before.path.length === 2 || before.kind === 'schema') this.#paths.set(joinNames(before.path), after.path);
        texts.push([token(before.path), sqlName(after.path)]);
        // Last: an alias that Postgres made from the relation's own name.
        if (before.path.length === 2)
          aliases.push([token(before.path.slice(1), '(?=\\.)'), sqlName(after.path.slice(1))]);
      }
      if (before.table !== undefined && (before.kind === 'column' || before.kind === 'attribute')) {
        const columns = this.#columns.get(before.table) ?? new Map<string, string>();
        this.#columns.set(before.table, columns.set(ownName(before), ownName(after)));
      }
    }
    this.#texts = [...texts, ...aliases];
  }

  /** What a relation of the first catalog is called in the second. */
  relation(name: string): string {
    const path = this.#paths.get(name);
    return path === undefined ? name : joinNames(path);
  }

  column(table: string, name: string): string {
    return this.#columns.get(table)?.get(name) ?? name;
  }

  /** Whether the object itself has another name, and not only what it is a part of. */
  isRenamed({ before, after }: Pair): boolean {
    if (before.name === after.name) return false;
    if (ownName(before) !== ownName(after) || before.path.length !== after.path.length) return true;
    // Parts of a table, its indexes and owned sequences follow it; what stands in a renamed schema follows that.
    if (before.table !== undefined) return false;
    return this.relation(before.schema) !== after.schema;
  }

  /**
   * A text of the first catalog as it would be written after the renames. In views a table's name stands before its
   * columns too ('users.id'), and a column's may stand alone, so its new name is tried wherever the table is mentioned.
   */
  translate(object: CatalogObject, text: string): string {
    let result = text;
    for (const [table, columns] of this.#columns) {
      if (object.table !== table && !result.includes(table.slice(table.lastIndexOf('.') + 1))) continue;
      for (const [before, after] of columns) result = result.replace(token([before]), () => sqlName([after]));
    }
    for (const [pattern, name] of this.#texts) result = result.replace(pattern, () => name);
    return result;
  }
}

function sqlName(path: readonly string[]): string {
  return path.map((part) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`)).join('.');
}

/** A name that is not a part of a longer one. */
function token(path: readonly string[], follows = '(?![\\w$"])'): RegExp {
  // A column's name may stand behind its table's.
  const precedes = path.length === 1 && follows !== '(?=\\.)' ? '(?<![\\w$"])' : '(?<![\\w$."])';
  return new RegExp(`${precedes}${sqlName(path).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}${follows}`, 'g');
}
