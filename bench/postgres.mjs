// The floor of the replay: the same files fed to psql, on a server with the settings that a rehearsal's own server has
// (src/rehearsal/server/server-process.ts).
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const INITDB = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--wal-segsize=1', '-N'];
/** There is no TCP: the port is part of the socket's name, nothing else. */
const PORT = 5432;
const SETTINGS = {
  listen_addresses: '',
  port: PORT,
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

/** Starts a server; `stop` ends it and removes what it has left. */
export async function startServer(binaries) {
  const home = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'lockstep-bench-'));
  // Postgres refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  if (user.uid !== undefined) chownSync(home, user.uid, user.gid);
  const data = join(home, 'data');
  const options = { cwd: home, stdio: 'ignore', ...user };
  execFileSync(join(binaries, 'initdb'), ['-D', data, ...INITDB], options);
  const settings = { ...SETTINGS, unix_socket_directories: home };
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
  return { home, stop };
}

/** Milliseconds that psql needs to run the files, each in its transaction, in one connection to an empty database. */
export function replayByPsql({ home }, files, name) {
  const psql = (...args) =>
    execFileSync(
      'psql',
      ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', home, '-p', `${PORT}`, '-U', 'postgres', ...args],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
  const scripts = join(tmpdir(), `lockstep-bench-${process.pid}-${name}`);
  mkdirSync(scripts);
  try {
    const script = join(scripts, 'all.sql');
    writeFileSync(script, files.map(inItsTransaction).join('\n'));
    psql('-d', 'postgres', '-c', `CREATE DATABASE ${name}`);
    const started = performance.now();
    psql('-d', name, '-f', script);
    const milliseconds = performance.now() - started;
    psql('-d', 'postgres', '-c', `DROP DATABASE ${name}`);
    return milliseconds;
  } finally {
    rmSync(scripts, { recursive: true, force: true });
  }
}

function inItsTransaction(file) {
  const include = `\\i '${file.replaceAll("'", "''")}'`;
  return /CONCURRENTLY/.test(readFileSync(file, 'utf8')) ? include : `BEGIN;\n${include}\nCOMMIT;`;
}

async function ready(server, pidFile) {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (server.exitCode === null && Date.now() < deadline) {
    // The eighth line is what pg_ctl waits for, too.
    if (existsSync(pidFile) && readFileSync(pidFile, 'utf8').split('\n')[7]?.trim() === 'ready') return;
    await sleep(5);
  }
  throw new Error('the server for psql did not start');
}
