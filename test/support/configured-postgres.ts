import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type ServerUser, serverEnvironment, serverUser } from '../../src/rehearsal/server/os-user.ts';
import { freePort } from './free-port.ts';
import { type TestServer, testServer } from './postgres.ts';

/** A Postgres with settings, access rules and files of the test's own, which can be stopped and started again. */

export interface ConfiguredPostgres {
  readonly port: number;
  /** Of the socket, which lets everybody in; the data is in `data` below it. */
  readonly directory: string;
  /** A superuser's query, by the socket. */
  query(sql: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  stopServer(mode: 'smart' | 'fast' | 'immediate'): Promise<void>;
  startServer(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

interface Configuration {
  readonly major?: number;
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Lines of pg_hba.conf for TCP. */
  readonly access?: readonly string[];
  /** Into the data directory, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

const run = promisify(execFile);

export async function startConfiguredPostgres(configuration: Configuration = {}): Promise<ConfiguredPostgres> {
  const { major, settings = {}, access = [], files = {} } = configuration;
  const lender = await testServer(major === undefined ? {} : { major });
  const bin = await binariesOf(lender);
  const user = await serverUser();
  const directory = mkdtempSync(join(tmpdir(), 'lockstep-postgres-'));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid);
  const data = join(directory, 'data');
  const port = await freePort();
  const pg = (program: string, ...args: string[]): Promise<unknown> =>
    run(join(bin, program), args, { cwd: directory, env: serverEnvironment(bin), ...user });
  const startServer = async (): Promise<void> => {
    await pg('pg_ctl', '-D', data, '-l', join(directory, 'log'), '-w', 'start');
  };
  const stopServer = async (mode: 'smart' | 'fast' | 'immediate'): Promise<void> => {
    await pg('pg_ctl', '-D', data, '-m', mode, '-w', 'stop');
  };
  const stop = async (): Promise<void> => {
    await stopServer('immediate').catch(() => {});
    rmSync(directory, { recursive: true, force: true });
    await lender.stop();
  };
  try {
    await pg('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N');
    const all = { listen_addresses: '127.0.0.1', port, unix_socket_directories: directory, fsync: 'off', ...settings };
    put(user, data, 'postgresql.conf', lines(Object.entries(all).map(([name, value]) => `${name} = '${value}'`)));
    put(user, data, 'pg_hba.conf', lines(['local all all trust', ...access]));
    for (const [name, text] of Object.entries(files)) put(user, data, name, text);
    await startServer();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    directory,
    async query(sql, database = 'postgres') {
      const client = new Client({ host: directory, port, user: 'postgres', database });
      await client.connect();
      try {
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    },
    stopServer,
    startServer,
    stop,
  };
}

/** Where the programs of a running server are. */
async function binariesOf({ connect }: TestServer): Promise<string> {
  const { rows } = await (await connect()).query("SELECT setting FROM pg_config WHERE name = 'BINDIR'");
  const [row] = rows;
  if (!readdirSync(row.setting).includes('pg_ctl')) throw new Error(`there is no pg_ctl in ${row.setting}`);
  return row.setting;
}

/** Like the folder it is in: the server's user's, and nobody else's, which it demands of keys. */
function put({ uid, gid }: ServerUser, data: string, name: string, text: string): void {
  const path = join(data, name);
  writeFileSync(path, text);
  chmodSync(path, 0o600);
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
