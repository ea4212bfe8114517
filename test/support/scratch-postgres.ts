import { Client, type ClientConfig } from 'pg';
import { testServer } from './postgres.ts';

/** A throw-away Postgres for a test file, started as the rehearsal starts its own. */

export interface ScratchPostgres {
  readonly major: number;
  config(database?: string): ClientConfig;
  /** A fresh database and a connection to it; both end with the server. */
  connect(database: string, options?: { readonly template?: string }): Promise<Client>;
  stop(): Promise<void>;
}

/** The majors that Lockstep is tested with: LOCKSTEP_TEST_MAJORS (15,18) names fewer. */
export const testMajors: readonly { readonly major: number }[] = (process.env.LOCKSTEP_TEST_MAJORS ?? '15,16,17,18')
  .split(',')
  .map((major) => ({ major: Number(major) }));

/** The oldest and the newest of them: for what takes long and is the same in between. */
export const edgeMajors: typeof testMajors = testMajors.filter((_, at) => at === 0 || at === testMajors.length - 1);

export async function startScratchPostgres(major?: number): Promise<ScratchPostgres> {
  const { server, stop, connect } = await testServer(major === undefined ? {} : { major });
  // The name that a reader knows: objects in the tests are owned by it.
  await (await connect()).query('CREATE ROLE postgres SUPERUSER LOGIN');
  const clients: Client[] = [];
  const config = (database?: string): ClientConfig => ({
    ...server.admin(),
    user: 'postgres',
    ...(database === undefined ? {} : { database }),
  });
  return {
    major: server.major,
    config,
    async connect(database, { template = 'template0' } = {}) {
      const admin = new Client(config());
      await admin.connect();
      const [name, from] = [admin.escapeIdentifier(database), admin.escapeIdentifier(template)];
      await admin.query(`CREATE DATABASE ${name} TEMPLATE ${from}`);
      await admin.end();
      const client = new Client(config(database));
      client.on('error', () => {});
      await client.connect();
      clients.push(client);
      return client;
    },
    async stop() {
      await Promise.all(clients.map((client) => client.end().catch(() => {})));
      await stop();
    },
  };
}
