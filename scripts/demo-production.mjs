// The demo's stand-in for production: a Postgres of its own, brought up as a rehearsal's server is, and reached over TCP
// as any other server. Imported only when everything is installed: it needs packages.
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';
import { parse } from 'yaml';

const DATABASE = 'shop';
const ROLE = 'shop_deploy';

/**
 * Starts it, of the major that the project's lockstep.yml (`settingsFile`) names. `cacheDirectory`: where the checks have
 * kept an empty cluster. `url` is that of the role that deploys, which owns the database and is no superuser; `query`
 * resolves to the first row's values. Nothing is left when it rejects, or when this process dies before `stop`.
 */
export async function startProduction({ root, settingsFile, cacheDirectory, signal }) {
  const { startServer, defaultToolDirectory } = await sources(root);
  const server = await startServer({
    major: parse(readFileSync(settingsFile, 'utf8')).postgres_version,
    url: undefined,
    baseKey: randomUUID(),
    cacheDirectory,
    toolDirectory: defaultToolDirectory(process.env),
    env: process.env,
    signal,
    onNotice: console.log,
    onStep: console.log,
  });
  try {
    const password = randomBytes(16).toString('hex');
    await query(server.admin(), `CREATE ROLE ${ROLE} LOGIN PASSWORD '${password}' IN ROLE pg_read_all_stats`);
    await server.createDatabase(DATABASE, { owner: ROLE });
    const { host, port } = server.address();
    return {
      version: `Postgres ${server.version}`,
      url: `postgres://${ROLE}:${password}@${host}:${port}/${DATABASE}`,
      query: (sql) => query(server.admin(DATABASE), sql),
      stop: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function query(config, sql) {
  const client = new pg.Client(config);
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return rows[0] ?? [];
  } finally {
    await client.end();
  }
}

/** What it needs of the sources, which are TypeScript: bundled first, Node 20 runs no types. */
async function sources(root) {
  const contents = `export { startServer } from './src/rehearsal/server/start.ts';
export { defaultToolDirectory } from './src/settings/directories.ts';`;
  // Inside node_modules, because the bundle leaves packages outside and they are looked up from where it lies.
  const outfile = join(root, 'node_modules', '.cache', 'lockstep', `demo-${process.pid}.mjs`);
  const stdin = { contents, resolveDir: root, loader: 'ts' };
  try {
    await build({ stdin, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(outfile, { force: true });
  }
}
