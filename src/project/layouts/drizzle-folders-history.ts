import { literal, tableSql } from '../quoting.ts';
import type { Migration } from '../types.ts';
import type { HistoryTable, ToolHistory } from './bookkeeping.ts';

/**
 * Drizzle 1.0's table, which knows names, and that of 0.x, which it makes it of.
 * https://github.com/drizzle-team/drizzle-orm, drizzle-orm/src/pg-core/async/session.ts and up-migrations/pg.ts
 */
export const drizzleFoldersHistory: HistoryTable = {
  usual: 'drizzle.__drizzle_migrations',
  in: (table) => {
    const name = tableSql(table);
    return {
      table,
      create: `CREATE TABLE IF NOT EXISTS ${name} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint, name text, applied_at timestamp with time zone DEFAULT now())`,
      columns: ['hash', 'created_at', 'name'],
      select: `SELECT id, hash, created_at::text AS created_at, name FROM ${name} ORDER BY id`,
      history: readRows,
      record: ({ id, checksum, toolFacts }) =>
        `INSERT INTO ${name} (hash, created_at, name) VALUES (${literal(checksum)}, ${BigInt(toolFacts?.createdAt ?? 0)}, ${literal(id)})`,
      forget: ({ id }) => `DELETE FROM ${name} WHERE name = ${literal(id)}`,
      earlier: {
        columns: ['hash', 'created_at'],
        select: `SELECT id, hash, created_at::text AS created_at FROM ${name} ORDER BY id`,
        history: (rows, known) => readRows(named(rows, known), known),
        upgrade: (rows, known) =>
          [
            `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS name text`,
            `ALTER TABLE ${name} ADD COLUMN IF NOT EXISTS applied_at timestamp with time zone DEFAULT now()`,
            ...named(rows, known).flatMap((row) =>
              row.name === undefined
                ? []
                : [`UPDATE ${name} SET name = ${literal(row.name)}, applied_at = NULL WHERE id = ${Number(row.id)}`],
            ),
          ].join(';\n'),
      },
    };
  },
};

type Row = Readonly<Record<string, unknown>>;

function readRows(rows: readonly Row[], known: readonly Migration[]): ToolHistory {
  const migrations = new Map(known.map((migration) => [migration.id, migration]));
  const applied = rows.map((row) => ({ row, identity: String(row.name ?? row.created_at) }));
  return {
    applied: applied.map(({ identity }) => identity),
    failed: [],
    edited: applied.flatMap(({ row, identity }) => {
      const migration = migrations.get(identity);
      const hashes = migration && [migration.checksum, ...(migration.toolFacts?.elsewhere?.split(' ') ?? [])];
      return hashes === undefined || hashes.includes(String(row.hash)) ? [] : [identity];
    }),
  };
}

/** The migration of a row of 0.x: that of its second, of several the one with its hash; else the one with its hash. */
function named(rows: readonly Row[], known: readonly Migration[]): (Row & { readonly name: string | undefined })[] {
  const bySecond = new Map<string, Migration[]>();
  for (const migration of known) {
    const second = migration.toolFacts?.createdAt ?? '';
    bySecond.set(second, [...(bySecond.get(second) ?? []), migration]);
  }
  return rows.map((row) => {
    const sameHash = ({ checksum }: Migration): boolean => checksum === row.hash;
    const candidates = bySecond.get(String(row.created_at).replace(/...$/, '000')) ?? [];
    const [only] = candidates;
    const found = candidates.length === 1 ? only : (candidates.length > 1 ? candidates : known).find(sameHash);
    return { ...row, name: found?.id };
  });
}
