import { type RelationName, rangeVar, targetsOf } from '../project/relations.ts';
import type { Statement } from '../project/sql.ts';
import { record, text } from '../project/syntax-tree.ts';

/** Which relations a script makes, and which ones its statements are about: by name, as far as the text shows it. */

/** 'schema.name', or the bare name where the SQL has no schema. */
function written({ schema, name }: RelationName): string {
  return schema === undefined ? name : `${schema}.${name}`;
}

/** By what a relation is told from others: without a schema, and in public, one and the same; search_path is mostly that. */
export function relationKey(name: string): string {
  return name.replace(/^public\./, '');
}

export function rangeVarName(value: unknown): string | undefined {
  const name = rangeVar(value);
  return name && written(name);
}

/** The relations that a script makes: nobody uses them while it runs. */
export class NewRelations {
  /** Index of the statement that made each. */
  readonly #madeAt = new Map<string, number>();

  constructor(statements: readonly Statement[]) {
    for (const statement of statements) {
      for (const name of this.#madeBy(statement).map(relationKey))
        if (!this.#madeAt.has(name)) this.#madeAt.set(name, statement.index);
    }
  }

  /** Whether all relations that a statement is about were made by statements before it. */
  holdsAllOf(statement: Statement): boolean {
    const targets = relationsOf(statement);
    return targets.length > 0 && targets.every((name) => this.hasBefore(statement, name));
  }

  /** Whether a relation was made before a statement. */
  hasBefore(statement: Statement, name: string): boolean {
    return (this.#madeAt.get(relationKey(name)) ?? Number.POSITIVE_INFINITY) < statement.index;
  }

  #madeBy({ kind, tree }: Statement): string[] {
    const optional = (name: string | undefined): string[] => (name === undefined ? [] : [name]);
    switch (kind) {
      case 'CreateStmt':
        return optional(rangeVarName(tree.relation));
      case 'CreateTableAsStmt':
        return optional(rangeVarName(record(tree.into)?.rel));
      case 'SelectStmt':
        return optional(rangeVarName(record(tree.intoClause)?.rel));
      case 'IndexStmt':
        return this.#has(rangeVarName(tree.relation)) ? optional(indexName(tree)) : [];
      case 'RenameStmt':
        return this.#has(rangeVarName(tree.relation)) ? optional(renamed(tree)) : [];
      default:
        return [];
    }
  }

  #has(name: string | undefined): boolean {
    return name !== undefined && this.#madeAt.has(relationKey(name));
  }
}

/** An index lives in its table's schema. */
function indexName({ relation, idxname }: Readonly<Record<string, unknown>>): string | undefined {
  const name = text(idxname);
  return name === undefined ? undefined : written({ schema: text(record(relation)?.schemaname), name });
}

function renamed({ relation, renameType, newname }: Readonly<Record<string, unknown>>): string | undefined {
  const name = text(newname);
  const whole = renameType === 'OBJECT_TABLE' || renameType === 'OBJECT_INDEX';
  return whole && name !== undefined ? written({ schema: text(record(relation)?.schemaname), name }) : undefined;
}

/** The tables, indexes and views that a statement alters, fills, empties or drops; none where it does not name them. */
export function relationsOf(statement: Statement): string[] {
  return targetsOf(statement).map(written);
}
