import { createInterface } from 'node:readline';
import type { TestRun } from '../report/model.ts';
import { killGroup } from '../services/process.ts';
import { Reaper } from '../services/reaper.ts';

/** The project's own tests, against a database at the new schema. */

export interface TestRequest {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly database: DatabaseAddress;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** A line of what it prints, as it comes. */
  readonly onLine: (line: string) => void;
}

export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly name: string;
}

const TAIL_BYTES = 8_192;
const GRACE_MS = 3_000;
const PIPE_GRACE_MS = 500;

/**
 * Runs the command as the team would type it: by `sh -c`, since it comes from lockstep.yml at base or from the person who
 * runs Lockstep, never from a pull request. It is a process group of its own, ended whatever becomes of us. Its output is streamed; its exit status counts.
 */
export async function runProjectTests(request: TestRequest): Promise<TestRun> {
  const started = performance.now();
  const reaper = await Reaper.start([]);
  const child = await reaper.spawn('/bin/sh', ['-c', request.command], {
    cwd: request.cwd,
    env: { ...request.env, ...databaseEnvironment(request.database) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let tail = Buffer.alloc(0);
  const collect = (chunk: Buffer): void => {
    tail = Buffer.concat([tail, chunk]).subarray(-TAIL_BYTES);
  };
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    stream.on('data', collect);
    createInterface({ input: stream }).on('line', request.onLine);
  }

  let timedOut = false;
  const stop = (): void => {
    killGroup(child, 'SIGTERM');
    setTimeout(() => killGroup(child, 'SIGKILL'), GRACE_MS).unref();
  };
  const timer = setTimeout(() => {
    timedOut = true;
    stop();
  }, request.timeoutMs);
  const abort = (): void => killGroup(child, 'SIGKILL');
  request.signal.addEventListener('abort', abort, { once: true });
  try {
    const exitCode = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code));
      // A grandchild left in the background may hold the pipes for ever: it is not waited for, and ended below.
      child.once('exit', (code) => setTimeout(() => resolve(code), PIPE_GRACE_MS).unref());
    });
    request.signal.throwIfAborted();
    return {
      phase: 'after',
      command: request.command,
      exitCode,
      durationMs: Math.round(performance.now() - started),
      ...(timedOut ? { timedOut } : {}),
      ...(exitCode === 0 ? {} : { tail: tail.toString('utf8') }),
    };
  } finally {
    clearTimeout(timer);
    request.signal.removeEventListener('abort', abort);
    killGroup(child, 'SIGKILL');
    await reaper.close();
  }
}

/** DATABASE_URL for most drivers, PG* for libpq and what follows it. */
export function databaseEnvironment({ host, port, user, password, name }: DatabaseAddress): Record<string, string> {
  const url = new URL(`postgresql://localhost/${encodeURIComponent(name)}`);
  url.hostname = host;
  url.port = String(port);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  return {
    DATABASE_URL: url.href,
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: name,
  };
}
