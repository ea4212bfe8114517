import type { ClientBase } from 'pg';
import { assemble } from './assemble.ts';
import type { Catalog, CatalogObject } from './catalog.ts';
import { catalogQueries } from './queries/all.ts';
import { isOfCluster } from './queries/cluster.ts';
import { readCatalog } from './reading.ts';

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
 * savepoint of the one that is open), after which the session is as it was. Rejects with pg's error. Not every role may
 * do this: see target-snapshot.ts.
 */
export async function snapshot(client: ClientBase, options: SnapshotOptions = {}): Promise<Catalog> {
  const { major, cluster } = await serverOf(client);
  const queries = catalogQueries(major).map(({ sql }) => sql);
  return assemble(await readCatalog(client, queries), cluster, (object) => !isIgnored(object, options));
}

async function serverOf(client: ClientBase): Promise<{ readonly major: number; readonly cluster: string }> {
  const { rows } = await client.query<{ version: string; cluster: string }>(
    `select pg_catalog.current_setting('server_version_num') as version,
       pg_catalog.concat(system_identifier, ' since ', extract(epoch from pg_catalog.pg_postmaster_start_time())) as cluster
     from pg_catalog.pg_control_system()`,
  );
  return { major: Math.floor(Number(rows[0]?.version) / 10_000), cluster: rows[0]?.cluster ?? '' };
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
