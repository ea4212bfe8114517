import { type CatalogObject, ownName } from '../postgres/catalog/catalog.ts';
import type { CatalogDifference, ChangedObject } from '../postgres/catalog/compare.ts';
import { isPlainPrimaryKey, keyColumns } from './describe.ts';

/**
 * The same difference without what another line tells already: the parts of a table that came or went, the sequences of
 * its columns, and in partitions and inheriting tables the echo of what their parent did.
 */
export function tellOnce(difference: CatalogDifference): CatalogDifference {
  return {
    ...difference,
    added: difference.added.filter(standsAlone(difference.added)),
    dropped: difference.dropped.filter(standsAlone(difference.dropped)),
    changed: withoutEchoes(difference),
  };
}

/** Whether an object of a list is not told by another of the list. */
function standsAlone(list: readonly CatalogObject[]): (object: CatalogObject) => boolean {
  const wholes = new Set(list.filter((object) => object.table === undefined).map((object) => object.name));
  const columns = new Set(list.filter((object) => object.kind === 'column').map((object) => object.name));
  return (object) => {
    if (object.table !== undefined && wholes.has(object.table)) return false;
    const owner = ownerColumn(object);
    if (owner !== undefined && columns.has(owner)) return false;
    return !isEcho(object);
  };
}

/** Whether it is there only because the table's parent has it. */
export function isEcho(object: CatalogObject): boolean {
  return object.facts.inherited !== undefined || object.facts['part of'] !== undefined;
}

/** The column that a sequence lives and dies with, by name. */
export function ownerColumn(object: CatalogObject): string | undefined {
  if (object.kind !== 'sequence') return undefined;
  return (object.facts['identity of'] ?? object.facts['owned by'])?.replace(
    /"((?:[^".\s(]|"")+)"/g,
    (_, name: string) => name.replaceAll('""', '"'),
  );
}

function withoutEchoes({ changed, added }: CatalogDifference): readonly ChangedObject[] {
  const own = new Set(changed.filter(({ after }) => !isEcho(after)).map(signature));
  const attached = new Set(
    changed
      .filter(({ facts }) => facts.some(({ fact }) => fact === 'partition of' || fact === 'inherits'))
      .map(({ after }) => after.name),
  );
  const ownerChanges = new Set(
    changed.flatMap(({ after, facts }) =>
      facts.flatMap((one) => (one.fact === 'owner' ? [`${after.name} ${one.after}`] : [])),
    ),
  );
  const keys = new Set(
    added
      .filter((object) => object.kind === 'constraint' && object.facts.type === 'primary key')
      .flatMap((object) => keyColumns(object).map((column) => `${object.table}.${column}`)),
  );
  return changed.flatMap((change) => {
    const { after } = change;
    if (isEcho(after) && own.has(signature(change))) return [];
    const facts = change.facts.filter((one) => {
      const { fact, before } = one;
      // An owned sequence's owner follows its table's.
      if (fact === 'owner' && after.kind === 'sequence' && ownerChanges.has(`${after.table} ${one.after}`))
        return false;
      if ((fact === 'inherited' || fact === 'part of') && attached.has(after.table ?? '')) return false;
      return !(fact === 'not null' && before === undefined && keys.has(`${after.table}.${ownName(after)}`));
    });
    return facts.length > 0 ? [{ ...change, facts }] : [];
  });
}

function signature({ after, facts }: ChangedObject): string {
  return JSON.stringify([after.kind, ownName(after), facts]);
}

/** What the lines of an added or dropped table's columns need to know about its other parts. */
interface TableParts {
  readonly columns: readonly CatalogObject[];
  readonly others: readonly CatalogObject[];
  /** Columns of the primary key. */
  readonly key: ReadonlySet<string>;
  /** The column that is the whole primary key, when its constraint needs no line of its own. */
  readonly keyColumn: string | undefined;
}

/** Sorts a table's parts; a primary key that its column's line tells is not among the others. */
export function tableParts(parts: readonly CatalogObject[]): TableParts {
  const columns = parts.filter(({ kind }) => kind === 'column' || kind === 'attribute');
  const primary = parts.find((part) => part.kind === 'constraint' && part.facts.type === 'primary key');
  const key = primary === undefined ? [] : keyColumns(primary);
  const [only, second] = key;
  const told =
    primary !== undefined &&
    second === undefined &&
    isPlainPrimaryKey(primary) &&
    columns.some((column) => ownName(column) === only);
  const others = parts.filter((part) => !columns.includes(part) && part !== primary);
  return {
    columns,
    others: primary === undefined || told ? others : [primary, ...others],
    key: new Set(key),
    keyColumn: told ? only : undefined,
  };
}
