import type { SeedCatalog, SeedColumn, SeedTable } from './catalog.ts';
import { columnKey, neverNull, Ties, varied } from './keys.ts';
import type { Probed } from './probe.ts';

/** The generic rows of every table, as far as they can be told before the server is asked. */

/** What may stand in one place, the wanted first. */
export interface Cell {
  readonly column: SeedColumn;
  readonly options: readonly (string | null)[];
}

export type Row = readonly Cell[];

export type TableRows =
  | { readonly table: SeedTable; readonly rows: readonly Row[] }
  | { readonly table: SeedTable; readonly problem: string };

/** One with NULL wherever it may stand, and two that are equal but for keys. */
const NULLS = 0;
const TWIN = 2;
const PLACES = [NULLS, 1, TWIN] as const;

/** For the search among combinations of columns. */
const OPTIONS = 20;

/** The rows of each of `tables`. What stands in other tables, and what the server takes, is `probed`. */
export function genericRows(catalog: SeedCatalog, probed: Probed, tables: readonly SeedTable[]): readonly TableRows[] {
  const values = new Values(catalog, probed);
  return tables.map((table) => {
    if (table.homeless) return { table, problem: 'it is partitioned and has no partition' };
    const rows: Row[] = [];
    for (const place of PLACES) {
      const cells = table.columns.map((column) => ({ column, options: values.options(table, column, place) }));
      const empty = cells.find(({ options }) => options.length === 0);
      if (empty !== undefined) return { table, problem: noValue(table, empty.column) };
      rows.push(cells);
    }
    return { table, rows: withoutEqualKeys(table, rows) };
  });
}

function noValue({ checks }: SeedTable, { name, type }: SeedColumn): string {
  const about = checks.filter(({ columns }) => columns.includes(name)).map((check) => check.name);
  const why = about.length > 0 ? ` that meets ${about.join(' and ')}` : '';
  return `no value of type ${type} was found for its column ${name}${why}`;
}

const NONE: ReadonlyMap<string, string> = new Map();

class Values {
  readonly #ties: Ties;
  readonly #probed: Probed;
  readonly #varied: ReadonlySet<string>;
  readonly #neverNull: ReadonlySet<string>;
  readonly #notNullTypes: ReadonlySet<string>;
  /** By the column that leads those which are tied together. */
  readonly #sequences = new Map<string, readonly string[]>();
  readonly #members = new Map<string, string[]>();
  /** What columns alike share when nothing is tied to them. */
  readonly #alone = new Map<ReadonlyMap<string, string>, readonly string[]>();

  constructor({ tables, foreignKeys, types }: SeedCatalog, probed: Probed) {
    this.#probed = probed;
    this.#ties = new Ties(foreignKeys);
    this.#notNullTypes = new Set(types.flatMap(({ id, notNull }) => (notNull ? [id] : [])));
    for (const { id, columns } of tables) {
      for (const { name } of columns) {
        const key = columnKey(id, name);
        const lead = this.#ties.of(key);
        this.#members.set(lead, [...(this.#members.get(lead) ?? []), key]);
      }
    }
    const given = new Map<string, readonly string[]>();
    for (const { parent, parentColumns } of foreignKeys) {
      const rows = probed.present.get(parent);
      for (const name of rows === undefined ? [] : parentColumns) {
        const lead = this.#ties.of(columnKey(parent, name));
        if (!given.has(lead))
          given.set(
            lead,
            (rows ?? []).flatMap((row) => row[name] ?? []),
          );
      }
    }
    for (const lead of this.#members.keys()) this.#sequences.set(lead, given.get(lead) ?? this.#shared(lead));
    this.#varied = varied({ tables, foreignKeys }, (key) => this.#sequence(key).length);
    const notNull = new Set(
      tables.flatMap(({ id, columns }) =>
        columns
          .filter((one) => one.notNull || this.#notNullTypes.has(one.typeId))
          .map(({ name }) => columnKey(id, name)),
      ),
    );
    this.#neverNull = neverNull(foreignKeys, (key) => notNull.has(key));
  }

  /** What may stand in a column at a place: none when there is nothing that the server would take. */
  options({ id }: SeedTable, column: SeedColumn, place: number): readonly (string | null)[] {
    const key = columnKey(id, column.name);
    const sequence = this.#sequence(key);
    const nullable = !column.notNull && !this.#notNullTypes.has(column.typeId) && !this.#neverNull.has(key);
    const differs = this.#varied.has(key);
    const index = place === TWIN && !differs ? 1 : place;
    const wide = place === NULLS ? undefined : this.#probed.accepted.get(key)?.wide;
    const values = this.#isTied(key)
      ? sequence.slice(Math.min(index, sequence.length - 1)).slice(0, 1)
      : differs
        ? // Whoever counts a key up has not come to the end of its type yet.
          [...(wide && !column.counted ? [wide[place === TWIN ? 2 : 1]] : []), ...everyThird(sequence, index)]
        : [
            ...(wide ? [wide[0]] : []),
            ...(place === NULLS ? sequence : [...sequence.slice(1), ...sequence.slice(0, 1)]),
          ];
    const last = nullable ? [null] : [];
    return (place === NULLS ? [...last, ...values] : [...values, ...last]).slice(0, OPTIONS);
  }

  #sequence(key: string): readonly string[] {
    return this.#sequences.get(this.#ties.of(key)) ?? [];
  }

  #isTied(key: string): boolean {
    return (this.#members.get(this.#ties.of(key))?.length ?? 0) > 1;
  }

  /** Values that every column of a tie takes, and that are different in each. */
  #shared(lead: string): readonly string[] {
    const columns = (this.#members.get(lead) ?? []).map((key) => this.#probed.accepted.get(key)?.plain ?? NONE);
    const [first = NONE, ...others] = columns;
    const known = others.length === 0 ? this.#alone.get(first) : undefined;
    if (known !== undefined) return known;
    const seen = columns.map(() => new Set<string>());
    const shared = [...first.keys()].filter((text) => {
      const came = [first, ...others].map((plain) => plain.get(text));
      if (came.some((value, index) => value === undefined || seen[index]?.has(value))) return false;
      for (const [index, value] of came.entries()) if (value !== undefined) seen[index]?.add(value);
      return true;
    });
    if (others.length === 0) this.#alone.set(first, shared);
    return shared;
  }
}

/** From a place on every third, so that no two places share a value; where there are fewer, what is there. */
function everyThird(sequence: readonly string[], place: number): readonly string[] {
  const own = sequence.filter((_, index) => index % PLACES.length === place);
  return own.length > 0 ? own : sequence.slice(-1);
}

/** Rows of which a unique index would refuse the second; the one with most values is kept. */
function withoutEqualKeys({ keys }: SeedTable, [nulls, first, twin]: readonly Row[]): readonly Row[] {
  const kept: Row[] = [];
  for (const row of [first, nulls, twin]) {
    if (row !== undefined && !keys.some((key) => kept.some((other) => isEqual(key, row, other)))) kept.push(row);
  }
  return kept;
}

function isEqual({ columns, nullsEqual }: SeedTable['keys'][number], row: Row, other: Row): boolean {
  if (columns.length === 0) return true;
  return columns.every((name) => {
    const [own, its] = [row, other].map((cells) => cells.find(({ column }) => column.name === name)?.options[0]);
    return own === its && (own !== null || nullsEqual);
  });
}
