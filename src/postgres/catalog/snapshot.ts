import type { ClientBase, CustomTypesConfig } from 'pg';
import { assemble, type TextResult } from './assemble.ts';
import type { Catalog, CatalogObject } from './catalog.ts';
import { database, isOfCluster, roles, settings } from './queries/cluster.ts';
import {
  defaultPrivileges,
  foreignDataWrappers,
  languages,
  publications,
  securityLabels,
  servers,
  subscriptions,
  userMappings,
} from './queries/database.ts';
import { casts, conversions, operatorClasses, operatorFamilies, operators, textSearch } from './queries/operators.ts';
import { extensions, relations, schemas, sequences } from './queries/relations.ts';
import { eventTriggers, routines, statisticsObjects } from './queries/routines.ts';
import { columns, constraints, indexes, policies, rules, triggers } from './queries/table-parts.ts';
import { collations, domainConstraints, types } from './queries/types.ts';

export type { Catalog } from './catalog.ts';

interface SnapshotOptions {
  /** Schemas to leave out with all that is in them: the ledger's. */
  readonly ignoreSchemas?: readonly string[];
  /** Relations to leave out ('public.schema_migrations'), with their parts and the sequences they own. */
  readonly ignoreRelations?: readonly string[];
  /**
   * Roles that are no part of the schema (what is granted to them and set for them is told all the same). 'all' leaves
   * out what the cluster's databases share, roles and their settings: for a server that others change meanwhile.
   */
  readonly ignoreRoles?: readonly string[] | 'all';
}

/**
 * Reads the schema of the database that `client` is connected to: two round trips, read-only, in a transaction (or a
 * savepoint of the one that is open), after which the session is as it was. Rejects with pg's error.
 */
export async function snapshot(client: ClientBase, options: SnapshotOptions = {}): Promise<Catalog> {
  const { major, cluster } = await serverOf(client);
  const inTransaction = client.getTransactionStatus() === 'T';
  const [open, close, undo] = inTransaction
    ? ['savepoint lockstep_snapshot', CLOSE_SAVEPOINT, CLOSE_SAVEPOINT]
    : ['begin isolation level repeatable read read only', 'commit', 'rollback'];
  try {
    const results = await readAll(client, [open, ...PLAIN_SETTINGS, ...queriesFor(major), close].join(';\n'));
    return assemble(results, cluster, (object) => !isIgnored(object, options));
  } catch (error) {
    await client.query(undo).catch(() => {});
    throw error;
  }
}

const CLOSE_SAVEPOINT = 'rollback to savepoint lockstep_snapshot; release savepoint lockstep_snapshot';

/**
 * With nothing but pg_catalog on the search path every other name is written with its schema. The rest are settings that
 * change how constants in defaults and definitions are written, or that make short queries slow.
 */
const PLAIN_SETTINGS = [
  'set local search_path = pg_catalog, pg_temp',
  'set local quote_all_identifiers = off',
  "set local datestyle = 'ISO, YMD'",
  "set local intervalstyle = 'postgres'",
  "set local timezone = 'UTC'",
  'set local extra_float_digits = 3',
  "set local bytea_output = 'hex'",
  'set local standard_conforming_strings = on',
  'set local jit = off',
];

const queriesFor = (major: number): readonly string[] => [
  schemas,
  extensions,
  relations,
  columns(major),
  constraints,
  indexes,
  sequences,
  rules,
  triggers,
  policies,
  routines,
  eventTriggers,
  types,
  domainConstraints,
  collations,
  statisticsObjects,
  operators,
  operatorClasses,
  operatorFamilies,
  casts,
  conversions,
  textSearch,
  languages,
  foreignDataWrappers,
  servers,
  userMappings,
  publications(major),
  subscriptions,
  securityLabels,
  defaultPrivileges,
  settings,
  database,
  roles,
];

async function serverOf(client: ClientBase): Promise<{ readonly major: number; readonly cluster: string }> {
  const { rows } = await client.query<{ version: string; cluster: string }>(
    `select pg_catalog.current_setting('server_version_num') as version,
       pg_catalog.concat(system_identifier, ' since ', extract(epoch from pg_catalog.pg_postmaster_start_time())) as cluster
     from pg_catalog.pg_control_system()`,
  );
  return { major: Math.floor(Number(rows[0]?.version) / 10_000), cluster: rows[0]?.cluster ?? '' };
}

const AS_TEXT = { getTypeParser: () => (value: string) => value } as unknown as CustomTypesConfig;

async function readAll(client: ClientBase, text: string): Promise<readonly TextResult[]> {
  const answer: unknown = await client.query({ text, rowMode: 'array', types: AS_TEXT });
  return answer as readonly TextResult[];
}

function isIgnored(object: CatalogObject, options: SnapshotOptions): boolean {
  const { ignoreSchemas = [], ignoreRelations = [], ignoreRoles = [] } = options;
  if (isOfCluster(object))
    return ignoreRoles === 'all' || (object.kind === 'role' && ignoreRoles.includes(object.name));
  const schema = object.kind === 'schema' ? object.name : object.schema;
  return (
    ignoreSchemas.includes(schema) ||
    ignoreRelations.includes(object.name) ||
    (object.table !== undefined && ignoreRelations.includes(object.table))
  );
}
