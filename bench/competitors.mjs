// Migration tools from npm that Lockstep is measured against. They are no dependencies: the bench installs them into .cache
// by itself. What npm cannot get is left out, and the row says so.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The one place for versions. pg is the driver that two of them leave to the project. */
const PACKAGES = { dbmate: '2.36.0', 'node-pg-migrate': '9.0.0', 'graphile-migrate': '1.4.1', pg: '8.23.1' };
const FOLDER = fileURLToPath(new URL('../.cache/bench-tools', import.meta.url));

/**
 * Each as its own documentation has it called. `lay` writes the migrations ({ name, sql }) as it wants them into a folder;
 * `history` counts what it has recorded.
 */
export const competitors = [
  {
    name: 'dbmate',
    lay: (directory, migrations) => {
      for (const { name, sql } of migrations)
        writeFileSync(join(directory, name), `-- migrate:up\n${sql}\n-- migrate:down\n`);
    },
    args: (directory) => ['--migrations-dir', directory, '--no-dump-schema', 'migrate'],
    history: 'SELECT count(*) FROM schema_migrations',
  },
  {
    name: 'node-pg-migrate',
    lay: (directory, migrations) => {
      for (const { name, sql } of migrations) writeFileSync(join(directory, name), `-- Up Migration\n${sql}`);
    },
    // Else it commits once for all of them, which is no deploy of a thousand migrations that can stop half-way.
    args: (directory) => ['up', '--migrations-dir', directory, '--no-single-transaction', '--no-verbose'],
    history: 'SELECT count(*) FROM pgmigrations',
  },
  {
    name: 'graphile-migrate',
    lay: layCommitted,
    args: () => ['migrate'],
    history: 'SELECT count(*) FROM graphile_migrate.migrations',
  },
];

/** Installs them once. Returns the names of those that are there. */
export function installCompetitors() {
  const wanted = JSON.stringify(PACKAGES);
  const note = join(FOLDER, 'installed.json');
  if (!existsSync(note) || readFileSync(note, 'utf8') !== wanted) {
    console.error('installing the tools to measure against ...');
    mkdirSync(FOLDER, { recursive: true });
    const packages = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
    const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', FOLDER];
    const { status } = spawnSync('npm', ['install', ...flags, ...packages], { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status === 0) writeFileSync(note, wanted);
  }
  return competitors.map(({ name }) => name).filter((name) => existsSync(binary(name)));
}

/** 'dbmate 2.36.0' */
export function titleOf({ name }) {
  return `${name} ${PACKAGES[name]}`;
}

/** Milliseconds that a tool needs to apply what `lay` has written. */
export function applyByTool({ name, args }, directory, url) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(binary(name), args(directory), {
    cwd: directory,
    env: { ...process.env, DATABASE_URL: url },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const milliseconds = performance.now() - started;
  if (status !== 0)
    throw new Error(`${name} ended with status ${status}: ${`${stdout}\n${stderr}`.trim().slice(-2000)}`);
  return milliseconds;
}

function binary(name) {
  return join(FOLDER, 'node_modules', '.bin', name);
}

/** Committed migrations are a chain: each names the hash of the one before it. */
function layCommitted(directory, migrations) {
  const committed = join(directory, 'migrations', 'committed');
  mkdirSync(committed, { recursive: true });
  writeFileSync(join(directory, '.gmrc'), '{}\n');
  let previous = '';
  migrations.forEach(({ sql }, index) => {
    const hash = `sha1:${createHash('sha1')
      .update(`${`${previous}\n${sql.trim()}`.trim()}\n`)
      .digest('hex')}`;
    const file = join(committed, `${String(index + 1).padStart(6, '0')}.sql`);
    writeFileSync(file, `--! Previous: ${previous || '-'}\n--! Hash: ${hash}\n\n${sql.trim()}\n`);
    previous = hash;
  });
}
