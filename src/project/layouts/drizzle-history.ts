import { literal, tableSql } from '../quoting.ts';
import type { Migration } from '../types.ts';
import type { HistoryTable, ToolHistory } from './bookkeeping.ts';

/**
 * Drizzle 0.x' table: a hash and the journal's `when`. Drizzle takes for applied whatever is not newer than the newest row.
 * https://github.com/drizzle-team/drizzle-orm, drizzle-orm/src/pg-core/dialect.ts
 */
export const drizzleHistory: HistoryTable = {
  usual: 'drizzle.__drizzle_migrations',
  in: (table) => {
    const name = tableSql(table);
    return {
      table,
      create: `CREATE TABLE IF NOT EXISTS ${name} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)`,
      columns: ['hash', 'created_at'],
      // Drizzle 1.0 adds it, and goes by it.
      foreignColumns: ['name'],
      select: `SELECT hash, created_at::text AS created_at FROM ${name} ORDER BY id`,
      history: (rows, known) => readRows(rows, known),
      record: (migration) =>
        `INSERT INTO ${name} (hash, created_at) VALUES (${literal(migration.checksum)}, ${createdAt(migration)})`,
      forget: (migration) => `DELETE FROM ${name} WHERE created_at = ${createdAt(migration)}`,
    };
  },
};

/** An integer: without the journal's there is none, and nothing is recorded that Drizzle would not see as old. */
function createdAt({ toolFacts }: Migration): string {
  return String(BigInt(toolFacts?.createdAt ?? '0'));
}

interface Row {
  readonly hash: string;
  readonly createdAt: string;
}

/** A migration's row is that with its time and its hash, else one with its hash, else one with its time: it was edited then. */
function readRows(rows: readonly Readonly<Record<string, unknown>>[], known: readonly Migration[]): ToolHistory {
  const all = rows.map((row): Row => ({ hash: String(row.hash), createdAt: String(row.created_at) }));
  const newest = all.reduce((most, row) => Math.max(most, Number(row.createdAt)), -1);
  const found = new Map<Migration, Row>();
  const left = new Set(all);
  /** Pairs those that are left over by what they have in common. */
  const pair = (keyOf: (hash: string, createdAt: string | undefined) => string | undefined): Migration[] => {
    const byKey = new Map<string | undefined, Row[]>();
    for (const row of left) {
      const key = keyOf(row.hash, row.createdAt);
      byKey.set(key, [...(byKey.get(key) ?? []), row]);
    }
    const rest = left.size === 0 ? [] : known.filter((migration) => !found.has(migration));
    return rest.filter((migration) => {
      const key = keyOf(migration.checksum, migration.toolFacts?.createdAt);
      const row = key === undefined ? undefined : byKey.get(key)?.shift();
      if (row === undefined) return false;
      found.set(migration, row);
      return left.delete(row);
    });
  };
  pair((hash, createdAt) => `${hash} ${createdAt}`);
  pair((hash) => hash);
  const edited = pair((_, createdAt) => createdAt).filter(
    (migration) => !elsewhere(migration).includes(found.get(migration)?.hash ?? ''),
  );
  const passedOver = known.filter(
    (migration) => !found.has(migration) && Number(migration.toolFacts?.createdAt) <= newest,
  );
  return {
    applied: [...[...found.keys()].map(identityOf), ...[...left].map(({ createdAt }) => createdAt)],
    failed: [],
    edited: edited.map(identityOf),
    passedOver: passedOver.map(identityOf),
  };
}

function identityOf({ toolFacts, id }: Migration): string {
  return toolFacts?.when ?? id;
}

/** Its hash on a system with other line breaks. */
function elsewhere({ toolFacts }: Migration): readonly string[] {
  return toolFacts?.elsewhere?.split(' ') ?? [];
}
