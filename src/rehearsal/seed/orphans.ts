import { escapeIdentifier } from 'pg';
import type { Session } from '../../postgres/session.ts';
import type { SeedForeignKey, SeedTable } from './catalog.ts';
import { tryGroups } from './functions.ts';
import { relationOf } from './probe.ts';

/** Rows that refer to rows which could not be made: they lose the reference or go, so that every foreign key holds. */

/** As long a chain of foreign keys as is followed. */
const ROUNDS = 20;

/**
 * `shaky`: tables of which rows may be missing; `ours`: tables that were filled here, others are not touched.
 * Gives the tables that lost a row.
 */
export async function removeOrphans(
  session: Session,
  tables: ReadonlyMap<string, SeedTable>,
  foreignKeys: readonly SeedForeignKey[],
  shaky: ReadonlySet<string>,
  ours: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const lost = new Set<string>();
  let parents = shaky;
  for (let round = 0; parents.size > 0 && round < ROUNDS; round++) {
    const asked = foreignKeys.filter(({ child, parent }) => ours.has(child) && parents.has(parent));
    const groups = asked.flatMap((key) => [...freed(key, tables), ...removed(key, tables)].map((sql) => [sql]));
    const owners = asked.flatMap((key) => [
      ...freed(key, tables).map(() => undefined),
      ...removed(key, tables).map(() => key.child),
    ]);
    const tried = await tryGroups(session, groups);
    parents = new Set(tried.flatMap(({ rows }, index) => (rows > 0 ? (owners[index] ?? []) : [])));
    for (const table of parents) lost.add(table);
  }
  return lost;
}

function condition(key: SeedForeignKey, tables: ReadonlyMap<string, SeedTable>): string | undefined {
  const parent = tables.get(key.parent);
  if (parent === undefined) return undefined;
  const own = key.childColumns.map((name) => `child.${escapeIdentifier(name)}`);
  const same = key.parentColumns.map((name, index) => `parent.${escapeIdentifier(name)} = ${own[index]}`);
  const whole = own.map((column) => `${column} IS NOT NULL`);
  return `${whole.join(' AND ')} AND NOT EXISTS (SELECT FROM ${relationOf(parent)} AS parent WHERE ${same.join(' AND ')})`;
}

function freed(key: SeedForeignKey, tables: ReadonlyMap<string, SeedTable>): readonly string[] {
  const [child, orphaned] = [tables.get(key.child), condition(key, tables)];
  if (child === undefined || orphaned === undefined) return [];
  const nullable = child.columns.filter(({ name, notNull }) => key.childColumns.includes(name) && !notNull);
  const columns = (key.full ? key.childColumns : nullable.map(({ name }) => name)).map(escapeIdentifier);
  if (nullable.length === 0 || (key.full && nullable.length < key.childColumns.length)) return [];
  return [
    `UPDATE ${relationOf(child)} AS child SET ${columns.map((column) => `${column} = NULL`).join(', ')} WHERE ${orphaned}`,
  ];
}

function removed(key: SeedForeignKey, tables: ReadonlyMap<string, SeedTable>): readonly string[] {
  const [child, orphaned] = [tables.get(key.child), condition(key, tables)];
  return child === undefined || orphaned === undefined
    ? []
    : [`DELETE FROM ${relationOf(child)} AS child WHERE ${orphaned}`];
}
