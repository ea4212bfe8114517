import {
  type Catalog,
  type CatalogObject,
  find,
  joinNames,
  keyOf,
  type ObjectKind,
} from '../../postgres/catalog/catalog.ts';
import type { Node, Statement } from '../../project/sql.ts';
import { fieldsOf, list, text } from '../../project/syntax-tree.ts';
import { namesIn } from '../sql-words.ts';
import { RELATIONS, relationPath } from './targets.ts';
import { bareType, typeText } from './type-names.ts';

/** Something that a statement makes IF NOT EXISTS. */
interface Declaration {
  readonly kinds: readonly ObjectKind[];
  readonly path: readonly string[];
  readonly depth: 1 | 2;
  /** In what the object that exists is another than the declared one; undefined: in nothing that can be seen. */
  differs(object: CatalogObject, after: Catalog): string | undefined;
}

export function declarationsOf({ kind, tree }: Statement): readonly Declaration[] {
  if (kind === 'CreateStmt' && tree.if_not_exists === true) return [table(tree)];
  if (kind === 'IndexStmt' && tree.if_not_exists === true) return [index(tree)];
  return kind === 'AlterTableStmt' ? newColumns(tree) : [];
}

function table(tree: Node): Declaration {
  const columns = list(tree.tableElts).flatMap((element): readonly Node[] => {
    const column = fieldsOf(element, 'ColumnDef');
    return column === undefined ? [] : [column];
  });
  return {
    kinds: RELATIONS,
    path: relationPath(tree.relation),
    depth: 1,
    differs(object, after) {
      if (object.kind !== 'table') return `as a ${object.kind}`;
      // What the script adds to it later counts: declare, then add what may be missing is a way to write it.
      const problems = columns.flatMap((column) => {
        const name = text(column.colname) ?? '';
        const existing = find(after, 'column', joinNames([...object.path, name]));
        if (existing === undefined) return after.objects.has(keyOf(object)) ? [`without column ${name}`] : [];
        const difference = columnDiffers(column, existing);
        return difference === undefined ? [] : [`with column ${name} ${difference}`];
      });
      return problems.length === 0 ? undefined : problems.join(', ');
    },
  };
}

function newColumns(tree: Node): readonly Declaration[] {
  return list(tree.cmds).flatMap((item): readonly Declaration[] => {
    const command = fieldsOf(item, 'AlterTableCmd');
    const column = fieldsOf(command?.def, 'ColumnDef');
    if (command?.subtype !== 'AT_AddColumn' || command.missing_ok !== true || column === undefined) return [];
    return [
      {
        kinds: ['column'],
        path: [...relationPath(tree.relation), text(column.colname) ?? ''],
        depth: 2,
        differs(object, after) {
          const existing = after.objects.get(keyOf(object));
          return existing && columnDiffers(column, existing);
        },
      },
    ];
  });
}

function columnDiffers(column: Node, existing: CatalogObject): string | undefined {
  const declared = typeText(column.typeName);
  const actual = existing.facts.type ?? '';
  if (declared !== undefined && bareType(actual) !== declared) return `of type ${actual}, not ${declared}`;
  const constraints = list(column.constraints).map((constraint) => text(fieldsOf(constraint, 'Constraint')?.contype));
  const notNull = constraints.includes('CONSTR_NOTNULL') || constraints.includes('CONSTR_PRIMARY');
  return notNull && existing.facts['not null'] === undefined ? 'nullable, not NOT NULL' : undefined;
}

function index(tree: Node): Declaration {
  const relation = relationPath(tree.relation);
  return {
    kinds: ['index'],
    // An index lives in its table's schema.
    path: [...relation.slice(0, -1), text(tree.idxname) ?? ''],
    depth: 1,
    differs(object, after) {
      const existing = after.objects.get(keyOf(object));
      if (existing === undefined) return undefined;
      if (existing.facts.validity !== undefined)
        return 'and is invalid: an earlier CREATE INDEX CONCURRENTLY failed (drop it, or REINDEX INDEX CONCURRENTLY)';
      if (existing.table?.split('.').at(-1)?.replaceAll('"', '') !== relation.at(-1)) return `on ${existing.table}`;
      const unique = existing.facts.unique !== undefined;
      if (unique !== (tree.unique === true)) return unique ? 'as a unique index' : 'and is not unique';
      return otherColumns(tree, existing);
    },
  };
}

/** Only where both have nothing but plain columns: expressions are written in many ways. */
function otherColumns(tree: Node, existing: CatalogObject): string | undefined {
  const elements = list(tree.indexParams).map((element) => text(fieldsOf(element, 'IndexElem')?.name));
  const definition = existing.facts.definition ?? '';
  const actual = definition.match(/^\w+ \(((?:"[^"]+"|\w+)(?:, (?:"[^"]+"|\w+))*)\)/)?.[1];
  if (actual === undefined || elements.includes(undefined)) return undefined;
  return namesIn(actual).join(', ') === elements.join(', ')
    ? undefined
    : `on (${actual}), not (${elements.join(', ')})`;
}
