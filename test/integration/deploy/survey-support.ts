import { Client } from 'pg';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { Session } from '../../../src/postgres/session.ts';
import { loadParser } from '../../../src/project/sql.ts';
import type { Migration } from '../../../src/project/types.ts';
import { migration } from '../../support/change-set.ts';
import { type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';

/** Who looks: one that sees nothing of others, one that may see what they do, and a superuser. */
export const LOOKERS = ['plain', 'stats', 'postgres'] as const;

interface Bench {
  readonly server: () => ScratchPostgres;
  /** A fresh database with `sql` run in it as superuser; what follows happens there. */
  database(sql: string): Promise<Client>;
  /** A session of the application. */
  app(sql?: string): Promise<Client & { pid: number }>;
  /** A session that looks, in a read-only transaction as a plan's is. */
  looker(role: string): Promise<Session>;
}

/** A server for a test file, with fresh connections for each test. */
export function bench(start: () => Promise<ScratchPostgres>): Bench {
  let server: ScratchPostgres;
  let current = '';
  let count = 0;
  let open: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    await loadParser();
    server = await start();
    const admin = await server.connect('roles');
    await admin.query(`CREATE ROLE app LOGIN; CREATE ROLE plain LOGIN; CREATE ROLE stats LOGIN IN ROLE pg_read_all_stats;
      CREATE ROLE "Le ""lecteur""" LOGIN`);
  });
  afterEach(async () => {
    await Promise.all(open.map((close) => close().catch(() => {})));
    open = [];
  });
  afterAll(() => server?.stop());
  return {
    server: () => server,
    async database(sql) {
      current = `survey_${++count}`;
      const admin = await server.connect(current);
      open.push(() => admin.end());
      await admin.query(sql);
      return admin;
    },
    async app(sql) {
      const client = new Client({ ...server.config(current), user: 'app', application_name: 'shop' });
      client.on('error', () => {});
      await client.connect();
      const pid = (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid as number;
      // Also out of a wait for a lock.
      open.push(async () => {
        const admin = new Client(server.config());
        await admin.connect();
        await admin.query('SELECT pg_terminate_backend($1)', [pid]);
        await Promise.all([client.end().catch(() => {}), admin.end()]);
      });
      if (sql !== undefined) await client.query(sql);
      return Object.assign(client, { pid });
    },
    async looker(role) {
      const session = await Session.open({ ...server.config(current), user: role, application_name: 'lockstep' });
      open.push(() => session.close());
      await session.run("SET statement_timeout = '10s'; BEGIN READ ONLY");
      return session;
    },
  };
}

export const benchOf = (major: number): Bench => bench(() => startScratchPostgres(major));

/** Migrations from their SQL. */
export function migrations(...scripts: readonly string[]): Migration[] {
  return scripts.map((sql, index) => migration(`migrations/${index + 1}_m.sql`, sql));
}
