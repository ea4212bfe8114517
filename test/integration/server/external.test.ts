import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { LockstepError } from '../../../src/errors.ts';
import { startServer } from '../../../src/rehearsal/server/start.ts';
import type { RehearsalServer, ServerRequest } from '../../../src/rehearsal/server/types.ts';
import { serverRequest, type TestServer, testServer } from '../../support/postgres.ts';

const PASSWORD = 'p@ss/w:rd ü';

let service: TestServer;
let admin: Client;
beforeAll(async () => {
  service = await testServer();
  admin = await service.connect();
  await admin.query(
    `CREATE ROLE service SUPERUSER LOGIN PASSWORD '${PASSWORD}'; CREATE ROLE plain LOGIN PASSWORD 'plain'`,
  );
});
afterAll(() => service.stop());

const urlFor = (user = 'service', password = PASSWORD, database = 'postgres'): string =>
  `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${service.server.address().port}/${database}`;

/** Like a service container: `about` says what the workflow says. */
const start = (about: Partial<ServerRequest> = {}): Promise<RehearsalServer> =>
  startServer(serverRequest({ url: urlFor(), ...about }));

const failure = (starting: Promise<RehearsalServer>): Promise<LockstepError> =>
  starting.then(
    async (server) => {
      await server.stop();
      throw new Error('it was used');
    },
    (error) => error,
  );

const state = async (): Promise<unknown> => {
  const { rows } = await admin.query(
    "SELECT datname AS name FROM pg_database UNION ALL SELECT 'role ' || rolname FROM pg_roles UNION ALL SELECT 'setting ' || setconfig::text FROM pg_db_role_setting ORDER BY 1",
  );
  return rows;
};

const connect = async (server: RehearsalServer, database?: string): Promise<Client> => {
  const client = new Client(server.admin(database));
  await client.connect();
  return client;
};

