import type { Node, Statement } from './sql.ts';
import { fieldsOf, list, names, record, text } from './syntax-tree.ts';

/** Relations as statements name them, in the parts that the parser gives: a name may hold a dot. */

export interface RelationName {
  /** undefined: the search path decides. */
  readonly schema: string | undefined;
  readonly name: string;
}

/** Of a RangeVar's fields: a relation's name in most places. */
export function rangeVar(value: unknown): RelationName | undefined {
  const fields = record(value);
  const name = text(fields?.relname);
  return name === undefined ? undefined : { schema: text(fields?.schemaname), name };
}

/** Of a list of String nodes, as DROP and COMMENT have it. */
export function nameOfParts(parts: readonly string[]): RelationName | undefined {
  const name = parts.at(-1);
  return name === undefined ? undefined : { schema: parts.at(-2), name };
}

/** The qualified names of a DROP: each in its parts. */
export function droppedNames(tree: Node): string[][] {
  return list(tree.objects).map((object) => names(fieldsOf(object, 'List')?.items));
}

const DROPPED_RELATIONS: ReadonlySet<unknown> = new Set(['OBJECT_TABLE', 'OBJECT_INDEX', 'OBJECT_MATVIEW']);

/** The tables, indexes and views that a statement alters, fills, empties or drops; none where it does not name them. */
export function targetsOf({ kind, tree }: Pick<Statement, 'kind' | 'tree'>): RelationName[] {
  const found = (): (RelationName | undefined)[] => {
    if (kind === 'DropStmt') {
      return DROPPED_RELATIONS.has(tree.removeType) ? droppedNames(tree).map(nameOfParts) : [];
    }
    if (kind === 'VacuumStmt') {
      return list(tree.rels).map((one) => rangeVar(fieldsOf(one, 'VacuumRelation')?.relation));
    }
    if (kind === 'TruncateStmt')
      return list(tree.relations).map((relation) => rangeVar(fieldsOf(relation, 'RangeVar')));
    return [rangeVar(tree.relation)];
  };
  return found().filter((name) => name !== undefined);
}

/** Fields that hold the name of what the statement makes. */
const MADE: ReadonlySet<string> = new Set(['into', 'intoClause']);

/**
 * Every relation that is named anywhere below a value, without those that a WITH makes and without what the statement
 * makes itself. Iterative: expressions nest deeper than JavaScript's stack.
 */
export function relationsBelow(value: unknown): RelationName[] {
  const found: RelationName[] = [];
  const withNames = new Set<string>();
  const stack: unknown[] = [value];
  while (stack.length > 0) {
    const item = stack.pop();
    if (typeof item !== 'object' || item === null) continue;
    const fields = item as Node;
    const name = Array.isArray(item) ? undefined : rangeVar(fields);
    if (name !== undefined) found.push(name);
    const made = text(fields.ctename);
    if (made !== undefined) withNames.add(made);
    for (const [key, below] of Object.entries(fields)) if (!MADE.has(key)) stack.push(below);
  }
  return found.filter(({ schema, name }) => schema !== undefined || !withNames.has(name));
}
