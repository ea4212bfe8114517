import { escapeIdentifier, escapeLiteral } from 'pg';
import type { SeedCheck, SeedTable } from './catalog.ts';
import { conditionsOf, relationOf } from './probe.ts';
import type { Cell, Row } from './rows.ts';

/** Statements that insert generic rows. Where a check compares columns, the server finds the values that go together. */

/** All rows in one statement. */
export function insertAll(table: SeedTable, rows: readonly Row[]): string {
  return statement(table, rows);
}

/** One row, in ever plainer forms: for a table that refuses the wanted one. */
export function insertVariants(table: SeedTable, row: Row): readonly string[] {
  const turned = [0, 1, 2, 3, 4].map((by) => row.map((cell) => ({ ...cell, options: rotated(cell.options, by) })));
  const plain = row.map((cell) => ({ ...cell, options: cell.options.includes(null) ? [null] : cell.options }));
  return [...new Set([...turned, plain].map((one) => statement(table, [one])))];
}

function rotated<T>(options: readonly T[], by: number): readonly T[] {
  const at = by % Math.max(options.length, 1);
  return [...options.slice(at), ...options.slice(0, at)];
}

function statement(table: SeedTable, rows: readonly Row[]): string {
  const [first = []] = rows;
  const into = `INSERT INTO ${relationOf(table)}`;
  if (first.length === 0) return `${into} DEFAULT VALUES`;
  const columns = first.map(({ column }) => escapeIdentifier(column.name)).join(', ');
  const head = `${into} (${columns}) OVERRIDING SYSTEM VALUE`;
  const groups = together(table);
  if (groups.length > 0) return `${head} ${rows.map((row) => searched(row, groups)).join(' UNION ALL ')}`;
  return `${head} VALUES ${rows.map((row) => `(${row.map(wanted).join(', ')})`).join(', ')}`;
}

function wanted({ column, options }: Cell): string {
  return castOf(column.type, options[0] ?? null);
}

function castOf(type: string, text: string | null): string {
  return `${text === null ? 'NULL' : escapeLiteral(text)}::${type}`;
}

/** Columns that checks compare with each other, and these checks. */
interface Group {
  readonly columns: ReadonlySet<string>;
  readonly checks: readonly SeedCheck[];
}

/** Checks that share a column are met together. One about a generated column cannot be foretold. */
function together(table: SeedTable): readonly Group[] {
  const known = new Set(table.columns.map(({ name }) => name));
  let groups: Group[] = [];
  for (const check of conditionsOf(table)) {
    if (check.columns.length < 2 || !check.columns.every((name) => known.has(name))) continue;
    const [joined, apart] = [
      groups.filter(({ columns }) => check.columns.some((name) => columns.has(name))),
      groups.filter(({ columns }) => !check.columns.some((name) => columns.has(name))),
    ];
    const columns = new Set([...check.columns, ...joined.flatMap((group) => [...group.columns])]);
    groups = [...apart, { columns, checks: [check, ...joined.flatMap(({ checks }) => checks)] }];
  }
  return groups;
}

/** How many combinations of values are looked through. */
const COMBINATIONS = 20_000;

function searched(row: Row, groups: readonly Group[]): string {
  const place = (name: string): number => groups.findIndex(({ columns }) => columns.has(name));
  const values = row.map((cell) => {
    const at = place(cell.column.name);
    return at < 0 ? wanted(cell) : `g${at}.${escapeIdentifier(cell.column.name)}`;
  });
  const from = groups.map((group, index) => `(${combination(row, group)}) AS g${index}`);
  return `(SELECT ${values.join(', ')} FROM ${from.join(', ')})`;
}

function combination(row: Row, { columns, checks }: Group): string {
  const cells = row.filter(({ column }) => columns.has(column.name));
  const most = Math.max(2, Math.floor(COMBINATIONS ** (1 / cells.length)));
  // Two each are already too many when there are many columns: the others keep their first.
  const searchedThrough = Math.floor(Math.log(COMBINATIONS) / Math.log(most));
  // No column of the table is likely to be called like this, and a check's names must stay unambiguous.
  const order = (index: number): string => escapeIdentifier(`lockstep order ${index}`);
  const from = cells.map(({ column, options }, index) => {
    const rows = options
      .slice(0, index < searchedThrough ? most : 1)
      .map((option, at) => `(${at}, ${castOf(column.type, option)})`);
    return `(VALUES ${rows.join(', ')}) AS c${index}(${order(index)}, ${escapeIdentifier(column.name)})`;
  });
  const where = checks.map(({ expression }) => `(${expression}) IS NOT FALSE`).join(' AND ');
  const nearest = cells.map((_, index) => order(index)).join(' + ');
  return `SELECT ${cells.map(({ column }) => escapeIdentifier(column.name)).join(', ')} FROM ${from.join(', ')} WHERE ${where} ORDER BY ${nearest} LIMIT 1`;
}
