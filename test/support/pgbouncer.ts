import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverUser } from '../../src/rehearsal/server/os-user.ts';
import { freePort } from './free-port.ts';

/** Debian's PgBouncer before a test server. For test/system: `.ci/run` installs it. */

export interface PgBouncerOptions {
  /** The server's: a socket's folder (trusted), or an address. */
  readonly host: string;
  readonly port: number;
  readonly poolMode: 'session' | 'transaction' | 'statement';
  readonly poolSize?: number;
  /** Who may come in, without a password; each is the same one at the server. */
  readonly users?: readonly string[];
  /** More of the section [pgbouncer]. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** How many processes share the port, as with so_reuseport; each has pools of its own. */
  readonly processes?: number;
}

export interface PgBouncer {
  readonly port: number;
  url(database: string, user?: string): string;
  /** What it wrote to its log. */
  log(): string;
  stop(): Promise<void>;
}

const PROGRAM = '/usr/sbin/pgbouncer';
const START_LIMIT_MS = 10_000;

export async function startPgBouncer(options: PgBouncerOptions): Promise<PgBouncer> {
  if (!existsSync(PROGRAM)) throw new Error("Debian's pgbouncer is not installed: .ci/run installs it");
  const { users = ['postgres'], processes = 1 } = options;
  const directory = mkdtempSync(join(tmpdir(), 'lockstep-pgbouncer-'));
  const user = await serverUser();
  const port = await freePort();
  const log = join(directory, 'log');
  writeFileSync(join(directory, 'users'), users.map((name) => `"${name}" ""\n`).join(''));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(directory, user.uid, user.gid);
  const children: ChildProcess[] = [];
  for (let index = 0; index < processes; index += 1) {
    const config = join(directory, `pgbouncer-${index}.ini`);
    writeFileSync(config, configuration(options, port, directory, index));
    children.push(spawn(PROGRAM, ['-q', config], { stdio: 'ignore', ...user }));
  }
  const stop = async (): Promise<void> => {
    const running = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    // At once: SIGINT would wait for clients.
    const ended = running.map((child) => once(child, 'exit'));
    for (const child of running) child.kill('SIGTERM');
    await Promise.all(ended);
    rmSync(directory, { recursive: true, force: true });
  };
  const readLog = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '');
  try {
    await listening(port, children, readLog);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    url: (database, name = users[0] ?? 'postgres') =>
      `postgres://${name}@127.0.0.1:${port}/${database}?sslmode=disable`,
    log: readLog,
    stop,
  };
}

function configuration(options: PgBouncerOptions, port: number, directory: string, index: number): string {
  const { host, port: serverPort, poolMode, poolSize = 20, settings = {}, processes = 1 } = options;
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: join(directory, 'users'),
    logfile: join(directory, 'log'),
    pool_mode: poolMode,
    default_pool_size: poolSize,
    max_client_conn: 500,
    so_reuseport: processes > 1 ? 1 : 0,
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  return [`; ${index}`, '[databases]', `* = host=${host} port=${serverPort}`, '[pgbouncer]', ...lines, ''].join('\n');
}

async function listening(port: number, children: readonly ChildProcess[], log: () => string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const outcome = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    const dead = children.some(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
    if (outcome && !dead) return;
    if (dead || Date.now() > deadline) throw new Error(`PgBouncer did not start: ${log()}`);
    await sleep(50);
  }
}
