import { cell, table } from './markdown.ts';
import { type Proven, proven } from './tool-features.ts';
import type { Seen } from './tools.ts';

/**
 * What holds for tools that run their migrations themselves, in the order of `commandTools`. The trip is a test in which the real
 * tool and Lockstep take turns on one database, with a check of what the tool sends.
 */
interface CommandFeatures {
  /** As `tool` in the settings. */
  readonly tool: string;
  /** Its page in docs/tools. */
  readonly page: string;
  readonly recognised: Proven;
  readonly history: Proven;
  readonly trip: Proven;
}

const DETECT = 'integration/command-tools/detect.test.ts';

const found = (says: string, tool: string): Proven => proven(says, DETECT, `['${tool}', `);

const trip = (tool: string, folder = 'integration/command-tools'): Proven =>
  proven('checked, applied, taken back', `${folder}/${tool}.test.ts`, `name: '${tool}',`);

const history = (says: string, tool: string, folder = 'integration/command-tools'): Proven =>
  proven(`\`${says}\`, written by the tool`, `${folder}/${tool}.test.ts`, `relation: 'public.${says}'`);

const KNEX = 'integration/command-tools/knex.test.ts';
const OWN = 'integration/command-tools/own-command.test.ts';

export const commandFeatures: readonly CommandFeatures[] = [
  {
    tool: 'knex',
    page: 'knex',
    recognised: found('`knexfile.*`', 'knex'),
    history: proven('`knex_migrations`, written by the tool', KNEX, 'runs Knex under the lock'),
    trip: proven('checked, applied, taken back', KNEX, 'and Knex finds nothing to do and takes back'),
  },
  {
    tool: 'objection',
    page: 'knex',
    recognised: proven('by `tool`', KNEX, 'serves Objection, whose migrations are the same'),
    history: proven("Knex's", KNEX, 'serves Objection, whose migrations are the same'),
    trip: proven('as Knex', KNEX, 'serves Objection, whose migrations are the same'),
  },
  {
    tool: 'sequelize',
    page: 'sequelize',
    recognised: found('`.sequelizerc`', 'sequelize'),
    history: history('SequelizeMeta', 'sequelize'),
    trip: trip('sequelize'),
  },
  {
    tool: 'typeorm',
    page: 'typeorm',
    recognised: found('its data source and migrations', 'typeorm'),
    history: history('migrations', 'typeorm'),
    trip: trip('typeorm'),
  },
  {
    tool: 'rails',
    page: 'rails',
    recognised: found('`db/migrate/*.rb`', 'rails'),
    history: history('schema_migrations', 'rails', 'system'),
    trip: trip('rails', 'system'),
  },
  {
    tool: 'django',
    page: 'django',
    recognised: found('`manage.py`', 'django'),
    history: history('django_migrations', 'django', 'system'),
    trip: trip('django', 'system'),
  },
  {
    tool: 'alembic',
    page: 'alembic',
    recognised: found('`alembic.ini`', 'alembic'),
    history: history('alembic_version', 'alembic', 'system'),
    trip: trip('alembic', 'system'),
  },
  {
    tool: 'command',
    page: 'command',
    recognised: proven('by `tool`', OWN, 'needs to be told how it is started, and what is applied'),
    history: proven('`history`, or what `status_command` prints', OWN, 'is run under the lock'),
    trip: proven('checked and applied', OWN, 'is checked'),
  },
];

export function commandToolsTable({ pages }: Seen): string {
  const rows = commandFeatures.map(({ tool, page, recognised, history: known, trip: taken }) => [
    `[${tool}](${pages}${page}.md)`,
    cell(recognised.says),
    cell(known.says),
    cell(taken.says),
  ]);
  return table(['tool', 'recognised by', 'history', 'with the real tool'], rows);
}
