import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { runProcess } from '../../src/services/process.ts';

/** A throw-away Postgres for a test file: on a socket in a temporary directory, run by nobody when we are root. */

export interface ScratchPostgres {
  readonly major: number;
  config(database?: string): ClientConfig;
  /** A fresh database and a connection to it; both end with the server. */
  connect(database: string, options?: { readonly template?: string }): Promise<Client>;
  stop(): Promise<void>;
}

/** One directory with server binaries for each major on this machine, newest first; LOCKSTEP_TEST_PG_BINS adds some. */
export function postgresDirectories(): readonly { readonly major: number; readonly directory: string }[] {
  const listed = [process.env.LOCKSTEP_PG_BIN, ...(process.env.LOCKSTEP_TEST_PG_BINS ?? '').split(delimiter)];
  const debian = '/usr/lib/postgresql';
  const installed = existsSync(debian) ? readdirSync(debian).map((major) => join(debian, major, 'bin')) : [];
  const found = new Map<number, string>();
  for (const directory of [...listed, ...installed]) {
    if (directory === undefined || directory === '' || !existsSync(join(directory, 'initdb'))) continue;
    const major = majorOf(directory);
    if (major !== undefined && !found.has(major)) found.set(major, directory);
  }
  return [...found].map(([major, directory]) => ({ major, directory })).sort((a, b) => b.major - a.major);
}

/** The binaries' own share directory tells their version without running them. */
function majorOf(directory: string): number | undefined {
  const fromPath = directory.match(/postgresql\/(\d+)\//)?.[1];
  if (fromPath !== undefined) return Number(fromPath);
  const catalog = join(directory, '..', 'share', 'postgresql', 'postgres.bki');
  const version = existsSync(catalog) ? readFileSync(catalog, 'utf8').match(/^# PostgreSQL (\d+)/)?.[1] : undefined;
  return version === undefined ? undefined : Number(version);
}

export async function startScratchPostgres(wanted?: number): Promise<ScratchPostgres> {
  const choice = postgresDirectories().find(({ major }) => wanted === undefined || major === wanted);
  if (choice === undefined) throw new Error(`no Postgres ${wanted ?? ''} found: install one, or set LOCKSTEP_PG_BIN`);
  const { major, directory } = choice;
  const root = process.getuid?.() === 0;
  const user = root ? { uid: 65534, gid: 65534 } : {};
  const home = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'lockstep-test-'));
  await chmod(home, 0o700);
  if (root) await chown(home, 65534, 65534);
  const data = join(home, 'data');
  const made = await runProcess(
    join(directory, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'],
    { cwd: home, env: { PATH: process.env.PATH ?? '' }, ...user },
  );
  if (made.exitCode !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const server = spawn(join(directory, 'postgres'), ['-D', data, ...settings(home)], {
    cwd: home,
    stdio: 'ignore',
    ...user,
  });
  // A test run that is killed must not leave a server behind.
  const onExit = (): void => void server.kill('SIGQUIT');
  process.once('exit', onExit);
  await ready(data, server);
  const clients: Client[] = [];
  const config = (database = 'postgres'): ClientConfig => ({ host: home, user: 'postgres', database });
  return {
    major,
    config,
    async connect(database, { template = 'template0' } = {}) {
      const admin = new Client(config());
      await admin.connect();
      await admin.query(
        `create database ${admin.escapeIdentifier(database)} template ${admin.escapeIdentifier(template)}`,
      );
      await admin.end();
      const client = new Client(config(database));
      await client.connect();
      clients.push(client);
      return client;
    },
    async stop() {
      await Promise.all(clients.map((client) => client.end().catch(() => {})));
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
      process.off('exit', onExit);
      await rm(home, { recursive: true, force: true });
    },
  };
}

const settings = (home: string): string[] =>
  [
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'listen_addresses=',
    `unix_socket_directories=${home}`,
    'wal_level=logical',
    'autovacuum=off',
    'shared_buffers=16MB',
  ].flatMap((setting) => ['-c', setting]);

async function ready(data: string, server: ChildProcess): Promise<void> {
  const file = join(data, 'postmaster.pid');
  for (let waited = 0; waited < 20_000; waited += 10) {
    if (server.exitCode !== null) throw new Error(`postgres ended with status ${server.exitCode}`);
    if (existsSync(file) && readFileSync(file, 'utf8').split('\n')[7]?.trim() === 'ready') return;
    await sleep(10);
  }
  throw new Error('postgres did not become ready');
}
