import { once } from 'node:events';
import { existsSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findBinaries } from '../../../src/rehearsal/server/binaries.ts';
import { initdb } from '../../../src/rehearsal/server/initdb.ts';
import { serverUser } from '../../../src/rehearsal/server/os-user.ts';
import { startOwnServer } from '../../../src/rehearsal/server/own-start.ts';
import { Run } from '../../../src/rehearsal/server/run.ts';
import { ServerProcess } from '../../../src/rehearsal/server/server-process.ts';
import { startServer } from '../../../src/rehearsal/server/start.ts';
import { serverRequest, type TestServer, testServer, withServer } from '../../support/postgres.ts';
import { directoriesOf, eventually, processesAt } from '../../support/traces.ts';

const value = async (client: Client, sql: string): Promise<unknown> =>
  Object.values((await client.query(sql)).rows[0] ?? {})[0];

describe('a server of our own', () => {
  let started: TestServer;
  let admin: Client;

  beforeAll(async () => {
    started = await testServer();
    admin = await started.connect();
  });
  afterAll(() => started.stop());

  test('tells what it is', async () => {
    const { server } = started;
    expect(server.major).toBe(18);
    expect(await value(admin, 'SHOW server_version')).toBe(server.version);
    expect(server.origin).toMatch(new RegExp(`^Postgres ${server.version.replace('.', '\\.')} from \\S`));
    expect(server.prepared).toBe(false);
    expect(server.roleName('app')).toBe('app');
  });

  test.each([
    ['the encoding is UTF8', 'SHOW server_encoding', 'UTF8'],
    ['the time zone is UTC', 'SHOW TimeZone', 'UTC'],
    ['messages are in English', 'SHOW lc_messages', 'C'],
    ['text is ordered by code point', "SELECT 'a' > 'B'", true],
    ['autovacuum does not disturb a trace', 'SHOW autovacuum', 'off'],
    ['nothing waits for a disk', 'SHOW fsync', 'off'],
    ['a password is stored for scram', 'SHOW password_encryption', 'scram-sha-256'],
    ['a sort without end does not fill the machine', 'SHOW temp_file_limit', '2GB'],
    ['WAL does not fill the machine', 'SHOW max_wal_size', '256MB'],
    ['it listens to this machine alone', 'SHOW listen_addresses', '127.0.0.1'],
  ])('%s', async (_, sql, expected) => {
    expect(await value(admin, sql)).toBe(expected);
  });

  test('its directory is private', () => {
    expect(statSync(String(started.server.admin().host)).mode & 0o777).toBe(0o700);
  });

  test('another role comes in by TCP with its password, and not without', async () => {
    await admin.query("CREATE ROLE visitor LOGIN PASSWORD 'a secret'; CREATE ROLE stranger LOGIN");
    const { host, port } = started.server.address();
    expect(host).toBe('127.0.0.1');
    const visitor = await started.connect('postgres', { host, port, user: 'visitor', password: 'a secret' });
    expect(await value(visitor, 'SELECT current_user')).toBe('visitor');
    for (const who of [
      { user: 'visitor', password: 'wrong' },
      { user: 'stranger', password: '' },
      { user: 'postgres', password: 'x' },
    ]) {
      await expect(started.connect('postgres', { host, port, ...who })).rejects.toThrow(/password|SASL/);
    }
  });

  test('the server sees nothing of our environment', async () => {
    process.env.LOCKSTEP_TEST_SECRET = 'hidden';
    await withServer(async ({ connect }) => {
      const client = await connect();
      await client.query("CREATE TABLE seen (line text); COPY seen FROM PROGRAM 'env'");
      const { rows } = await client.query("SELECT line FROM seen WHERE line ~ '^(TZ|HOME|LOCKSTEP_TEST_SECRET)='");
      expect(rows).toEqual([{ line: 'TZ=UTC' }]);
    });
  });

  test('dropping a database ends its sessions, and one that is not there is fine', async () => {
    await started.server.createDatabase('busy');
    await started.connect('busy');
    await started.server.dropDatabase('busy');
    await started.server.dropDatabase('busy');
    expect(await value(admin, "SELECT count(*)::int FROM pg_database WHERE datname = 'busy'")).toBe(0);
  });

  test('names are names, whatever they hold', async () => {
    const name = `it's "a" name; DROP`;
    await started.server.createDatabase(name);
    await started.server.createDatabase(`${name} 2`, { template: name });
    expect(await value(await started.connect(`${name} 2`), 'SELECT current_database()')).toBe(`${name} 2`);
    await Promise.all([name, `${name} 2`].map((each) => started.server.dropDatabase(each)));
  });

  test('many calls at once are made one after the other', async () => {
    const names = ['one', 'two', 'three', 'four'];
    await started.server.createDatabase('many');
    await Promise.all(names.map((name) => started.server.createDatabase(name, { template: 'many' })));
    expect(
      await value(admin, `SELECT count(*)::int FROM pg_database WHERE datname IN ('one', 'two', 'three', 'four')`),
    ).toBe(4);
    await Promise.all(names.map((name) => started.server.dropDatabase(name)));
  });

  test('a template that somebody is just leaving is waited for; one that is not there is an error', async () => {
    await started.server.createDatabase('left');
    const client = await started.connect('left');
    setTimeout(() => client.end(), 300);
    await started.server.createDatabase('after', { template: 'left' });
    await expect(started.server.createDatabase('never', { template: 'missing' })).rejects.toThrow(
      /no database missing/,
    );
  });

  describe('a clone', () => {
    test('has the settings, grants and owner of its template', async () => {
      await admin.query('CREATE ROLE owner_a; CREATE ROLE owner_b; CREATE ROLE reader LOGIN');
      await started.server.createDatabase('original', { owner: 'owner_a' });
      await admin.query(`
        ALTER DATABASE original SET search_path = app, "Odd, name", public;
        ALTER DATABASE original SET "app.tenant" = 'x=y, z';
        ALTER DATABASE original SET TimeZone = 'Europe/Paris';
        ALTER ROLE reader IN DATABASE original SET statement_timeout = '5s';
        REVOKE ALL ON DATABASE original FROM PUBLIC;
        GRANT CONNECT ON DATABASE original TO reader WITH GRANT OPTION`);
      await started.server.createDatabase('same', { template: 'original' });
      await started.server.createDatabase('other', { template: 'original', owner: 'owner_b' });
      const settings = async (name: string): Promise<unknown> =>
        value(
          admin,
          `SELECT json_agg(json_build_array(setrole, setconfig) ORDER BY setrole) FROM pg_db_role_setting
          WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = '${name}')`,
        );
      const grants = async (name: string): Promise<unknown> =>
        value(admin, `SELECT datacl::text FROM pg_database WHERE datname = '${name}'`);
      expect(await settings('same')).toEqual(await settings('original'));
      expect(await settings('other')).toEqual(await settings('original'));
      expect(await grants('same')).toBe(await grants('original'));
      expect(await grants('other')).toBe(String(await grants('original')).replaceAll('owner_a', 'owner_b'));
      const clone = await started.connect('same');
      expect(await value(clone, 'SHOW search_path')).toBe('app, "Odd, name", public');
      expect(await value(clone, "SELECT current_setting('app.tenant')")).toBe('x=y, z');
      expect(await value(clone, 'SHOW TimeZone')).toBe('Europe/Paris');
      const owners = await admin.query(
        "SELECT datname, pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname IN ('same', 'other') ORDER BY 1",
      );
      expect(owners.rows).toEqual([
        { datname: 'other', owner: 'owner_b' },
        { datname: 'same', owner: 'owner_a' },
      ]);
    });

    test('keeps a role from being dropped as its template does, and lets go of it when it is dropped', async () => {
      await admin.query('CREATE ROLE grantee');
      await started.server.createDatabase('granted');
      await admin.query('GRANT CONNECT ON DATABASE granted TO grantee');
      await started.server.createDatabase('clone', { template: 'granted' });
      await started.server.dropDatabase('granted');
      await expect(admin.query('DROP ROLE grantee')).rejects.toThrow(/cannot be dropped/);
      await started.server.dropDatabase('clone');
      await admin.query('DROP ROLE grantee');
    });
  });
});

