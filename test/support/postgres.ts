import { randomUUID } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, type ClientConfig } from 'pg';
import { startServer } from '../../src/rehearsal/server/start.ts';
import type { RehearsalServer, ServerRequest } from '../../src/rehearsal/server/types.ts';

/** Real Postgres servers for tests, through the rehearsal's own door: any major, no server needed beforehand. */

const cache = cacheDirectory();

/**
 * In the repository; where others may not enter that, and we are root, who has to start Postgres as `nobody`, in a folder
 * that they may.
 */
function cacheDirectory(): string {
  const own = fileURLToPath(new URL('../../.cache/', import.meta.url));
  if (process.getuid?.() !== 0 || isOpen(fileURLToPath(new URL('../../', import.meta.url)))) return own;
  const shared = join(tmpdir(), 'lockstep-test-cache/');
  mkdirSync(shared, { recursive: true, mode: 0o755 });
  return shared;
}

function isOpen(directory: string): boolean {
  const parent = dirname(directory);
  return (statSync(directory).mode & 0o001) !== 0 && (parent === directory || isOpen(parent));
}

/** Where downloaded Postgres binaries are kept between test runs. */
export const testTools = `${cache}tools`;

/** What tests run on when they name no major. */
const TEST_MAJOR = 18;

export interface TestServer {
  readonly server: RehearsalServer;
  /** What the server's start told the reader. */
  readonly notices: readonly string[];
  /** Connects, as the superuser unless `as` says otherwise. Ends with the server. */
  connect(database?: string, as?: Pick<ClientConfig, 'user' | 'password' | 'host' | 'port'>): Promise<Client>;
  stop(): Promise<void>;
}

/** A request with everything that a test does not care about. */
export function serverRequest(about: Partial<ServerRequest> = {}): ServerRequest {
  return {
    major: TEST_MAJOR,
    url: undefined,
    baseKey: randomUUID(),
    cacheDirectory: undefined,
    toolDirectory: testTools,
    env: definedEnvironment(),
    signal: new AbortController().signal,
    onNotice: () => {},
    onStep: () => {},
    ...about,
  };
}

/** Starts a server; the test stops it. An empty cluster is kept in .cache, so that only the first start takes long. */
export async function testServer(about: Partial<ServerRequest> = {}): Promise<TestServer> {
  const notices: string[] = [];
  const request = serverRequest({
    cacheDirectory: `${cache}clusters`,
    onNotice: (text) => notices.push(text),
    ...about,
  });
  const server = await startServer(request);
  const clients: Client[] = [];
  return {
    server,
    notices,
    async connect(database, as = {}) {
      const client = new Client({ ...server.admin(database), ...as });
      client.on('error', () => {});
      try {
        await client.connect();
      } catch (error) {
        // A client that gives up while it authenticates keeps its connection.
        await client.end().catch(() => {});
        throw error;
      }
      clients.push(client);
      return client;
    },
    async stop() {
      await Promise.all(clients.map((client) => client.end().catch(() => {})));
      await server.stop();
    },
  };
}

/** Runs a test with a server, which is stopped whatever happens. */
export async function withServer<T>(
  test: (started: TestServer) => Promise<T>,
  about: Partial<ServerRequest> = {},
): Promise<T> {
  const started = await testServer(about);
  try {
    return await test(started);
  } finally {
    await started.stop();
  }
}

/** This process' environment without what would choose a server for us. */
export function definedEnvironment(): Record<string, string> {
  const { LOCKSTEP_PG_BIN: _, ...environment } = process.env;
  return Object.fromEntries(
    Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
