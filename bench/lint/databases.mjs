// The databases of the measurement: the base schema filled once for each number of rows, and a clone for each migration.
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { BASE } from './set.mjs';

const ROWS_SQL = readFileSync(new URL('rows.sql', import.meta.url), 'utf8');
/** What the application's queries say about their waits; only a superuser may switch it on. */
const TELL_WAITS = { log_lock_waits: 'on', deadlock_timeout: '1ms', client_min_messages: 'log' };

export async function makeRole(connection) {
  await inDatabase(connection, 'postgres', async (session) => {
    await session.query('CREATE ROLE app LOGIN');
    for (const [name, value] of Object.entries(TELL_WAITS)) {
      await session.query(`ALTER ROLE app SET ${name} = '${value}'`);
    }
  });
}

/** '15.13' */
export async function serverVersion(connection) {
  const { rows } = await inDatabase(connection, 'postgres', (session) => session.query('SHOW server_version'));
  return rows[0].server_version.split(' ')[0];
}

/** Makes the database that those of a measurement are cloned from; returns its name and what it holds. */
export async function makeTemplate(connection, rows) {
  const name = `rows_${rows}`;
  await inDatabase(connection, 'postgres', (session) => session.query(`CREATE DATABASE ${name}`));
  await inDatabase(connection, name, async (session) => {
    // What a later migration makes in place of something is the application's to use, too.
    await session.query('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO app');
    await session.query('ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON SEQUENCES TO app');
    await session.query(BASE.sql);
    await session.query(ROWS_SQL.replaceAll(':rows', `${rows}`));
    await session.query('VACUUM (ANALYZE)');
  });
  return { name, held: await readHoldings({ ...connection, database: name }) };
}

/** Work on a clone, which is gone afterwards. */
export async function onClone(connection, template, work) {
  const name = `${template}_clone`;
  await inDatabase(connection, 'postgres', async (session) => {
    await session.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  });
  try {
    return await work({ ...connection, database: name });
  } finally {
    await inDatabase(connection, 'postgres', (session) => session.query(`DROP DATABASE ${name} WITH (FORCE)`));
  }
}

/** The columns that hold anything, by what no renaming changes: the OIDs are those of the template in every clone. */
export async function readHoldings(connection) {
  return inDatabase(connection, connection.database, async (session) => {
    const { rows: columns } = await session.query(`
      SELECT c.oid || '.' || a.attnum AS key, c.oid::regclass::text AS table, quote_ident(a.attname) AS column
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p') AND c.relnamespace <> 'pg_toast'::regnamespace`);
    const some = columns.map(
      ({ key, table, column }) => `EXISTS (SELECT FROM ${table} WHERE ${column} IS NOT NULL) AS "${key}"`,
    );
    const {
      rows: [holds],
    } = await session.query(`SELECT ${some.join(', ')}`);
    const held = columns.filter(({ key }) => holds[key]);
    return new Map(held.map(({ key, table, column }) => [key, `${table}.${column}`]));
  });
}

async function inDatabase(connection, database, work) {
  const session = new pg.Client({ ...connection, user: 'postgres', database });
  await session.connect();
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}
