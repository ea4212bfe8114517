import { fileName } from '../layouts/names.ts';
import { literal } from '../quoting.ts';
import type { CommandTool } from './command-tool.ts';

const FILE = /^[^/]+\.(?:c|m)?[jt]s$/;

/**
 * Sequelize and umzug: one file per migration, known by its name with the ending.
 * https://github.com/sequelize/umzug/blob/main/src/storage/sequelize.ts
 */
export const sequelize: CommandTool = {
  name: 'sequelize',
  title: 'Sequelize',
  marks: ['.sequelizerc', 'config/config.json', 'config/config.js', 'config/config.cjs'],
  places: [
    'migrations',
    'db/migrations',
    'src/migrations',
    'database/migrations',
    'src/db/migrations',
    'src/database/migrations',
  ],
  isMigration: (path) => FILE.test(path) && !path.endsWith('.d.ts'),
  speaks: /\bqueryInterface\b|\bQueryInterface\b/,
  read: (path) => {
    const id = fileName(path);
    const [, version = id, rest = ''] = /^([\d.-]+)[_-]?(.*?)\.\w+$/.exec(id) ?? [];
    return { id, version: version.replace(/[.-]+$/, ''), name: rest };
  },
  order: 'lexical',
  orderNote: 'Sequelize runs migrations by file name, as text.',
  identityNote: 'SequelizeMeta knows a migration by its file name, the ending included.',
  history: {
    usual: 'public."SequelizeMeta"',
    create: (table) => `CREATE TABLE IF NOT EXISTS ${table} (name varchar(255) NOT NULL PRIMARY KEY)`,
    columns: ['name'],
    select: (table) => `SELECT name FROM ${table} ORDER BY name`,
    applied: (rows) => rows.map(({ name }) => String(name)),
    record: (table, { id }) => `INSERT INTO ${table} (name) VALUES (${literal(id)})`,
    forget: (table, { id }) => `DELETE FROM ${table} WHERE name = ${literal(id)}`,
  },
  applyCommand: () => ['npx', '--no-install', 'sequelize-cli', 'db:migrate'],
  rollbackCommand: () => ['npx', '--no-install', 'sequelize-cli', 'db:migrate:undo'],
};
