import { type Catalog, find, joinNames } from '../../postgres/catalog/catalog.ts';
import type { Demand, TableName } from './demand.ts';

/** The query that tells, on production and before the deploy, whether rows are there that a statement would fail on. */

/** Reads only. undefined: none can be told beforehand. `before`, `after`: the schemas round the migration. */
export function decidingQuery(demand: Demand, before: Catalog, after: Catalog | undefined): string | undefined {
  const { table, columns } = demand;
  // What the migration itself makes is not on production yet.
  if (!isThere(before, table) || !columns.every((name) => columnIn(before, table, name))) return undefined;
  switch (demand.kind) {
    case 'not null':
      return counted(table, `${quote(demand.columns[0])} IS NULL`);
    case 'check':
      return counted(table, `NOT (${demand.expression})`);
    case 'unique':
      return duplicates(demand);
    case 'foreign key':
      return orphans(demand, before);
    case 'type':
      return demand.plain ? unfit(table, demand.columns[0], before, after) : undefined;
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function relation({ schema, name }: TableName): string {
  return `${quote(schema)}.${quote(name)}`;
}

function isThere(catalog: Catalog, { schema, name }: TableName): boolean {
  return find(catalog, 'table', joinNames([schema, name])) !== undefined;
}

export function columnIn(
  catalog: Catalog | undefined,
  { schema, name }: TableName,
  column: string,
): Readonly<Record<string, string>> | undefined {
  return catalog && find(catalog, 'column', joinNames([schema, name, column]))?.facts;
}

function counted(table: TableName, condition: string): string {
  return `SELECT count(*) FROM ${relation(table)} WHERE ${condition};`;
}

function duplicates({ table, columns, key, where, nullsEqual }: Extract<Demand, { kind: 'unique' }>): string {
  const keys = key ?? columns.map(quote).join(', ');
  const whole = nullsEqual || key !== undefined ? [] : columns.map((name) => `${quote(name)} IS NOT NULL`);
  const conditions = [...(where === undefined ? [] : [`(${where})`]), ...whole];
  const filter = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `SELECT ${keys}, count(*) FROM ${relation(table)}${filter} GROUP BY ${keys} HAVING count(*) > 1;`;
}

function orphans(demand: Extract<Demand, { kind: 'foreign key' }>, before: Catalog): string | undefined {
  const { table, columns, parent } = demand;
  if (!isThere(before, parent)) return undefined;
  const to = demand.parentColumns.length > 0 ? demand.parentColumns : primaryKey(before, parent);
  if (to.length !== columns.length) return undefined;
  const whole = columns.map((name) => `child.${quote(name)} IS NOT NULL`);
  const same = columns.map((name, index) => `parent.${quote(to[index] ?? '')} = child.${quote(name)}`);
  return `SELECT count(*) FROM ${relation(table)} AS child WHERE ${whole.join(' AND ')} AND NOT EXISTS (SELECT FROM ${relation(parent)} AS parent WHERE ${same.join(' AND ')});`;
}

function primaryKey(catalog: Catalog, table: TableName): readonly string[] {
  const name = joinNames([table.schema, table.name]);
  for (const object of catalog.objects.values()) {
    if (object.kind !== 'constraint' || object.table !== name || object.facts.type !== 'primary key') continue;
    const inside = /\((.*?)\)/.exec(object.facts.definition ?? '')?.[1] ?? '';
    return [...inside.matchAll(/"((?:[^"]|"")*)"|[^,\s"]+/g)].map(
      ([all, quoted]) => quoted?.replaceAll('""', '"') ?? all,
    );
  }
  return [];
}

/** Whole numbers in between fit. */
const LIMITS: Readonly<Record<string, readonly [string, string]>> = {
  smallint: ['-32768', '32767'],
  integer: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
};
const NUMBER = /^(smallint|integer|bigint|numeric|real|double precision)/;

function unfit(table: TableName, column: string, before: Catalog, after: Catalog | undefined): string | undefined {
  const from = columnIn(before, table, column)?.type ?? '';
  const to = columnIn(after, table, column)?.type;
  if (to === undefined) return undefined;
  const name = quote(column);
  const length = /^(?:character varying|character|bit varying)\((\d+)\)$/.exec(to)?.[1];
  if (length !== undefined) return counted(table, `length(${name}::text) > ${length}`);
  const limits = LIMITS[to];
  if (limits && NUMBER.test(from)) return counted(table, `${name} NOT BETWEEN ${limits[0]} AND ${limits[1]}`);
  if (limits) return counted(table, `${name}::text !~ '^\\s*[-+]?[0-9]+\\s*$'`);
  const [, precision, scale] = /^numeric\((\d+),(-?\d+)\)$/.exec(to) ?? [];
  if (precision !== undefined && NUMBER.test(from)) {
    return counted(table, `abs(${name}) >= 1e${Number(precision) - Number(scale)}`);
  }
  return `${counted(table, `NOT pg_input_is_valid(${name}::text, '${to.replaceAll("'", "''")}')`)} -- Postgres 16 and later`;
}
