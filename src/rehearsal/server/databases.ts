import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, DatabaseError } from 'pg';
import type { CreateOptions } from './types.ts';

/** Creates and drops databases by a superuser's session; names are real names here. Rejects with Postgres' error. */

/** How a template's files are copied: by the file system (needs a checkpoint), or through the WAL. */
export type CopyStrategy = 'file_copy' | 'wal_log';

const IN_USE = '55006';
/** On top of the 5 s that Postgres itself waits in each attempt. */
const PATIENCE_MS = 5_000;

interface NewDatabase extends CreateOptions {
  readonly name: string;
  /** undefined: the server has only one way (before Postgres 15). */
  readonly strategy: CopyStrategy | undefined;
}

export async function createDatabase(client: Client, wanted: NewDatabase, signal: AbortSignal): Promise<void> {
  if (wanted.template === undefined) return createEmpty(client, wanted, signal);
  const name = client.escapeIdentifier(wanted.name);
  const templateOwner = await ownerOf(client, wanted.template);
  const owner = client.escapeIdentifier(templateOwner);
  const template = client.escapeIdentifier(wanted.template);
  await whenUnused(client, `CREATE DATABASE ${name} OWNER ${owner} TEMPLATE ${template}${strategyOf(wanted)}`, signal);
  try {
    await client.query(carryOver(client, wanted.template, wanted.name));
    // After the grants: a change of owner rewrites those that name the old one, as it would for the template.
    if (wanted.owner !== undefined && wanted.owner !== templateOwner) {
      await client.query(`ALTER DATABASE ${name} OWNER TO ${client.escapeIdentifier(wanted.owner)}`);
    }
  } catch (error) {
    await dropDatabase(client, wanted.name).catch(() => {});
    throw error;
  }
}

export async function dropDatabase(client: Client, name: string): Promise<void> {
  await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
}

async function createEmpty(client: Client, wanted: NewDatabase, signal: AbortSignal): Promise<void> {
  const { owner } = wanted;
  const parts = [`CREATE DATABASE ${client.escapeIdentifier(wanted.name)}`];
  if (owner !== undefined) parts.push(`OWNER ${client.escapeIdentifier(owner)}`);
  await whenUnused(client, parts.join(' ') + strategyOf(wanted), signal);
}

/** Somebody may still be leaving the template. */
async function whenUnused(client: Client, sql: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      await client.query(sql);
      return;
    } catch (error) {
      if (!(error instanceof DatabaseError && error.code === IN_USE) || Date.now() > deadline) throw error;
    }
    await sleep(50);
  }
}

async function ownerOf(client: Client, database: string): Promise<string> {
  const { rows } = await client.query<{ owner: string }>(
    'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1',
    [database],
  );
  const [row] = rows;
  if (!row) throw new Error(`there is no database ${database} to clone`);
  return row.owner;
}

function strategyOf({ strategy }: NewDatabase): string {
  return strategy === undefined ? '' : ` STRATEGY ${strategy}`;
}

/**
 * CREATE DATABASE copies neither settings (also those of a role in the database) nor grants, comment and connection
 * limit (0, which would lock the rehearsal's own role out, stays behind). They are copied as rows: statements would have
 * to quote lists of names again, and would set in our session what they give to the database. One query, so one
 * transaction. pg_shdepend is what keeps a role from being dropped while it has such a grant.
 */
function carryOver(client: Client, template: string, clone: string): string {
  const from = `(SELECT oid FROM pg_catalog.pg_database WHERE datname = ${client.escapeLiteral(template)})`;
  const to = `(SELECT oid FROM pg_catalog.pg_database WHERE datname = ${client.escapeLiteral(clone)})`;
  return `
    INSERT INTO pg_catalog.pg_db_role_setting (setdatabase, setrole, setconfig)
      SELECT ${to}, setrole, setconfig FROM pg_catalog.pg_db_role_setting WHERE setdatabase = ${from};
    UPDATE pg_catalog.pg_database clone SET datacl = original.datacl,
        datconnlimit = CASE WHEN original.datconnlimit > 0 THEN original.datconnlimit ELSE clone.datconnlimit END
      FROM pg_catalog.pg_database original WHERE original.oid = ${from} AND clone.oid = ${to};
    INSERT INTO pg_catalog.pg_shdescription (objoid, classoid, description)
      SELECT ${to}, classoid, description FROM pg_catalog.pg_shdescription
      WHERE classoid = 'pg_catalog.pg_database'::regclass AND objoid = ${from};
    INSERT INTO pg_catalog.pg_shdepend (dbid, classid, objid, objsubid, refclassid, refobjid, deptype)
      SELECT dbid, classid, ${to}, objsubid, refclassid, refobjid, deptype FROM pg_catalog.pg_shdepend
      WHERE classid = 'pg_catalog.pg_database'::regclass AND objid = ${from} AND deptype = 'a'`;
}
