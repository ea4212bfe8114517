import { literal, tableSql } from '../quoting.ts';
import type { Migration } from '../types.ts';
import type { HistoryTable } from './bookkeeping.ts';

/** The tool's own number, unless it is told another by `lockValue`: PG_MIGRATE_LOCK_ID in src/runner.ts. */
const LOCK_KEY = 7_241_865_325_823_964n;

/** What its table knows a migration by: the file's name without its ending, be it .sql or .js. */
export function migrationName({ path }: Pick<Migration, 'path'>): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
}

/**
 * node-pg-migrate's table: a row for each migration, in the order in which they ran (`run_on`, then `id`).
 * https://github.com/salsita/node-pg-migrate, src/runner.ts and src/migration.ts
 */
export const nodePgMigrateHistory: HistoryTable = {
  usual: 'public.pgmigrations',
  in: (table) => {
    const name = tableSql(table);
    return {
      table,
      create: `CREATE TABLE IF NOT EXISTS ${name} (id SERIAL PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL)`,
      columns: ['id', 'name', 'run_on'],
      select: `SELECT name FROM ${name} ORDER BY run_on, id`,
      history: (rows) => ({ applied: rows.map((row) => String(row.name)), failed: [] }),
      record: (migration) =>
        `INSERT INTO ${name} (name, run_on) VALUES (${literal(migrationName(migration))}, pg_catalog.now())`,
      forget: (migration) => `DELETE FROM ${name} WHERE name = ${literal(migrationName(migration))}`,
      // It asks once and gives up; only with `advisoryLockMode: wait` would it wait.
      lock: { keys: () => [LOCK_KEY], waitsBlocking: false },
    };
  },
};