describe('stopping', () => {
  test('leaves no process and no directory, with sessions open, and twice', async () => {
    const { server, connect } = await testServer();
    await connect();
    const directory = String(server.admin().host);
    expect(existsSync(directory)).toBe(true);
    expect(processesAt(directory)).not.toEqual([]);
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(existsSync(directory)).toBe(false);
    expect(processesAt(directory)).toEqual([]);
  });

  test('ends a program that a statement started and left behind', async () => {
    const { server, connect } = await testServer();
    const client = await connect();
    const directory = String(server.admin().host);
    client.query(`COPY (SELECT 1) TO PROGRAM '(sleep 301 &) ; sleep 302'`).catch(() => {});
    const sleeping = (): boolean =>
      processesAt(directory).filter((command) => /^\d+: sleep 30[12]$/.test(command)).length === 2;
    expect(await eventually(sleeping, 5_000)).toBe(true);
    await server.stop();
    expect(processesAt(directory)).toEqual([]);
  });

  test('a run that is aborted while it starts leaves nothing, at whatever moment', async () => {
    const before = directoriesOf(process.pid);
    for (const delay of [0, 20, 60, 150, 300, 450]) {
      const controller = new AbortController();
      const starting = startServer(serverRequest({ signal: controller.signal }));
      setTimeout(() => controller.abort(new Error('enough')), delay);
      const outcome = await starting.then(
        (server) => server.stop(),
        (error: Error) => error.message,
      );
      expect(outcome === undefined || outcome === 'enough').toBe(true);
    }
    expect(directoriesOf(process.pid)).toEqual(before);
  });

  test('what waits for the server ends when the run is aborted', async () => {
    const controller = new AbortController();
    await withServer(
      async ({ server, connect }) => {
        await server.createDatabase('held');
        await connect('held');
        const cloning = server.createDatabase('clone', { template: 'held' });
        setTimeout(() => controller.abort(new Error('enough')), 100);
        const began = performance.now();
        await expect(cloning).rejects.toThrow('enough');
        expect(performance.now() - began).toBeLessThan(1_000);
        await expect(server.dropDatabase('held')).rejects.toThrow('enough');
      },
      { signal: controller.signal },
    );
  });
});

