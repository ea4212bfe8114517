import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockstepError } from '../../errors.ts';
import { killGroup } from '../../services/process.ts';
import type { Binaries } from './binaries.ts';
import { serverEnvironment } from './os-user.ts';
import type { Run } from './run.ts';
import { LOG_LINE_PREFIX } from './statement-log.ts';

/** One running Postgres on a data directory. */

const READY_LIMIT_MS = 60_000;
const POLL_MS = 5;
const PORT_RETRIES = 10;
/** How long a server may take to end cleanly when nobody needs its data any more, and to end at all. */
const STOP_LIMIT_MS = 2_000;

interface StartOptions {
  readonly binaries: Binaries;
  readonly run: Run;
  readonly data: string;
  readonly signal: AbortSignal;
  /** TCP ports to try before free random ones. */
  readonly preferred?: readonly number[];
}

export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** Resolves when the server answers. Throws LockstepError `postgres-start-failed` with the end of its log. */
  static async start(options: StartOptions): Promise<ServerProcess> {
    const { run, data, signal, preferred = [] } = options;
    // What the history's ALTER SYSTEM asks for at the next start (a library that is not here) must not prevent it.
    await truncate(join(data, 'postgresql.auto.conf'), 0);
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      const port = preferred[attempt] ?? (await freePort());
      const server = new ServerProcess(await spawnServer(options, port), port);
      if (await server.#becomesReady(data, signal)) {
        server.#child.unref();
        return server;
      }
      const log = await readFile(join(run.directory, SERVER_LOG), 'utf8').catch(() => '');
      if (attempt < PORT_RETRIES && log.slice(log.lastIndexOf(STARTING)).includes('could not bind')) continue;
      throw startFailure(log);
    }
  }

  /** Ends the server: cleanly, so that its data can be copied, if it manages to do so in time. Safe to call twice. */
  async stop(cleanLimitMs = STOP_LIMIT_MS): Promise<void> {
    this.#child.ref();
    for (const [signal, limitMs] of [
      ['SIGINT', cleanLimitMs],
      ['SIGQUIT', STOP_LIMIT_MS],
    ] as const) {
      if (this.#hasExited()) return;
      this.#child.kill(signal);
      await this.#exit(limitMs);
    }
    if (this.#hasExited()) return;
    killGroup(this.#child, 'SIGKILL');
    await this.#exit(STOP_LIMIT_MS);
  }

  #hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits for the exit, not longer than the limit. */
  async #exit(limitMs: number): Promise<void> {
    if (this.#hasExited()) return;
    const waiting = new AbortController();
    await Promise.race([
      once(this.#child, 'exit', { signal: waiting.signal }).catch(() => {}),
      sleep(limitMs, undefined, { signal: waiting.signal }).catch(() => {}),
    ]);
    waiting.abort();
  }

  /** false: it ended instead. The eighth line of postmaster.pid is what pg_ctl waits for, too. */
  async #becomesReady(data: string, signal: AbortSignal): Promise<boolean> {
    const deadline = Date.now() + READY_LIMIT_MS;
    while (!this.#hasExited()) {
      if (signal.aborted || Date.now() > deadline) {
        await this.stop();
        signal.throwIfAborted();
        return false;
      }
      const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
      if (lines[0] === `${this.#child.pid}` && lines[7]?.trim() === 'ready') return true;
      await this.#exit(POLL_MS);
    }
    return false;
  }
}

/** In the run's directory: what every server of it has written. */
export const SERVER_LOG = 'server.log';
/** Its first line of every start. */
const STARTING = 'starting PostgreSQL';

async function spawnServer({ binaries, run, data }: StartOptions, port: number): Promise<ChildProcess> {
  const log = openSync(join(run.directory, SERVER_LOG), 'a', 0o600);
  try {
    const settings = Object.entries(serverSettings(run.directory, port)).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ]);
    return await run.reaper.spawn(join(binaries.directory, 'postgres'), ['-D', data, ...settings], {
      cwd: run.directory,
      env: serverEnvironment(binaries.directory),
      stdio: ['pipe', log, log],
      ...run.user,
    });
  } finally {
    closeSync(log);
  }
}

/**
 * No durability: what is lost in a crash is made again. wal_level logical (measured: as fast here as minimal), so that
 * replication slots and publications work as they do in production. Shared memory in files of the data directory: a
 * killed server leaves none in /dev/shm, and a container's small one is enough. A client that stops in the middle of its
 * authentication (a driver without a password) holds up CREATE and DROP DATABASE: not for a minute, as is the default.
 * The data may lie in memory: what a script cannot need is not written there (all that it warns of into the log, WAL for
 * a recovery that never comes), and one that sorts without end gets an error.
 */
function serverSettings(socketDirectory: string, port: number): Readonly<Record<string, string | number>> {
  return {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: socketDirectory,
    max_connections: 100,
    authentication_timeout: '5s',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    wal_level: 'logical',
    min_wal_size: '2MB',
    max_wal_size: '256MB',
    temp_file_limit: '2GB',
    log_min_messages: 'log',
    log_line_prefix: LOG_LINE_PREFIX,
    autovacuum: 'off',
    jit: 'off',
    password_encryption: 'scram-sha-256',
    dynamic_shared_memory_type: 'mmap',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

function startFailure(log: string): LockstepError {
  const end = log.trim().split('\n').slice(-8).join('\n');
  return new LockstepError(
    'postgres-start-failed',
    `the rehearsal's Postgres did not start:\n${end || '(its log is empty)'}`,
    {
      hint: 'Another build of Postgres can be named by LOCKSTEP_PG_BIN, another server by rehearsal_url.',
    },
  );
}
