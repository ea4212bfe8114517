import { literal } from '../quoting.ts';
import type { CommandTool, ProgramFacts } from './command-tool.ts';

const FILE = /^[^/]+\.(?:c|m)?[jt]s$/;
/** Where projects keep the data source that its command line needs; the first that is there is taken. */
const DATA_SOURCES = ['data-source', 'typeorm.config', 'ormconfig', 'datasource'].flatMap((name) =>
  ['', 'src/', 'src/database/', 'src/db/', 'src/config/', 'db/', 'database/', 'config/'].flatMap((folder) =>
    ['ts', 'js', 'cjs', 'mjs', 'mts'].map((ending) => `${folder}${name}.${ending}`),
  ),
);

/**
 * TypeORM: one class per migration, known by its name, which ends with 13 digits of time.
 * https://github.com/typeorm/typeorm/blob/master/src/migration/MigrationExecutor.ts
 */
export const typeorm: CommandTool = {
  name: 'typeorm',
  title: 'TypeORM',
  marks: [...DATA_SOURCES, 'ormconfig.json', 'ormconfig.yml', 'ormconfig.yaml'],
  places: [
    'src/migrations',
    'src/migration',
    'migrations',
    'migration',
    'src/database/migrations',
    'src/db/migrations',
    'database/migrations',
    'db/migrations',
    'src/infrastructure/migrations',
  ],
  isMigration: (path) => FILE.test(path) && !path.endsWith('.d.ts'),
  speaks: /\bMigrationInterface\b|\bqueryRunner\b/,
  read: (_path, text) => migrationIn(text),
  order: 'numeric',
  orderNote: 'TypeORM runs migrations by the time at the end of their class names.',
  identityNote: 'migrations knows a migration by its class name.',
  history: {
    usual: 'public.migrations',
    create: (table) =>
      `CREATE TABLE IF NOT EXISTS ${table} (id serial PRIMARY KEY, "timestamp" bigint NOT NULL, name varchar NOT NULL)`,
    columns: ['timestamp', 'name'],
    select: (table) => `SELECT name FROM ${table} ORDER BY id`,
    applied: (rows) => rows.map(({ name }) => String(name)),
    record: (table, { id, version }) =>
      `INSERT INTO ${table} ("timestamp", name) VALUES (${literal(version)}::bigint, ${literal(id)})`,
    forget: (table, { id }) => `DELETE FROM ${table} WHERE name = ${literal(id)}`,
  },
  applyCommand: (paths) => command(paths, 'migration:run'),
  rollbackCommand: (paths) => command(paths, 'migration:revert'),
};

/** undefined: nothing tells where the data source is. */
function command(paths: readonly string[], verb: string): readonly string[] | undefined {
  const source = DATA_SOURCES.find((candidate) => paths.includes(candidate));
  if (source === undefined) return undefined;
  const program = /\.m?ts$/.test(source) ? 'typeorm-ts-node-commonjs' : 'typeorm';
  return ['npx', '--no-install', program, verb, '-d', source];
}

/** The name that the history keeps: `name = '...'` in the class, else the class's own. */
function migrationIn(text: string): ProgramFacts | undefined {
  const own = /\bname\s*(?::\s*string\s*)?=\s*['"`](\w*?\d{13})['"`]/.exec(text)?.[1];
  const className = /\bclass\s+(\w+?\d{13})\b/.exec(text)?.[1];
  const id = own ?? className;
  const version = id?.match(/\d{13}$/)?.[0];
  if (id === undefined || version === undefined) return undefined;
  return { id, version, name: id.slice(0, -version.length) };
}
