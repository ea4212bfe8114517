import { literal, tableSql, value } from '../quoting.ts';
import type { Migration } from '../types.ts';
import type { HistoryTable } from './bookkeeping.ts';
import { compareText } from './names.ts';

/** ADVISORY_LOCK_MIGRATE in src/pgReal.ts. */
const LOCK_KEY = 4_727_445_306_447_283n;

/** What its table knows a migration by: its number, without the words behind it. */
export function numberedFile({ version }: Pick<Migration, 'version'>): string {
  return `${version}.sql`;
}

/**
 * graphile-migrate's table: a row for each committed migration, chained by hashes. What is not newer than its newest file is
 * never looked at again. https://github.com/graphile/migrate, src/migration.ts
 */
export const graphileMigrateHistory: HistoryTable = {
  usual: 'graphile_migrate.migrations',
  in: (table) => {
    const name = tableSql(table);
    const current = { schema: table.schema, relation: 'current' };
    return {
      table,
      create: `CREATE TABLE IF NOT EXISTS ${name} (hash text primary key, previous_hash text references ${name},
  filename text not null, date timestamptz not null default now());
CREATE TABLE IF NOT EXISTS ${tableSql(current)} (filename text primary key default 'current.sql', content text not null,
  date timestamptz not null default now())`,
      columns: ['hash', 'previous_hash', 'filename', 'date'],
      beside: [current],
      select: `SELECT filename, hash FROM ${name} ORDER BY filename`,
      history: (rows, known) => {
        const hashes = new Map(rows.map((row) => [String(row.filename), String(row.hash)]));
        const newest = [...hashes.keys()].sort(compareText).at(-1) ?? '';
        return {
          applied: [...hashes.keys()],
          failed: [],
          edited: known
            .filter((migration) => isEdited(migration, hashes.get(numberedFile(migration))))
            .map(numberedFile),
          passedOver: known.map(numberedFile).filter((file) => !hashes.has(file) && compareText(file, newest) < 0),
        };
      },
      // Of a chain that an accepted edit has broken nothing stands there to refer to.
      record: (migration) => {
        const { hash, previous } = migration.toolFacts ?? {};
        const before = previous === undefined ? 'NULL' : `(SELECT hash FROM ${name} WHERE hash = ${literal(previous)})`;
        return `INSERT INTO ${name} (hash, previous_hash, filename) VALUES (${value(hash)}, ${before}, ${literal(numberedFile(migration))})`;
      },
      forget: (migration) => `DELETE FROM ${name} WHERE filename = ${literal(numberedFile(migration))}`,
      // With another hash the next migration has none to refer to; with another text a fresh database is refused.
      refusesEdits: true,
      // It asks once and gives up.
      lock: { keys: () => [LOCK_KEY], waitsBlocking: false },
    };
  },
};

/** By the hash that was recorded, and by the text, whose hash may stand above it unchanged. */
function isEdited({ toolFacts }: Migration, recorded: string | undefined): boolean {
  return recorded !== undefined && (recorded !== toolFacts?.hash || toolFacts?.tampered !== undefined);
}
