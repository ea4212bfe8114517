import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openTarget, type Target, type TargetRequest } from '../../src/deploy/target/target.ts';
import type { LockstepError } from '../../src/errors.ts';
import { Session } from '../../src/postgres/session.ts';
import { type Authority, makeAuthority } from '../support/certificates.ts';
import { type ConfiguredPostgres, startConfiguredPostgres } from '../support/configured-postgres.ts';
import { freePort } from '../support/free-port.ts';

/** Reaching a target: a real server with TLS, access rules, few connections, and restarts. */

const PASSWORD = 'p@ss/w:rd%ü?#';
const SECRET = encodeURIComponent(PASSWORD);

let authority: Authority & { readonly directory: string };
let stranger: Authority & { readonly directory: string };
let server: ConfiguredPostgres;
beforeAll(async () => {
  [authority, stranger] = [makeAuthority(), makeAuthority()];
  const own = authority.issue('localhost', ['DNS:localhost']);
  server = await startConfiguredPostgres({
    settings: {
      ssl: 'on',
      ssl_cert_file: 'server.crt',
      ssl_key_file: 'server.key',
      ssl_ca_file: 'ca.crt',
      max_connections: 12,
      superuser_reserved_connections: 3,
    },
    access: [
      'hostssl all only_tls 127.0.0.1/32 scram-sha-256',
      'hostnossl all only_plain 127.0.0.1/32 scram-sha-256',
      'hostssl all certified 127.0.0.1/32 cert',
      'host all trusted 127.0.0.1/32 trust',
      'host all app,readonly,nologin 127.0.0.1/32 scram-sha-256',
    ],
    files: { 'server.crt': own.cert, 'server.key': own.key, 'ca.crt': authority.ca },
  });
  await server.query('CREATE DATABASE shop');
  for (const role of ['app', 'only_tls', 'only_plain', 'certified', 'trusted', 'unlisted']) {
    await server.query(`CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`);
  }
  await server.query(`CREATE ROLE nologin PASSWORD '${PASSWORD}'`);
  await server.query('CREATE DATABASE closed');
  await server.query('REVOKE CONNECT ON DATABASE closed FROM PUBLIC');
});
afterAll(async () => {
  await server?.stop();
  for (const made of [authority, stranger]) rmSync(made.directory, { recursive: true, force: true });
});
afterEach(() => vi.unstubAllEnvs());

interface UrlParts {
  readonly user?: string;
  readonly password?: string;
  readonly host?: string;
  readonly database?: string;
  readonly query?: string;
}

const urlTo = ({ user = 'app', password = SECRET, host = 'localhost', database = 'shop', query = '' }: UrlParts = {}) =>
  `postgresql://${user}:${password}@${host}:${server.port}/${database}${query === '' ? '' : `?${query}`}`;

function open(url: string, about: Partial<TargetRequest> = {}): Promise<Target> {
  const request = {
    url,
    applicationName: 'lockstep test',
    signal: new AbortController().signal,
    patienceMs: 0,
    ...about,
  };
  return openTarget(request).then((target) => {
    onTestFinished(() => target.session.close());
    return target;
  });
}

async function failure(url: string, about: Partial<TargetRequest> = {}): Promise<LockstepError> {
  const error = await open(url, about).then(
    () => new Error('it got in'),
    (reason) => reason,
  );
  const text = `${error.message}\n${error.hint}`;
  for (const secret of [PASSWORD, SECRET, 'hidden-secret']) expect(text).not.toContain(secret);
  return error;
}

/** Whether a session is encrypted, as the server sees it. */
async function encrypted({ session, backendPid }: Target): Promise<boolean> {
  const { rows } = await session.client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = $1', [backendPid]);
  return rows[0].ssl;
}

