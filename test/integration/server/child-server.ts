import { startServer } from '../../../src/rehearsal/server/start.ts';
import type { ServerRequest } from '../../../src/rehearsal/server/types.ts';

/**
 * A process of its own that starts a server and tells about it, for tests of what remains when it dies. Its argument is
 * JSON; it ends when its input does.
 */
const { keep, ...about } = JSON.parse(process.argv[2] ?? '{}') as Partial<ServerRequest> & { readonly keep?: boolean };

startServer({
  major: undefined,
  url: undefined,
  baseKey: 'child',
  cacheDirectory: undefined,
  toolDirectory: '',
  env: Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ),
  signal: new AbortController().signal,
  onNotice: () => {},
  onStep: () => {},
  ...about,
}).then(
  async (server) => {
    if (!server.prepared) await server.createDatabase('base');
    if (keep && !server.prepared) await server.keepPrepared();
    const { version, origin, prepared } = server;
    process.stdout.write(`${JSON.stringify({ version, origin, prepared, directory: server.admin().host })}\n`);
    process.stdin.resume().on('end', () => server.stop());
  },
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
