import { fileName } from '../layouts/names.ts';
import { literal } from '../quoting.ts';
import type { CommandTool } from './command-tool.ts';

/** https://github.com/rails/rails/blob/main/activerecord/lib/active_record/migration.rb (MigrationFilenameRegexp) */
const FILE = /^([0-9]+)_([_a-z0-9]*)\.?([_a-z0-9]*)?\.rb$/;

/** Rails' Active Record: one Ruby file per migration, known by the number that its name begins with. */
export const rails: CommandTool = {
  name: 'rails',
  title: 'Rails',
  marks: ['bin/rails', 'config/database.yml', 'Gemfile'],
  places: ['db/migrate'],
  isMigration: (path) => FILE.test(fileName(path)),
  speaks: /\bActiveRecord::Migration\b/,
  read: (path) => {
    const [, version, name = ''] = FILE.exec(fileName(path)) ?? [];
    // Rails compares versions as numbers, and writes them without leading zeros.
    return version === undefined ? undefined : { id: String(BigInt(version)), version, name };
  },
  order: 'numeric',
  orderNote: 'Rails runs migrations by version number.',
  identityNote: 'schema_migrations knows a migration by its version.',
  history: {
    usual: 'public.schema_migrations',
    create: (table) => `CREATE TABLE IF NOT EXISTS ${table} (version varchar NOT NULL PRIMARY KEY)`,
    columns: ['version'],
    // golang-migrate's has the same name.
    foreignColumns: ['dirty'],
    beside: () => ['ar_internal_metadata'],
    select: (table) => `SELECT version FROM ${table} ORDER BY version`,
    applied: (rows) => rows.map(({ version }) => String(version)),
    record: (table, { id }) => `INSERT INTO ${table} (version) VALUES (${literal(id)})`,
    forget: (table, { id }) => `DELETE FROM ${table} WHERE version = ${literal(id)}`,
  },
  applyCommand: (paths) => [...program(paths), 'db:migrate'],
  rollbackCommand: (paths) => [...program(paths), 'db:rollback', 'STEP=1'],
  // In development it would write db/schema.rb into the checkout.
  environment: { SCHEMA: '/dev/null' },
  irreversible: /IrreversibleMigration/,
};

function program(paths: readonly string[]): readonly string[] {
  return paths.includes('bin/rails') ? ['bin/rails'] : ['bundle', 'exec', 'rake'];
}