describe('a clean server', () => {
  test('is used like our own, and looks afterwards as it did before', async () => {
    const before = await state();
    const notices: string[] = [];
    const server = await start({ onNotice: (text) => notices.push(text) });
    expect(server).toMatchObject({ major: 18, origin: 'rehearsal_url', prepared: false });
    expect(server.address()).toEqual({ host: '127.0.0.1', port: service.server.address().port });
    const role = server.roleName('app');
    const setup = await connect(server);
    await setup.query(`CREATE ROLE ${setup.escapeIdentifier(role)} LOGIN PASSWORD 'app'`);
    await setup.end();
    await server.createDatabase('base', { owner: role });
    const base = await connect(server, 'base');
    await base.query('CREATE TABLE t (id int); GRANT SELECT ON t TO PUBLIC');
    await base.query(`ALTER DATABASE ${base.escapeIdentifier(String(base.database))} SET work_mem = '7MB'`);
    await base.end();
    await server.createDatabase('m1', { template: 'base' });
    const clone = new Client({ ...server.admin('m1'), user: role, password: 'app' });
    // Its session is ended with its database.
    clone.on('error', () => {});
    await clone.connect();
    expect((await clone.query("SELECT count(*)::int AS n, current_setting('work_mem') AS memory FROM t")).rows).toEqual(
      [{ n: 0, memory: '7MB' }],
    );
    await server.dropDatabase('base');
    await server.keepPrepared();
    expect(await server.copy()).toBeUndefined();
    await server.stop();
    await server.stop();
    expect(await state()).toEqual(before);
    expect(notices).toEqual([]);
  });

  test('serves two runs at the same time', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    expect(one.roleName('app')).not.toBe(two.roleName('app'));
    await Promise.all([one, two].map((server) => server.createDatabase('base')));
    await one.stop();
    const base = await connect(two, 'base');
    await base.query('CREATE TABLE t (id int)');
    await base.end();
    // A third one begins: the second one's databases are in use although nobody is connected to them.
    const three = await start();
    await two.createDatabase('clone', { template: 'base' });
    await Promise.all([two.stop(), three.stop()]);
  });

  test('long names stay apart', async () => {
    const server = await start();
    const [a, b] = ['a', 'b'].map((end) => server.roleName(`${'x'.repeat(60)}${end}`));
    expect(a).not.toBe(b);
    expect(Buffer.byteLength(a ?? '')).toBeLessThanOrEqual(63);
    await server.stop();
  });

  test('whatever major it has is taken when none is wanted', async () => {
    const server = await start({ major: undefined });
    expect(server.major).toBe(18);
    await server.stop();
  });

  test('roles and databases that a history makes are gone afterwards, so that the next run can make them again', async () => {
    const before = await state();
    for (let round = 0; round < 2; round += 1) {
      const notices: string[] = [];
      const server = await start({ onNotice: (text) => notices.push(text) });
      const owner = server.roleName('owner');
      const client = await connect(server);
      await client.query(`CREATE ROLE "${owner}" SUPERUSER; CREATE ROLE from_history; CREATE ROLE member_of_it;
        CREATE ROLE a_grantor CREATEROLE; GRANT from_history TO a_grantor WITH ADMIN OPTION;
        SET ROLE a_grantor; GRANT from_history TO member_of_it; SET ROLE "${owner}"`);
      await client.query('CREATE DATABASE from_history');
      await client.end();
      await server.createDatabase('base', { owner });
      const base = await connect(server, 'base');
      await base.query(`CREATE TABLE t (id int); ALTER TABLE t OWNER TO from_history;
        GRANT SELECT ON t TO member_of_it; ALTER ROLE from_history SET work_mem = '7MB'`);
      await base.end();
      await server.stop();
      expect(notices).toEqual([]);
      expect(await state()).toEqual(before);
    }
  });

  test('roles that something of somebody else depends on are told', async () => {
    const notices: string[] = [];
    const server = await start({ onNotice: (text) => notices.push(text) });
    const client = await connect(server);
    await client.query('CREATE ROLE needed; CREATE ROLE not_needed; GRANT CONNECT ON DATABASE postgres TO needed');
    await client.end();
    await server.stop();
    expect(notices).toEqual([expect.stringMatching(/still on the server of rehearsal_url: needed\.$/)]);
    await admin.query('DROP OWNED BY needed; DROP ROLE needed');
  });

  test('new roles are left alone while another run is at work, which may need them', async () => {
    const notices: string[] = [];
    const [one, two] = await Promise.all([start({ onNotice: (text) => notices.push(text) }), start()]);
    await admin.query('CREATE ROLE of_the_other');
    await one.stop();
    expect(notices).toEqual([expect.stringContaining('of_the_other')]);
    await two.stop();
    expect(JSON.stringify(await state())).not.toContain('of_the_other');
  });

  test('what the URL does not say is not taken from PG* variables', async () => {
    const { port } = service.server.address();
    const other = { PGHOST: 'elsewhere.invalid', PGPORT: '1', PGUSER: 'somebody', PGDATABASE: 'theirs' };
    vi.stubEnv('PGPASSWORD', PASSWORD);
    for (const [name, value] of Object.entries({ ...other, PGSSLMODE: 'require' })) vi.stubEnv(name, value);
    try {
      const error = await failure(start({ url: 'postgres:///' }));
      expect(error.message).toContain('(localhost:5432)');
      const withoutPassword = await failure(start({ url: `postgres://service@127.0.0.1:${port}/postgres` }));
      expect(withoutPassword.code).toBe('rehearsal-url-unreachable');
      expect(withoutPassword.hint).toContain('POSTGRES_PASSWORD');
      await (await start()).stop();
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('what a dead run left is removed, what a live one has is not', async () => {
    await admin.query('CREATE DATABASE lockstep_rehearsal_deadbeef_base');
    await admin.query('CREATE ROLE lockstep_rehearsal_deadbeef_app');
    await admin.query('CREATE DATABASE lockstep_rehearsal_0badcafe_base');
    const inside = await service.connect('lockstep_rehearsal_0badcafe_base');
    const server = await start();
    const names = JSON.stringify(await state());
    expect(names).not.toContain('deadbeef');
    expect(names).toContain('0badcafe');
    await inside.end();
    await server.stop();
    await admin.query('DROP DATABASE lockstep_rehearsal_0badcafe_base');
  });

  test('extensions with tables of their own do not make it used', async () => {
    await service.server.createDatabase('app');
    const inside = await service.connect('app');
    // A stand-in for PostGIS: a table that belongs to an extension.
    await inside.query(
      'CREATE EXTENSION hstore; CREATE TABLE spatial_ref_sys (id int); ALTER EXTENSION hstore ADD TABLE spatial_ref_sys',
    );
    await (await start()).stop();
    await inside.end();
    await service.server.dropDatabase('app');
  });
});

describe('a server that may be somebody’s is refused:', () => {
  afterEach(() => service.server.dropDatabase('somebodys'));

  test.each([
    [
      'a table',
      'CREATE SCHEMA app; CREATE TABLE app.users (id int)',
      /database somebodys holds 1 table \(app\.users\)/,
    ],
    ['tables', 'CREATE TABLE a (id int); CREATE TABLE b (id int)', /holds 2 tables \(public\.a, \.\.\.\)/],
    ['a partitioned table', 'CREATE TABLE p (id int) PARTITION BY RANGE (id)', /public\.p/],
    [
      'a history',
      'CREATE TABLE a (id int); CREATE TABLE schema_migrations (version text)',
      /a migration tool's history \(public\.schema_migrations\)/,
    ],
    ['our ledger', 'CREATE SCHEMA lockstep', /Lockstep's own ledger/],
  ])('%s', async (_, sql, message) => {
    await service.server.createDatabase('somebodys');
    const inside = await service.connect('somebodys');
    await inside.query(sql);
    await inside.end();
    const before = await state();
    const error = await failure(start());
    expect(error.code).toBe('rehearsal-server-in-use');
    expect(error.message).toMatch(message);
    expect(await state()).toEqual(before);
  });
});

describe('a server that cannot be used is told with the fix:', () => {
  const closedPort = async (): Promise<number> => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    return port;
  };

  test.each<[string, string, () => Promise<Partial<ServerRequest>> | Partial<ServerRequest>, RegExp]>([
    [
      'another major',
      'rehearsal-url-version',
      () => ({ major: 16 }),
      /postgres_version is 16, .* Postgres 18\.[\s\S]*image postgres:16/,
    ],
    ['no superuser', 'rehearsal-url-rights', () => ({ url: urlFor('plain', 'plain') }), /user plain .*not superuser/],
    [
      'a wrong password',
      'rehearsal-url-unreachable',
      () => ({ url: urlFor('service', 'wrong-secret') }),
      /password[\s\S]*POSTGRES_PASSWORD/,
    ],
    ['no such user', 'rehearsal-url-unreachable', () => ({ url: urlFor('nobody_here') }), /nobody_here/],
    [
      'no such database',
      'rehearsal-url-unreachable',
      () => ({ url: urlFor('service', PASSWORD, 'missing') }),
      /no database missing/i,
    ],
    [
      'nobody listens',
      'rehearsal-url-unreachable',
      async () => ({ url: `postgres://u:hidden-secret@localhost:${await closedPort()}/x` }),
      /ECONNREFUSED[\s\S]*ports:/,
    ],
    [
      'an unknown host',
      'rehearsal-url-unreachable',
      () => ({ url: 'postgres://u:hidden-secret@no-such-host.invalid/x' }),
      /host name is not known/,
    ],
    [
      'TLS where there is none',
      'rehearsal-url-unreachable',
      () => ({ url: `${urlFor()}?sslmode=require` }),
      /SSL[\s\S]*sslmode=disable/,
    ],
    [
      'no address at all',
      'rehearsal-url-invalid',
      () => ({ url: 'postgres://u:hidden-secret@host:port/x' }),
      /percent-encoded/,
    ],
    [
      'a password that ends the address',
      'rehearsal-url-invalid',
      () => ({ url: 'postgres://u:12#hidden-secret@host/x' }),
      /percent-encoded/,
    ],
  ])('%s', async (_, code, about, told) => {
    const error = await failure(start(await about()));
    expect(error.code).toBe(code);
    const text = `${error.message}\n${error.hint}`;
    expect(text).toMatch(told);
    expect(text).not.toMatch(/hidden-secret|wrong-secret/);
    expect(text).not.toContain(PASSWORD);
  });

  test('a server that accepts and says nothing is given up after ten seconds, or when the run is aborted', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const url = `postgres://u:hidden-secret@127.0.0.1:${(mute.address() as AddressInfo).port}/x`;
    const controller = new AbortController();
    const aborted = failure(start({ url, signal: controller.signal }));
    const began = performance.now();
    controller.abort(new Error('enough'));
    expect((await aborted).message).toBe('enough');
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(await failure(start({ url }))).toMatchObject({
      code: 'rehearsal-url-unreachable',
      hint: expect.stringContaining('10 seconds'),
    });
    mute.close();
  });
});

test('a server on a socket is reached too', async () => {
  const { host, port } = service.server.admin();
  const server = await start({
    url: `postgres://service@/postgres?host=${encodeURIComponent(String(host))}&port=${port}`,
  });
  await server.createDatabase('base');
  await server.stop();
});
