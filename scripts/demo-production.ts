import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client, type ClientConfig } from 'pg';
import { parse } from 'yaml';
import { startServer } from '../src/rehearsal/server/start.ts';
import type { RehearsalServer } from '../src/rehearsal/server/types.ts';
import { defaultToolDirectory } from '../src/settings/directories.ts';

/** The demo's stand-in for production: a Postgres of its own, reached over TCP as any other server is. */

export interface Production {
  /** 'Postgres 18.4' */
  readonly version: string;
  /** As the role that deploys: it owns the database, and is no superuser. */
  readonly url: string;
  /** Runs what the people of the shop do there meanwhile, and what is looked up: the first row's values as texts. */
  query(sql: string): Promise<readonly string[]>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

const DATABASE = 'shop';
const ROLE = 'shop_deploy';

/**
 * Starts it, of the major that the project's lockstep.yml names. `cacheDirectory`: where the checks have kept an empty
 * cluster. Nothing is left when it rejects, or when this process dies before `stop`.
 */
export async function startProduction(
  settingsFile: string,
  cacheDirectory: string,
  signal: AbortSignal,
): Promise<Production> {
  const { postgres_version: major } = parse(readFileSync(settingsFile, 'utf8')) as { postgres_version?: number };
  const server = await startServer({
    major,
    url: undefined,
    baseKey: randomUUID(),
    cacheDirectory,
    toolDirectory: defaultToolDirectory(process.env),
    env: Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : []))),
    signal,
    onNotice: (text) => console.log(text),
    onStep: (text) => console.log(text),
  });
  try {
    const url = await makeDatabase(server);
    return {
      version: `Postgres ${server.version}`,
      url,
      query: (sql) => query(server.admin(DATABASE), sql),
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function makeDatabase(server: RehearsalServer): Promise<string> {
  const password = randomBytes(16).toString('hex');
  await query(server.admin(), `CREATE ROLE ${ROLE} LOGIN PASSWORD '${password}' IN ROLE pg_read_all_stats`);
  await server.createDatabase(DATABASE, { owner: ROLE });
  const { host, port } = server.address();
  return `postgres://${ROLE}:${password}@${host}:${port}/${DATABASE}`;
}

async function query(config: ClientConfig, sql: string): Promise<readonly string[]> {
  const client = new Client(config);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return (rows[0] ?? []).map(String);
  } finally {
    await client.end();
  }
}
