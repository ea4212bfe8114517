import { fileName } from '../layouts/names.ts';
import { literal } from '../quoting.ts';
import type { CommandTool, ProgramFacts } from './command-tool.ts';

const FILE = /^[^/]+\.(?:c|m)?[jt]s$/;

/**
 * Knex: one JavaScript or TypeScript file per migration, known by its name with the ending.
 * https://github.com/knex/knex/tree/master/lib/migrations/migrate
 */
export const knex: CommandTool = {
  name: 'knex',
  title: 'Knex',
  marks: ['knexfile.js', 'knexfile.ts', 'knexfile.cjs', 'knexfile.mjs'],
  places: [
    'migrations',
    'db/migrations',
    'src/migrations',
    'src/db/migrations',
    'database/migrations',
    'src/database/migrations',
    'server/migrations',
  ],
  isMigration: (path) => FILE.test(path) && !path.endsWith('.d.ts'),
  speaks: /\bexports\.up\b|\bexport\s+(?:async\s+)?(?:function|const)\s+up\b|\bup\s*[:=(]/,
  read: (path) => named(path),
  order: 'lexical',
  orderNote: 'Knex runs migrations by file name, as text.',
  identityNote: 'knex_migrations knows a migration by its file name, the ending included.',
  history: {
    usual: 'public.knex_migrations',
    // As Knex 3 makes them: both tables, and the one row of the lock.
    create: (table) => {
      const lock = `${table.slice(0, -1)}_lock"`;
      return `CREATE TABLE IF NOT EXISTS ${table} (id serial PRIMARY KEY, name varchar(255), batch integer, migration_time timestamptz);
CREATE TABLE IF NOT EXISTS ${lock} (index serial PRIMARY KEY, is_locked integer);
INSERT INTO ${lock} (is_locked) SELECT 0 WHERE NOT EXISTS (SELECT FROM ${lock})`;
    },
    beside: (relation) => [`${relation}_lock`],
    columns: ['name', 'batch'],
    select: (table) => `SELECT name FROM ${table} ORDER BY id`,
    applied: (rows) => rows.map(({ name }) => String(name)),
    record: (table, { id }) =>
      `INSERT INTO ${table} (name, batch, migration_time) SELECT ${literal(id)}, coalesce(max(batch), 0) + 1, pg_catalog.now() FROM ${table}`,
    forget: (table, { id }) => `DELETE FROM ${table} WHERE name = ${literal(id)}`,
  },
  applyCommand: () => ['npx', '--no-install', 'knex', 'migrate:latest'],
  rollbackCommand: () => ['npx', '--no-install', 'knex', 'migrate:down'],
};

/** Objection is a layer over Knex, whose migrations are Knex's. */
export const objection: CommandTool = { ...knex, name: 'objection', title: 'Objection', marks: [] };

/** '20240131120000_users.js' */
function named(path: string): ProgramFacts {
  const id = fileName(path);
  const [, version = id, rest = ''] = /^(\d+)[_-]?(.*?)\.\w+$/.exec(id) ?? [];
  return { id, version, name: rest };
}
