import type { Client } from 'pg';
import { judgeReversal, type Reversal } from '../../../src/judgement/reversal.ts';
import { type Catalog, snapshot } from '../../../src/postgres/catalog/snapshot.ts';
import type { ScratchPostgres } from '../../support/scratch-postgres.ts';

interface Schemas {
  readonly before: Catalog;
  readonly afterUp: Catalog;
  readonly afterDown: Catalog;
}

let databases = 0;

/** Runs work on a database of its own. */
export async function inDatabase<T>(server: ScratchPostgres, work: (client: Client) => Promise<T>): Promise<T> {
  const name = `t${++databases}`;
  const client = await server.connect(name);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Statements apart where one simple query would not do (ALTER TYPE ADD VALUE and its use): an array. */
export type Sql = string | readonly string[];

export async function run(client: Client, sql: Sql): Promise<void> {
  for (const text of typeof sql === 'string' ? [sql] : sql) if (text !== '') await client.query(text);
}

/** The schemas before up, after it and after down. */
export function roundTrip(server: ScratchPostgres, setup: Sql, up: Sql, down: Sql): Promise<Schemas> {
  return inDatabase(server, async (client) => {
    await run(client, setup);
    const before = await snapshot(client);
    await run(client, up);
    const afterUp = await snapshot(client);
    await run(client, down);
    return { before, afterUp, afterDown: await snapshot(client) };
  });
}

export async function judged(server: ScratchPostgres, setup: Sql, up: Sql, down: Sql): Promise<Reversal> {
  return judgeReversal(await roundTrip(server, setup, up, down));
}
