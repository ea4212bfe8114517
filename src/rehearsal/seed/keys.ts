import type { SeedCatalog, SeedForeignKey } from './catalog.ts';

/**
 * Which columns hold the same values, and which ones differ between the two rows that are equal but for keys. A row of a
 * child refers to the parent's row of the same place: so every foreign key holds, also in circles and of several columns.
 */

/** Names a column of the database. */
export function columnKey(table: string, column: string): string {
  return `${table} ${column}`;
}

/** Columns that foreign keys tie together, by one of them, the same for all. */
export class Ties {
  readonly #leads = new Map<string, string>();

  constructor(foreignKeys: readonly SeedForeignKey[]) {
    for (const { child, childColumns, parent, parentColumns } of foreignKeys) {
      for (const [index, column] of childColumns.entries()) {
        const [a, b] = [this.of(columnKey(child, column)), this.of(columnKey(parent, parentColumns[index] ?? ''))];
        // The parent's side leads: what can be referred to decides.
        if (a !== b) this.#leads.set(a, b);
      }
    }
  }

  of(key: string): string {
    let lead = key;
    for (let next = this.#leads.get(lead); next !== undefined; next = this.#leads.get(lead)) lead = next;
    return lead;
  }
}

/**
 * The columns whose values differ in every row. Of each unique index one suffices: what else stands in it stays equal, so
 * that a new unique index over it meets two equal rows. `room`: how many different values there are for a column.
 */
export function varied(
  { tables, foreignKeys }: Pick<SeedCatalog, 'tables' | 'foreignKeys'>,
  room: (key: string) => number,
): ReadonlySet<string> {
  const found = new Set<string>();
  const children = new Set(
    foreignKeys.flatMap(({ child, childColumns }) => childColumns.map((name) => columnKey(child, name))),
  );
  const score = (key: string): number => Math.min(room(key), ROWS) * 2 + (children.has(key) ? 0 : 1);
  for (const table of tables) {
    for (const { name, counted } of table.columns) if (counted) found.add(columnKey(table.id, name));
    for (const { columns } of [...table.keys].sort((a, b) => a.columns.length - b.columns.length)) {
      const keys = columns.map((name) => columnKey(table.id, name));
      if (keys.some((key) => found.has(key) && room(key) >= ROWS)) continue;
      const [best] = [...keys].sort((a, b) => score(b) - score(a));
      if (best !== undefined) found.add(best);
    }
  }
  spread(foreignKeys, found);
  return found;
}

const ROWS = 3;

/** A foreign key of which one column differs refers to the parent's row of the same place: both sides differ alike then. */
function spread(foreignKeys: readonly SeedForeignKey[], found: Set<string>): void {
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const { child, childColumns, parent, parentColumns } of foreignKeys) {
      const pairs = childColumns.map((name, index) => [
        columnKey(child, name),
        columnKey(parent, parentColumns[index] ?? ''),
      ]);
      if (!pairs.some(([own = '']) => found.has(own))) continue;
      for (const pair of pairs) if (pair.some((key) => found.has(key))) for (const key of pair) found.add(key);
    }
  }
}

/** Columns in which the row of NULLs has a value all the same, because a row that refers to it must have one. */
export function neverNull(
  foreignKeys: readonly SeedForeignKey[],
  notNull: (key: string) => boolean,
): ReadonlySet<string> {
  const found = new Set<string>();
  const needed = (key: string): boolean => found.has(key) || notNull(key);
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const { child, childColumns, parent, parentColumns, full } of foreignKeys) {
      const own = childColumns.map((name) => columnKey(child, name));
      const all = full && own.some(needed);
      for (const [index, key] of own.entries()) {
        if (!all && !needed(key)) continue;
        found.add(columnKey(parent, parentColumns[index] ?? ''));
        if (all) found.add(key);
      }
    }
  }
  return found;
}
