import { type ChildProcess, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, chownSync, closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { findBinaries } from '../../../src/rehearsal/server/binaries.ts';
import { initdb } from '../../../src/rehearsal/server/initdb.ts';
import { serverEnvironment, serverUser } from '../../../src/rehearsal/server/os-user.ts';
import { Run } from '../../../src/rehearsal/server/run.ts';
import { serverRequest } from '../postgres.ts';

/**
 * A Postgres that may crash: its process is ours to stop at any moment, and what it has committed must be there when it
 * comes back (fsync is off all the same: the machine itself does not crash here).
 */
export class FaultServer {
  readonly major: number;
  readonly port: number;
  readonly #run: Run;
  readonly #binaries: string;
  readonly #data: string;
  readonly #settings: Readonly<Record<string, string | number>>;
  #process: ChildProcess | undefined;
  #restarting: Promise<void> | undefined;

  private constructor(about: {
    major: number;
    port: number;
    run: Run;
    binaries: string;
    data: string;
    settings: Settings;
  }) {
    this.major = about.major;
    this.port = about.port;
    this.#run = about.run;
    this.#binaries = about.binaries;
    this.#data = about.data;
    this.#settings = about.settings;
  }

  /** `data`: a folder of a file system of the caller's (which is its server's user's then). */
  static async start(major: number, { settings = {}, disk }: FaultServerOptions = {}): Promise<FaultServer> {
    const user = await serverUser();
    const found = await findBinaries({ request: serverRequest({ major }), user });
    const run = await Run.open(user);
    try {
      if (disk !== undefined && user.uid !== undefined && user.gid !== undefined) chownSync(disk, user.uid, user.gid);
      const data = join(disk ?? run.directory, 'data');
      await initdb(found, run, data, new AbortController().signal);
      appendFileSync(join(data, 'pg_hba.conf'), 'host all all 0.0.0.0/0 scram-sha-256\n');
      const server = new FaultServer({ major, port: await freePort(), run, binaries: found.directory, data, settings });
      await server.#launch();
      await server.#prepare();
      return server;
    } catch (error) {
      await run.close();
      throw error;
    }
  }

  /** As the superuser, by its socket. */
  config(database = 'postgres'): ClientConfig {
    return { host: this.#run.directory, port: this.port, user: 'lockstep_superuser', database, ssl: false };
  }

  /** How a deploy comes in: as an ordinary role, with a password, through `port` (a proxy's) or straight. */
  url(database: string, port = this.port, host = '127.0.0.1'): string {
    return `postgres://deployer:${PASSWORD}@${host}:${port}/${database}?sslmode=disable`;
  }

  async connect(database?: string): Promise<Client> {
    const client = new Client(this.config(database));
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  /** One query on a connection of its own. */
  async query<T = Record<string, unknown>>(sql: string, database?: string): Promise<readonly T[]> {
    const client = await this.connect(database);
    try {
      const results = (await client.query(sql)) as unknown as { rows: T[] } | { rows: T[] }[];
      return (Array.isArray(results) ? results.at(-1)?.rows : results.rows) ?? [];
    } finally {
      await client.end();
    }
  }

  /** A database of the deploying role's, empty but for what `prepare` makes in it. */
  async createDatabase(name: string, prepare = ''): Promise<void> {
    await this.query(`CREATE DATABASE ${name} TEMPLATE template0 OWNER deployer`);
    await this.query(`GRANT ALL ON SCHEMA public TO deployer, app_owner; ${prepare}`, name);
  }

  async dropDatabase(name: string): Promise<void> {
    await this.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }

  /** `stop -m immediate`, and up again after a moment. Crashes of one time are one crash. */
  crash(downMs = 300): Promise<void> {
    this.#restarting ??= this.#crash(downMs).finally(() => {
      this.#restarting = undefined;
    });
    return this.#restarting;
  }

  /** Until a crash that is under way is over. */
  async settled(): Promise<void> {
    await this.#restarting;
  }

  async #crash(downMs: number): Promise<void> {
    await this.#end('SIGQUIT');
    await sleep(downMs);
    await this.#launch();
  }

  /** Up again, if it has ended by itself. */
  async revive(): Promise<void> {
    if (this.#process?.exitCode !== null) await this.#launch();
  }

  async stop(): Promise<void> {
    await this.#restarting?.catch(() => {});
    await this.#end('SIGINT');
    await this.#run.close();
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  async #launch(): Promise<void> {
    const log = openSync(join(this.#run.directory, 'server.log'), 'a');
    const settings = { ...SETTINGS, ...this.#settings, unix_socket_directories: this.#run.directory, port: this.port };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = await this.#run.reaper.spawn(join(this.#binaries, 'postgres'), ['-D', this.#data, ...flags], {
      cwd: this.#run.directory,
      env: serverEnvironment(this.#binaries),
      stdio: ['pipe', log, log],
      ...this.#run.user,
    });
    closeSync(log);
    this.#process = child;
    for (const deadline = Date.now() + 60_000; ; await sleep(20)) {
      const lines = readOrNothing(join(this.#data, 'postmaster.pid')).split('\n');
      if (lines[0] === `${child.pid}` && lines[7]?.trim() === 'ready') return;
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`Postgres did not start:\n${this.log()}`);
    }
  }

  log(): string {
    return readOrNothing(join(this.#run.directory, 'server.log')).split('\n').slice(-40).join('\n');
  }

  async #prepare(): Promise<void> {
    await this.query(`CREATE ROLE app_owner NOLOGIN;
      CREATE ROLE deployer LOGIN PASSWORD '${PASSWORD}' IN ROLE app_owner, pg_read_all_stats`);
  }
}

type Settings = Readonly<Record<string, string | number>>;

interface FaultServerOptions {
  readonly settings?: Settings;
  /** A folder on a small disk, for its data. */
  readonly disk?: string;
}

const PASSWORD = randomUUID();

const SETTINGS: Settings = {
  listen_addresses: '*',
  max_connections: 120,
  fsync: 'off',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  autovacuum: 'off',
  jit: 'off',
  password_encryption: 'scram-sha-256',
  dynamic_shared_memory_type: 'mmap',
  shared_buffers: '64MB',
  restart_after_crash: 'on',
  timezone: 'UTC',
};

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** A small file system in memory; undefined where mounting is not allowed. The caller unmounts it. */
export function smallDisk(at: string, megabytes: number): { readonly unmount: () => void } | undefined {
  mkdirSync(at, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'lockstep-faults', at], {
      stdio: 'ignore',
    });
  } catch {
    return undefined;
  }
  return { unmount: () => void execFileSync('umount', ['-l', at]) };
}
