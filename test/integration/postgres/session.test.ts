import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { Session } from '../../../src/postgres/session.ts';
import { type ScratchPostgres, startScratchPostgres } from '../../support/scratch-postgres.ts';
import { readSources } from '../../support/sources.ts';

let server: ScratchPostgres;
beforeAll(async () => {
  server = await startScratchPostgres();
});
afterAll(() => server?.stop());
afterEach(() => vi.unstubAllEnvs());

const STATE = `SELECT current_user::text AS user, current_database()::text AS database,
  current_setting('application_name') AS name, current_setting('search_path') AS path,
  current_setting('client_encoding') AS encoding, current_setting('statement_timeout') AS timeout`;

async function stateOf(): Promise<unknown> {
  const session = await Session.open(server.config('postgres'));
  try {
    return (await session.client.query(STATE)).rows[0];
  } finally {
    await session.close();
  }
}

it.each([
  ['PGHOST', 'elsewhere.invalid'],
  ['PGPORT', '1'],
  ['PGUSER', 'somebody'],
  ['PGDATABASE', 'somebodys'],
  ['PGPASSWORD', 'secret'],
  ['PGOPTIONS', '-c search_path=pg_temp -c statement_timeout=1 -c role=pg_read_all_data'],
  ['PGAPPNAME', 'theirs'],
  ['PGSSLMODE', 'require'],
  ['PGSSLNEGOTIATION', 'direct'],
  ['PGREPLICATION', 'database'],
  ['PGCLIENT_ENCODING', 'LATIN1'],
  ['PGCONNECT_TIMEOUT', '0.001'],
  ['PGBINARY', 'true'],
])('%s of the caller has no effect', async (name, value) => {
  const plain = {
    user: 'postgres',
    database: 'postgres',
    name: 'lockstep',
    path: '"$user", public',
    encoding: 'UTF8',
    timeout: '0',
  };
  vi.stubEnv(name, value);
  expect(await stateOf()).toEqual(plain);
});

it('a password that is not told is not looked for in ~/.pgpass or PGPASSFILE', async () => {
  vi.stubEnv('PGPASSWORD', 'secret');
  const admin = await Session.open(server.config('postgres'));
  await admin.run("CREATE ROLE caller LOGIN PASSWORD 'secret'");
  const [row] = (await admin.client.query("SELECT current_setting('port')::int AS port")).rows;
  await admin.close();
  const opening = Session.open({ host: '127.0.0.1', port: row.port, user: 'caller', database: 'postgres' });
  await expect(opening).rejects.toThrow(/password/);
});

it('does not guess where to connect', async () => {
  const { host, ...rest } = server.config('postgres');
  await expect(Session.open(rest)).rejects.toThrow(/needs host/);
});

it('is the only one that connects', () => {
  const connecting = readSources().filter(({ code, imports }) => {
    return imports.some(({ target }) => target === 'pg') && /\bnew (?:pg\.)?(?:Client|Pool)\b/.test(code);
  });
  expect(connecting.map(({ path }) => path)).toEqual(['postgres/session.ts']);
});

it('leaves no connection when a setting is refused', async () => {
  const watcher = await Session.open(server.config('postgres'));
  const config = { ...server.config('postgres'), application_name: 'refused' };
  await expect(Session.open(config, { no_such_setting: '1' })).rejects.toThrow('no_such_setting');
  await expect
    .poll(
      async () =>
        (await watcher.client.query("SELECT FROM pg_stat_activity WHERE application_name = 'refused'")).rowCount,
    )
    .toBe(0);
  await watcher.close();
});
