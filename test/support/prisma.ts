import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { GitRepo } from './git-repo.ts';
import { npmTool, toolsRoot } from './round-trip.ts';

/**
 * Prisma's own command line, with its own schema engine as WebAssembly: the native one is a download that not every machine
 * gets. Its driver is the one for JavaScript, which differs in two ways from the native one: it knows no columns of type
 * name, and cuts scripts at each `;`. Both are put right here.
 */
const config = `
import { createRequire } from 'node:module';
const require = createRequire(process.env.TOOLS_ROOT + '/');
const { PrismaPg } = require('@prisma/adapter-pg');
const pg = require('pg');

// The engine's limit on its wait for the lock would keep the process for ten seconds after all is done.
const { setTimeout } = globalThis;
globalThis.setTimeout = (...args) => (args[1] < 10_000 ? setTimeout(...args) : setTimeout(...args).unref());

class Client extends pg.Client {
  async query(...args) {
    const result = await super.query(...args);
    for (const field of result.fields ?? []) if (field.dataTypeID === 18 || field.dataTypeID === 19) field.dataTypeID = 25;
    return result;
  }
}

async function adapter() {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1, allowExitOnIdle: true });
  pool.Client = Client;
  pool.query = async (...args) => {
    const client = await pool.connect();
    try {
      return await client.query(...args);
    } finally {
      client.release();
    }
  };
  const factory = new PrismaPg(pool, { disposeExternalPool: true });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const connected = await connect();
    connected.executeScript = async (script) => {
      await pool.query(script).catch((error) => connected.onError(error));
    };
    return connected;
  };
  return factory;
}

export default {
  experimental: { adapter: true },
  schema: process.env.PROJECT + '/prisma/schema.prisma',
  migrations: { path: process.env.PROJECT + '/prisma/migrations' },
  engine: 'js',
  adapter,
};
`;

const SCHEMA = 'datasource db {\n  provider = "postgresql"\n  url      = env("DATABASE_URL")\n}\n';

/** What every Prisma project has beside its migrations. */
export const PRISMA_PROJECT = {
  'prisma/schema.prisma': SCHEMA,
  'prisma/migrations/migration_lock.toml': 'provider = "postgresql"\n',
};

/** 'deploy', or 'resolve', '--applied', name. Throws when it fails; returns what it printed. */
export function prismaMigrate(repo: GitRepo, url: string, ...args: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-prisma-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'prisma.config.mjs');
  writeFileSync(file, config);
  // Asked only whether it can connect, and that it can.
  const engine = join(folder, 'engine');
  writeFileSync(engine, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  return npmTool('prisma', ['migrate', ...args, '--config', file], repo, url, {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    PROJECT: repo.dir,
    TOOLS_ROOT: toolsRoot,
    PRISMA_QUERY_ENGINE_LIBRARY: engine,
    PRISMA_SCHEMA_ENGINE_BINARY: engine,
    CHECKPOINT_DISABLE: '1',
  });
}