describe('a second server', () => {
  test('has the first one’s databases and shares nothing with it', async () => {
    await withServer(async ({ server, connect }) => {
      await server.createDatabase('base');
      const before = await connect('base');
      await before.query('CREATE TABLE t (id int)');
      await before.end();
      const address = server.address();
      const copy = await server.copy();
      if (!copy) throw new Error('no copy');
      expect(server.address()).toEqual(address);
      expect(copy.address().port).not.toBe(address.port);
      const there = await connect('base', copy.admin('base'));
      expect(await value(there, 'SELECT count(*)::int FROM t')).toBe(0);
      await there.query('CREATE ROLE elsewhere; DROP TABLE t');
      const here = await connect('base');
      expect(await value(here, "SELECT count(*)::int FROM pg_roles WHERE rolname = 'elsewhere'")).toBe(0);
      expect(await value(here, 'SELECT count(*)::int FROM t')).toBe(0);
      const directory = String(copy.admin().host);
      await there.end();
      await copy.stop();
      expect(existsSync(directory)).toBe(false);
      expect(await value(here, 'SELECT 1')).toBe(1);
    });
  });

  test('that cannot be made leaves the first one running, and nothing else', async () => {
    await withServer(async ({ server, connect }) => {
      const directory = String(server.admin().host);
      const before = directoriesOf(process.pid);
      symlinkSync('/nowhere', join(directory, 'data', 'link'));
      await expect(server.copy()).rejects.toThrow('neither a file nor a directory');
      rmSync(join(directory, 'data', 'link'));
      await server.createDatabase('after');
      expect(await value(await connect('after'), 'SELECT 1')).toBe(1);
      expect(directoriesOf(process.pid)).toEqual(before);
    });
  });

  test('ends with the first one if nobody stops it', async () => {
    const { server, stop } = await testServer();
    const copy = await server.copy();
    await stop();
    expect(existsSync(String(copy?.admin().host))).toBe(false);
  });
});

test('a server with too little room left is ended, and says so whatever it is asked', async () => {
  const server = await startOwnServer(serverRequest(), Number.MAX_SAFE_INTEGER);
  const gone = (): boolean => {
    try {
      return !existsSync(String(server.admin().host));
    } catch {
      return directoriesOf(process.pid).length === 0;
    }
  };
  expect(await eventually(gone, 10_000)).toBe(true);
  const lost = { code: 'rehearsal-no-room', message: expect.stringContaining('given up') };
  await expect(server.createDatabase('late')).rejects.toMatchObject(lost);
  await expect(server.dropDatabase('late')).rejects.toMatchObject(lost);
  await expect(server.keepPrepared()).rejects.toMatchObject(lost);
  await expect(server.copy()).rejects.toMatchObject(lost);
  expect(() => server.admin('late')).toThrow(expect.objectContaining(lost));
  expect(() => server.throwIfLost()).toThrow(expect.objectContaining(lost));
  await server.stop();
});

test('what a caller has in PG* variables has no effect on the maintenance of our server', async () => {
  const theirs = { PGHOST: 'elsewhere.invalid', PGOPTIONS: '-c role=pg_read_all_data', PGSSLMODE: 'require' };
  for (const [name, value] of Object.entries(theirs)) vi.stubEnv(name, value);
  try {
    await withServer(({ server }) => server.createDatabase('made'));
  } finally {
    vi.unstubAllEnvs();
  }
});

test('a port that somebody else has is given up for a free one', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port: taken } = other.address() as AddressInfo;
  const user = await serverUser();
  const { signal } = new AbortController();
  const run = await Run.open(user);
  try {
    const data = join(run.directory, 'data');
    const binaries = await findBinaries({ request: serverRequest(), user });
    await initdb(binaries, run, data, signal);
    const server = await ServerProcess.start({ binaries, run, data, signal, preferred: [taken] });
    expect(server.port).not.toBe(taken);
    await server.stop();
  } finally {
    other.close();
    await run.close();
  }
});

test('a server that cannot start says why', async () => {
  const user = await serverUser();
  const { signal } = new AbortController();
  const run = await Run.open(user);
  try {
    const data = join(run.directory, 'data');
    const binaries = await findBinaries({ request: serverRequest(), user });
    await initdb(binaries, run, data, signal);
    await appendFile(join(data, 'postgresql.conf'), "shared_preload_libraries = 'no_such_library'");
    const starting = ServerProcess.start({ binaries, run, data, signal });
    await expect(starting).rejects.toMatchObject({
      code: 'postgres-start-failed',
      message: expect.stringContaining('no_such_library'),
    });
  } finally {
    await run.close();
  }
});
