import { LockstepError } from '../errors.ts';
import { docsAddress } from '../repository.ts';
import { type Property, readProperties } from './properties.ts';
import { repositoryPath } from './repository-path.ts';

/** `flyway.conf` as settings of Lockstep's: where lockstep.yml says nothing, what it says holds. Pure. */

export interface FlywayConf {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** What lockstep.yml, or the command line, says already: that part of flyway.conf is not looked at. */
export interface SaidAlready {
  readonly table: boolean;
  readonly directory: boolean;
  readonly outOfOrder: boolean;
  readonly placeholders: readonly string[];
}

/** As keys of lockstep.yml. */
interface FlywaySettings {
  readonly history?: { readonly table: string };
  readonly migrations?: { readonly directory: string };
  readonly out_of_order?: 'apply' | 'error';
  readonly rehearsal?: { readonly placeholders: Readonly<Record<string, string>> };
}

const PLACEHOLDER = 'flyway.placeholders.';
const FOLLOWED = new Set(
  ['table', 'schemas', 'defaultSchema', 'locations', 'outOfOrder'].map((key) => `flyway.${key}`),
);

/** What may stand there with its usual value alone: Lockstep knows no other. */
const USUAL: Readonly<Record<string, readonly string[]>> = {
  sqlMigrationPrefix: ['V'],
  undoSqlMigrationPrefix: ['U'],
  repeatableSqlMigrationPrefix: ['R'],
  baselineMigrationPrefix: ['B'],
  sqlMigrationSeparator: ['__'],
  sqlMigrationSuffixes: ['.sql'],
  placeholderPrefix: ['${'],
  placeholderSuffix: ['}'],
  placeholderSeparator: [':'],
  placeholderReplacement: ['true'],
  encoding: ['UTF-8', 'utf-8', 'UTF8', 'utf8'],
  detectEncoding: ['false'],
  executeInTransaction: ['true'],
  group: ['false'],
  mixed: ['false'],
  createSchemas: ['true'],
  skipDefaultResolvers: ['false'],
  skipExecutingMigrations: ['false'],
  target: ['latest'],
};

/**
 * What makes no migration another one: how Flyway gets to the database, what it prints, what its other commands do, and what it checks
 * before it begins, where Lockstep has gates of its own.
 */
const NOT_OURS =
  /^flyway\.(?:url|user|password|driver|jdbcProperties\..+|connectRetries(?:Interval)?|lockRetryCount|licenseKey|email|token|jarDirs|edition|clean.+|baseline(?:OnMigrate|Version|Description)|validate.+|ignore.+|failOnMissing.+|color|loggers|output.*|report.*|batch|stream|skipDefaultCallbacks|postgresql\.transactional\.lock|(?:oracle|sqlserver|mysql)\..+|check\..+|vault\..+|dapr\..+|gcsm\..+)$/;

/** Throws `bad-config` for what Lockstep would otherwise pass over although it makes other migrations, or another history, of them. */
export function flywaySettings(conf: FlywayConf, said: SaidAlready): FlywaySettings {
  // The last one counts.
  const found = new Map(readProperties(conf.text).map((property) => [property.key, property]));
  const properties = [...found.values()].filter(({ key, value }) => key.startsWith('flyway.') && value !== '');
  for (const property of properties) requireFollowed(conf, property);
  const part = (key: string): Property | undefined => {
    const property = found.get(`flyway.${key}`);
    return property === undefined || property.value === '' ? undefined : valued(conf, property);
  };
  const outOfOrder = said.outOfOrder ? undefined : part('outOfOrder');
  const placeholders = [...found.values()]
    .filter(({ key }) => key.startsWith(PLACEHOLDER) && !said.placeholders.includes(key.slice(PLACEHOLDER.length)))
    .map((property) => [property.key.slice(PLACEHOLDER.length), valued(conf, property).value] as const);
  const table = said.table ? undefined : tableIn(conf, part);
  const locations = said.directory ? undefined : part('locations');
  return {
    ...(table === undefined ? {} : { history: { table } }),
    ...(locations === undefined ? {} : { migrations: { directory: folderIn(conf, locations) } }),
    ...(outOfOrder === undefined ? {} : { out_of_order: outOfOrder.value === 'true' ? 'apply' : 'error' }),
    ...(placeholders.length === 0 ? {} : { rehearsal: { placeholders: Object.fromEntries(placeholders) } }),
  };
}

function requireFollowed(conf: FlywayConf, property: Property): void {
  const { key, value } = property;
  if (FOLLOWED.has(key) || key.startsWith(PLACEHOLDER) || NOT_OURS.test(key)) return;
  if (USUAL[key.slice('flyway.'.length)]?.includes(value) === true) return;
  throw refused(conf, property, 'Lockstep does not follow it', AS_BEFORE);
}

const AS_BEFORE =
  'Take it out where Flyway does without. Without `tool: flyway` in lockstep.yml (the files tell the tool) flyway.conf is not read at all, and Lockstep goes by what lockstep.yml says.';

/** Flyway puts variables of its environment in; what they hold, the file does not say. */
function valued(conf: FlywayConf, property: Property): Property {
  const { value } = property;
  if (/\$\{\w+\}/.test(value))
    throw refused(conf, property, 'its value comes from the environment', 'Say in lockstep.yml what it is.');
  if (value.endsWith('\\'))
    throw refused(
      conf,
      property,
      'its value goes on in the next line',
      'Write it in one line, or say it in lockstep.yml.',
    );
  return property;
}

/** The table lies in the default schema, else in the first one, which Flyway makes the first of search_path for the migrations as well. */
function tableIn(conf: FlywayConf, part: (key: string) => Property | undefined): string | undefined {
  const table = part('table');
  const name = table?.value ?? 'flyway_schema_history';
  const named = part('defaultSchema') ?? part('schemas');
  const [schema = 'public'] = (named?.value ?? 'public').split(',').map((one) => one.trim());
  if (named !== undefined && schema !== 'public')
    throw refused(
      conf,
      named,
      'Flyway makes it the first schema of search_path for the migrations, and Lockstep runs them with the search_path of the role',
      `Let the role that applies have it (ALTER ROLE ... IN DATABASE ... SET search_path = ${schema}, public), and say in lockstep.yml:\n  history:\n    table: ${schema}.${name}\n  rehearsal:\n    search_path: ${schema}, public`,
    );
  return named === undefined && table === undefined
    ? undefined
    : [schema, name].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
}

/** `filesystem:` is meant from the folder that flyway.conf lies in, the classpath from where Maven and Gradle keep it. */
function folderIn(conf: FlywayConf, property: Property): string {
  const [first = '', ...more] = property.value.split(',').map((location) => location.trim());
  const hint = 'Name one folder in lockstep.yml, from the root of the repository:\n  migrations:\n    directory: PATH';
  if (more.length > 0) throw refused(conf, property, 'it names several places, and Lockstep reads one folder', hint);
  const [, kind = 'classpath', path = ''] = /^(?:([A-Za-z0-9]+):)?(.*)$/.exec(first) ?? [];
  const beside = conf.path.includes('/') ? conf.path.slice(0, conf.path.lastIndexOf('/')) : '.';
  const inside = kind === 'classpath' ? `src/main/resources/${path}` : path;
  const folder = path.startsWith('/') && kind !== 'classpath' ? undefined : repositoryPath(`${beside}/${inside}`);
  if (!['classpath', 'filesystem'].includes(kind) || folder === undefined || /[*?{}]/.test(path))
    throw refused(conf, property, 'it names no folder of the repository', hint);
  return folder;
}

/** The value is left out: who knows what a key that nobody knows holds. */
function refused({ path }: FlywayConf, { key, line }: Property, why: string, hint: string): LockstepError {
  return new LockstepError('bad-config', `${path}:${line}: ${key}: ${why}`, {
    hint: `${hint}\nWhat of flyway.conf is followed: ${docsAddress('tools/flyway.md')}`,
  });
}