describe('what was reached', () => {
  it('is told without the password, and nothing was set', async () => {
    vi.stubEnv('PGOPTIONS', '-c work_mem=64kB');
    vi.stubEnv('PGHOST', 'elsewhere.invalid');
    vi.stubEnv('PGSSLMODE', 'disable');
    const target = await open(urlTo({ query: 'application_name=mine' }));
    expect(target).toMatchObject({
      address: `app@localhost:${server.port}/shop`,
      database: 'shop',
      role: 'app',
      major: 18,
      serverVersion: expect.stringMatching(/^18\.\d+$/),
      pooler: 'none',
      standby: false,
    });
    const { rows } = await target.session.client.query(
      "SELECT name, setting FROM pg_settings WHERE source IN ('client', 'session') ORDER BY 1",
    );
    expect(rows.map(({ name }) => name)).toEqual(['application_name', 'client_encoding']);
    expect(rows[0]).toEqual({ name: 'application_name', setting: 'lockstep test' });
  });

  it('can be entered again, under a name that fits', async () => {
    const target = await open(urlTo(), { applicationName: 'x'.repeat(80) });
    const other = await target.open({ suffix: ' watch' });
    const { rows } = await other.client.query("SELECT current_setting('application_name') AS name");
    expect(rows).toEqual([{ name: `${'x'.repeat(57)} watch` }]);
    await other.close();
  });

  it('has the options that the URL asks for', async () => {
    const target = await open(urlTo({ query: 'options=-c%20search_path%3Dapp%2Cpublic' }));
    const { rows } = await target.session.client.query("SELECT current_setting('search_path') AS path");
    expect(rows).toEqual([{ path: 'app,public' }]);
  });

  it('may be a socket', async () => {
    const url = `postgres://trusted@/shop?host=${encodeURIComponent(server.directory)}&port=${server.port}&sslmode=require`;
    expect(await open(url)).toMatchObject({
      role: 'trusted',
      address: `trusted@${server.directory}:${server.port}/shop`,
    });
  });
});

describe('TLS', () => {
  it.each([
    ['', 'app', true],
    ['sslmode=disable', 'app', false],
    ['sslmode=allow', 'app', false],
    ['sslmode=allow', 'only_tls', true],
    ['sslmode=prefer', 'app', true],
    ['sslmode=prefer', 'only_plain', false],
    ['sslmode=require', 'app', true],
    ['ssl=true', 'app', true],
    ['sslmode=no-verify', 'app', true],
    ['sslmode=require&sslrootcert=CA', 'app', true],
    ['sslmode=verify-ca&sslrootcert=CA', 'app', true],
    ['sslmode=verify-full&sslrootcert=CA', 'app', true],
    ['sslmode=require&sslnegotiation=direct', 'app', true],
    ['sslmode=require&channel_binding=require', 'app', true],
    ['sslmode=prefer&channel_binding=require', 'app', true],
  ])('%s lets %s in, encrypted: %s', async (query, user, expected) => {
    const target = await open(urlTo({ user, query: query.replace('CA', encodeURIComponent(authority.file)) }));
    expect(await encrypted(target)).toBe(expected);
  });

  it('with the host as an IP address checks the authority by verify-ca, and the name by verify-full', async () => {
    const root = `sslrootcert=${encodeURIComponent(authority.file)}`;
    expect(await encrypted(await open(urlTo({ host: '127.0.0.1', query: `sslmode=verify-ca&${root}` })))).toBe(true);
    const error = await failure(urlTo({ host: '127.0.0.1', query: `sslmode=verify-full&${root}` }));
    expect(error).toMatchObject({ code: 'target-tls', hint: expect.stringContaining('another name than 127.0.0.1') });
  });

  it('shows a certificate of ours', async () => {
    const { certFile, keyFile } = authority.issue('certified');
    const own = `sslcert=${encodeURIComponent(certFile)}&sslkey=${encodeURIComponent(keyFile)}`;
    const target = await open(urlTo({ user: 'certified', query: `sslmode=require&${own}` }));
    expect(await encrypted(target)).toBe(true);
    const again = await target.reopen();
    await again.session.close();
    const without = await failure(urlTo({ user: 'certified', query: 'sslmode=require' }));
    expect(without).toMatchObject({ code: 'target-tls', hint: expect.stringContaining('sslcert=') });
  });

  it.each([
    ['sslmode=verify-ca&sslrootcert=STRANGER', /not from an authority/],
    ['sslmode=require&sslrootcert=STRANGER', /not from an authority/],
    ['sslmode=verify-full', /not from an authority/],
    ['sslmode=verify-full&sslrootcert=system', /not from an authority/],
    ['sslrootcert=system', /not from an authority/],
  ])('%s does not trust a certificate of somebody', async (query, hint) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const error = await failure(urlTo({ query: query.replace('STRANGER', encodeURIComponent(stranger.file)) }));
    expect(error).toMatchObject({ code: 'target-tls', hint: expect.stringMatching(hint) });
  });

  it('that is not what the server wants is told with the fix', async () => {
    const tls = await failure(urlTo({ user: 'only_tls', query: 'sslmode=disable' }));
    expect(tls).toMatchObject({ code: 'target-tls', hint: expect.stringContaining('sslmode=require') });
    const plain = await failure(urlTo({ user: 'only_plain', query: 'sslmode=require' }));
    expect(plain).toMatchObject({ code: 'target-refused-login', message: expect.stringContaining('SSL encryption') });
    const unbound = await failure(urlTo({ user: 'trusted', query: 'sslmode=require&channel_binding=require' }));
    expect(unbound).toMatchObject({ code: 'target-tls', message: expect.stringContaining('channel binding') });
  });

  it('that the server has not: prefer goes on without, require says so', async () => {
    await server.query('ALTER SYSTEM SET ssl = off');
    await server.query('SELECT pg_reload_conf()');
    onTestFinished(async () => {
      await server.query('ALTER SYSTEM RESET ssl');
      await server.query('SELECT pg_reload_conf()');
      await expect.poll(async () => (await server.query('SHOW ssl'))[0]).toEqual({ ssl: 'on' });
    });
    await expect.poll(async () => (await server.query('SHOW ssl'))[0]).toEqual({ ssl: 'off' });
    expect(await encrypted(await open(urlTo()))).toBe(false);
    expect(await encrypted(await open(urlTo({ query: 'sslmode=allow' })))).toBe(false);
    const error = await failure(urlTo({ query: 'sslmode=require' }));
    expect(error).toMatchObject({ code: 'target-tls', hint: expect.stringContaining('sslmode=disable') });
    const wrong = await failure(urlTo({ password: 'hidden-secret' }));
    expect(wrong).toMatchObject({ code: 'target-refused-login', message: expect.stringContaining('28P01') });
  });
});

