import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GitRepo } from './git-repo.ts';

/**
 * In place of a tool that cannot be had from npm: its table as its own sources make it, and for each migration the row that the
 * tool writes, word for word. What those are stands in the tests, with checksums that another program has worked out.
 */
export interface StandIn {
  /** Makes the table; runs where there is none. */
  readonly create: string;
  /** As `to_regclass` has it. */
  readonly table: string;
  readonly migrations: readonly StandInMigration[];
}

interface StandInMigration {
  /** Its path in the repository: one that is not there is not run. */
  readonly path: string;
  readonly up: string;
  readonly noTransaction?: true;
  /** What finds its row. */
  readonly where: string;
  /** What writes its row. */
  readonly record: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** It waits for the end, as the real tools do in the round trips. */
const PROGRAM = `
import { existsSync } from 'node:fs';
import pg from 'pg';
const [dir, given] = process.argv.slice(1);
const { create, table, migrations } = JSON.parse(given);
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
const { rows } = await client.query('SELECT to_regclass($1) AS there', [table]);
if (rows[0].there === null) await client.query(create);
for (const { path, up, where, record, noTransaction } of migrations) {
  if (!existsSync(dir + '/' + path)) continue;
  const found = await client.query('SELECT FROM ' + table + ' WHERE ' + where);
  if (found.rowCount > 0) continue;
  if (!noTransaction) await client.query('BEGIN');
  await client.query(up);
  await client.query(record);
  if (!noTransaction) await client.query('COMMIT');
}
await client.end();
`;

/** Applies what is pending, as the tool would. Throws when that fails. */
export function standIn(tool: StandIn, repo: GitRepo, url: string): string {
  const args = ['--input-type=module', '--eval', PROGRAM, repo.dir, JSON.stringify(tool)];
  const env = { ...repo.env, DATABASE_URL: url };
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) throw new Error(`the stand-in ended with status ${status}: ${stderr.trim()}`);
  return stderr;
}
