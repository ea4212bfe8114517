// Postgres servers of the bench's own: one with the settings that a rehearsal's own server has
// (src/rehearsal/server/server-process.ts), and one as a target is, which keeps what it has committed.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const INITDB = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'];
const IN_A_HURRY = ['--wal-segsize=1', '-N'];
const REHEARSAL = {
  listen_addresses: '',
  max_connections: 100,
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'logical',
  min_wal_size: '2MB',
  autovacuum: 'off',
  jit: 'off',
  dynamic_shared_memory_type: 'mmap',
};
const DEBIAN = '/usr/lib/postgresql';
const READY_LIMIT_MS = 30_000;

/** The directory of the newest server on this machine (LOCKSTEP_PG_BIN names another); undefined: there is none. */
export function serverBinaries() {
  const named = process.env.LOCKSTEP_PG_BIN;
  const majors = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const configured = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' }).stdout?.trim();
  const candidates = [named, ...majors.map((major) => join(DEBIAN, major, 'bin')), configured];
  return candidates.find((directory) => directory && existsSync(join(directory, 'initdb')));
}

export function hasPsql() {
  return spawnSync('psql', ['--version']).status === 0;
}

/**
 * Starts a server. `durable`: on the disk, with Postgres' own settings, reached by TCP as a target is; else by its socket,
 * without durability. `stop` ends it and removes what it has left.
 */
export async function startServer(binaries, { durable = false } = {}) {
  const inMemory = !durable && existsSync('/dev/shm');
  const home = mkdtempSync(join(inMemory ? '/dev/shm' : tmpdir(), 'lockstep-bench-'));
  // Postgres refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  if (user.uid !== undefined) chownSync(home, user.uid, user.gid);
  const data = join(home, 'data');
  const options = { cwd: home, stdio: 'ignore', ...user };
  execFileSync(join(binaries, 'initdb'), ['-D', data, ...INITDB, ...(durable ? [] : IN_A_HURRY)], options);
  const port = await freePort();
  const settings = {
    // What was measured before is left there (psql.mjs): nobody is to tidy it up while the next one is measured.
    ...(durable ? { listen_addresses: '127.0.0.1', autovacuum: 'off' } : REHEARSAL),
    port,
    unix_socket_directories: home,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(join(binaries, 'postgres'), ['-D', data, ...flags], options);
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill('SIGINT');
      await once(server, 'exit');
    }
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await ready(server, join(data, 'postmaster.pid'));
  } catch (error) {
    await stop();
    throw error;
  }
  const url = (database) => `postgres://postgres@127.0.0.1:${port}/${database}?sslmode=disable`;
  return { host: durable ? '127.0.0.1' : home, port, url, stop };
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

async function ready(server, pidFile) {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (server.exitCode === null && Date.now() < deadline) {
    // The eighth line is what pg_ctl waits for, too.
    if (existsSync(pidFile) && readFileSync(pidFile, 'utf8').split('\n')[7]?.trim() === 'ready') return;
    await sleep(5);
  }
  throw new Error('the server did not start');
}