describe('a refusal is told with the fix:', () => {
  it.each<[string, UrlParts, string, RegExp]>([
    ['a wrong password', { password: 'hidden-secret' }, 'target-refused-login', /28P01[\s\S]*percent-encoded/],
    ['no password', { password: '' }, 'target-refused-login', /asks for the password of app/],
    ['no such user', { user: 'readonly' }, 'target-refused-login', /readonly/],
    ['a user who may not log in', { user: 'nologin' }, 'target-refused-login', /ALTER ROLE "nologin" LOGIN/],
    ['a user without an entry', { user: 'unlisted' }, 'target-refused-login', /no pg_hba\.conf entry[\s\S]*allow list/],
    ['no such database', { database: 'missing' }, 'target-database-missing', /CREATE DATABASE "missing"/],
    [
      'a database that is closed',
      { database: 'closed' },
      'target-refused-login',
      /GRANT CONNECT ON DATABASE "closed" TO "app"/,
    ],
    ['no such host', { host: 'no-such-host.invalid' }, 'target-unreachable', /no-such-host\.invalid is not known here/],
  ])('%s', async (_, parts, code, told) => {
    const error = await failure(urlTo(parts));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`@${parts.host ?? 'localhost'}:${server.port}/${parts.database ?? 'shop'}`);
    expect(`${error.message}\n${error.hint}`).toMatch(told);
  });

  it('nobody listens: at once, whatever the patience', async () => {
    const began = performance.now();
    const error = await failure(`postgres://u:hidden-secret@127.0.0.1:${await freePort()}/x`, { patienceMs: 30_000 });
    expect(error).toMatchObject({ code: 'target-unreachable', hint: expect.stringContaining('the runner itself') });
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('somebody who says nothing: by connect_timeout, or when the run is aborted', async () => {
    const sockets: Socket[] = [];
    const mute = createServer((socket) => sockets.push(socket.resume())).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      mute.close();
    });
    const url = `postgres://u:hidden-secret@127.0.0.1:${(mute.address() as AddressInfo).port}/x?connect_timeout=1`;
    const error = await failure(url);
    expect(error).toMatchObject({ code: 'target-unreachable', message: expect.stringContaining('no answer in time') });
    const controller = new AbortController();
    const aborted = failure(url, { signal: controller.signal });
    await sleep(50);
    controller.abort(new Error('enough'));
    expect((await aborted).message).toBe('enough');
    // Nothing of ours is left that would keep the process alive.
    await expect.poll(() => sockets.filter(({ readyState }) => readyState === 'open').length).toBe(0);
  });
});

