import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { LOCK_KEY } from '../../../src/deploy/lock/key.ts';
import { compare, isSame } from '../../../src/postgres/catalog/compare.ts';
import { type Catalog, snapshot } from '../../../src/postgres/catalog/snapshot.ts';
import type { FaultServer } from './server.ts';

/** What a database holds after a deploy, and how two of them differ. */

export interface DatabaseState {
  readonly catalog: Catalog;
  /** Rows of each table, in order. */
  readonly data: Readonly<Record<string, string>>;
  /** lockstep.migrations without times, durations and run ids. */
  readonly history: readonly Readonly<Record<string, unknown>>[];
  /** Results of lockstep.runs, in order. */
  readonly runs: readonly { readonly command: string; readonly result: string; readonly finished: boolean }[];
  /** What should not be there whatever happened. */
  readonly leftovers: readonly string[];
}

export async function readState(server: FaultServer, database: string): Promise<DatabaseState> {
  const client = await server.connect(database);
  try {
    const catalog = await snapshot(client, { ignoreSchemas: ['lockstep'], ignoreRoles: 'all' });
    const rows = async <T>(sql: string): Promise<T[]> => (await client.query(sql)).rows as T[];
    const history = await rows<Record<string, unknown>>(
      `SELECT id, name, path, checksum, meaning, how, phase, statements, commit, pull_request, author, actor, run_url,
        tool_version FROM lockstep.migrations ORDER BY id`,
    );
    const runs = await rows<DatabaseState['runs'][number]>(
      'SELECT command, result, finished_at IS NOT NULL AS finished FROM lockstep.runs ORDER BY id',
    );
    return { catalog, data: await readData(client), history, runs, leftovers: await readLeftovers(client) };
  } finally {
    await client.end();
  }
}

async function readData(client: Client): Promise<Record<string, string>> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE relkind = 'r'
      AND relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
  const data: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t ORDER BY 1`);
    data[name] = rows.map(({ row }) => row).join('\n');
  }
  return data;
}

async function readLeftovers(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ what: string }>(`
    SELECT 'invalid index ' || indexrelid::regclass AS what FROM pg_index WHERE NOT (indisvalid AND indisready AND indislive)
    UNION ALL SELECT 'open step ' || migration || ' ' || statement FROM lockstep.steps WHERE state <> 'done'
    UNION ALL SELECT 'run still running: ' || id FROM lockstep.runs WHERE result = 'running' OR finished_at IS NULL
    UNION ALL SELECT 'prepared transaction ' || gid FROM pg_prepared_xacts WHERE database = current_database()
    UNION ALL SELECT 'partition half detached' FROM pg_inherits WHERE inhdetachpending`);
  return rows.map(({ what }) => what);
}

/** Sentences; empty: the same. Migrations in `resolved` may be recorded as such. */
export function differences(wanted: DatabaseState, found: DatabaseState, resolved: readonly string[]): string[] {
  const difference = compare(wanted.catalog, found.catalog);
  const told = found.leftovers.map((what) => `left behind: ${what}`);
  if (!isSame(difference)) {
    const { added, dropped, changed, renamed } = difference;
    const names = [...added, ...dropped].map(({ kind, name }) => `${kind} ${name}`);
    const others = changed.map(({ after, facts }) => `${after.kind} ${after.name} (${facts.map(({ fact }) => fact)})`);
    told.push(`the schema differs: ${[...names, ...others, ...renamed.map(({ after }) => after.name)].join(', ')}`);
  }
  for (const table of new Set([...Object.keys(wanted.data), ...Object.keys(found.data)])) {
    if (wanted.data[table] === found.data[table]) continue;
    told.push(`rows of ${table} differ:\n${lineDifference(wanted.data[table] ?? '', found.data[table] ?? '')}`);
  }
  const history = (state: DatabaseState): string[] =>
    state.history.map((row) =>
      JSON.stringify(resolved.includes(String(row.name)) && row.how === 'resolved' ? { ...row, how: 'applied' } : row),
    );
  const [before, after] = [history(wanted).join('\n'), history(found).join('\n')];
  if (before !== after) told.push(`the history differs:\n${lineDifference(before, after)}`);
  return told;
}

function lineDifference(wanted: string, found: string): string {
  const [a, b] = [wanted.split('\n'), found.split('\n')];
  const missing = without(a, b).map((line) => `- ${line}`);
  const extra = without(b, a).map((line) => `+ ${line}`);
  return [...missing, ...extra].slice(0, 12).join('\n');
}

/** As bags: a line that stands twice must be there twice. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Who still holds the lock or stands about idle, given `limitMs` to go away. */
export async function lingering(server: FaultServer, database: string, limitMs: number): Promise<string[]> {
  const key = BigInt.asUintN(64, LOCK_KEY);
  const admin = await server.connect();
  try {
    for (const deadline = Date.now() + limitMs; ; await sleep(100)) {
      const { rows } = await admin.query<{ what: string }>(`
        SELECT 'the lock, by pid ' || l.pid AS what FROM pg_locks l JOIN pg_database d ON d.oid = l.database
          WHERE d.datname = '${database}' AND locktype = 'advisory' AND classid = ${key >> 32n} AND objid = ${key & 0xffffffffn}
        UNION ALL SELECT application_name || ' pid ' || pid || ' ' || coalesce(state, '') || ' ' || left(query, 80) FROM pg_stat_activity
          WHERE datname = '${database}' AND application_name LIKE 'lockstep%'`);
      if (rows.length === 0 || Date.now() > deadline) return rows.map(({ what }) => what);
    }
  } finally {
    await admin.end();
  }
}