describe('a full table of connections', () => {
  /** Takes what ordinary users can have. */
  async function fill(): Promise<Session[]> {
    const config = { host: server.directory, port: server.port, user: 'trusted', database: 'shop' };
    const taken: Session[] = [];
    onTestFinished(async () => {
      await Promise.all(taken.map((session) => session.close()));
    });
    for (;;) {
      const session = await Session.open(config).catch(() => undefined);
      if (session === undefined) return taken;
      taken.push(session);
    }
  }

  it('is told at once without patience', async () => {
    await fill();
    expect(await failure(urlTo())).toMatchObject({ code: 'target-full', message: expect.stringContaining('53300') });
  });

  it('is waited for, and the one who waits gets in', async () => {
    const taken = await fill();
    const told: string[] = [];
    const opening = open(urlTo(), { patienceMs: 20_000, onWait: (why) => told.push(why) });
    await expect.poll(() => told).toHaveLength(1);
    expect(told[0]).toContain('53300');
    await taken[0]?.close();
    expect((await opening).role).toBe('app');
  });

  it('is given up when the patience is over', async () => {
    await fill();
    const error = await failure(urlTo(), { patienceMs: 1_200 });
    expect(error).toMatchObject({ code: 'target-full', message: expect.stringContaining('tried for 1 s') });
  });

  it('is left waiting when the run is aborted', async () => {
    await fill();
    const controller = new AbortController();
    const told: string[] = [];
    const opening = failure(urlTo(), {
      patienceMs: 60_000,
      signal: controller.signal,
      onWait: (why) => told.push(why),
    });
    await expect.poll(() => told).toHaveLength(1);
    controller.abort(new Error('enough'));
    expect((await opening).message).toBe('enough');
  });
});

describe('a restart', () => {
  it('is survived: reopen gets a new backend when the server is back', async () => {
    const target = await open(urlTo(), { patienceMs: 30_000 });
    await server.stopServer('immediate');
    const reopening = target.reopen();
    await sleep(500);
    await server.startServer();
    const { session, backendPid } = await reopening;
    const { rows } = await session.client.query('SELECT pg_backend_pid() AS pid');
    expect(rows).toEqual([{ pid: backendPid }]);
    expect(backendPid).not.toBe(target.backendPid);
    await session.close();
  });

  it('that takes too long is told', async () => {
    const target = await open(urlTo());
    await server.stopServer('fast');
    await expect(target.reopen(700)).rejects.toMatchObject({ code: 'target-unreachable' });
    await expect(target.open()).rejects.toMatchObject({ code: 'target-unreachable' });
    await server.startServer();
    await (await target.open()).close();
  });

  it('a backend that is ended does not end the next one', async () => {
    const target = await open(urlTo());
    await server.query(`SELECT pg_terminate_backend(${target.backendPid})`);
    const { session, backendPid } = await target.reopen(5_000);
    expect(backendPid).not.toBe(target.backendPid);
    await session.close();
  });

  it('while connecting to a server that is starting, its time is given', async () => {
    await server.stopServer('fast');
    const told: string[] = [];
    // A proxy that takes connections before the server does, as container platforms have it.
    const proxy = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const opening = failure(`postgres://app@127.0.0.1:${port}/shop?sslmode=disable`, {
      patienceMs: 1_200,
      onWait: (why) => told.push(why),
    });
    expect(await opening).toMatchObject({ code: 'target-unreachable', hint: expect.stringContaining('ends it') });
    expect(told).toHaveLength(1);
    proxy.close();
    await server.startServer();
  });
});

it('leaves no session behind', async () => {
  const target = await open(urlTo());
  await target.session.close();
  const count = async (): Promise<unknown> =>
    (
      await server.query("SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'lockstep test%'")
    )[0];
  await expect.poll(count).toEqual({ n: 0 });
});
