import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ServerRequest } from '../../../src/rehearsal/server/types.ts';
import { type TestServer, testServer, withServer } from '../../support/postgres.ts';

let cacheDirectory: string;
beforeEach(async () => {
  cacheDirectory = await mkdtemp(join(tmpdir(), 'lockstep-cache-'));
});
afterEach(() => rm(cacheDirectory, { recursive: true, force: true }));

const entries = async (kind = ''): Promise<string[]> =>
  (await readdir(cacheDirectory)).filter((name) => name.startsWith(kind)).sort();

/** Starts a server, prepares a base (unless it is there) and keeps it. */
async function prepare(baseKey: string, about: Partial<ServerRequest> = {}): Promise<{ prepared: boolean }> {
  return withServer(
    async (started) => {
      const { prepared } = started.server;
      if (!prepared) await makeBase(started);
      await expectBase(started);
      return { prepared };
    },
    { baseKey, cacheDirectory, ...about },
  );
}

async function makeBase({ server, connect }: TestServer): Promise<void> {
  const admin = await connect();
  await admin.query('CREATE ROLE app');
  await server.createDatabase('base', { owner: 'app' });
  const base = await connect('base');
  await base.query('CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id');
  await Promise.all([admin.end(), base.end()]);
  await server.keepPrepared();
}

async function expectBase({ connect }: TestServer): Promise<void> {
  const base = await connect('base');
  const { rows } = await base.query(
    'SELECT count(*)::int AS n, (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()) AS owner FROM kept',
  );
  expect(rows).toEqual([{ n: 1000, owner: 'app' }]);
}

test('a prepared base is there at the next start, under its key alone', async () => {
  expect(await prepare('a')).toEqual({ prepared: false });
  expect(await prepare('a')).toEqual({ prepared: true });
  expect(await prepare('b')).toEqual({ prepared: false });
  expect(await entries('cluster-')).toHaveLength(2);
  expect(await entries('empty-')).toHaveLength(1);
});

test('the server goes on after it was kept, at the same address, and changes nothing in what is kept', async () => {
  await withServer(
    async (started) => {
      const address = started.server.address();
      await makeBase(started);
      expect(started.server.address()).toEqual(address);
      await started.server.createDatabase('clone', { template: 'base' });
      await (await started.connect('base')).query('DROP TABLE kept');
    },
    { baseKey: 'a', cacheDirectory },
  );
  expect(await prepare('a')).toEqual({ prepared: true });
});

test('without a cache nothing is kept', async () => {
  await withServer(makeBase, { cacheDirectory: undefined });
  expect(await entries()).toEqual([]);
});

describe('a damaged entry is made again:', () => {
  const change = (at: number) => async (path: string) => {
    const bytes = await readFile(path);
    const offset = at < 0 ? bytes.length + at : at;
    bytes.writeUInt8((bytes.readUInt8(offset) + 1) % 256, offset);
    await writeFile(path, bytes);
  };
  test.each<[string, (path: string) => Promise<unknown>]>([
    ['cut short', async (path) => truncate(path, (await stat(path)).size - 4_096)],
    ['empty', (path) => truncate(path, 0)],
    ['a byte of a file changed', change(1_000_000)],
    ['a byte of its list changed', change(-200)],
    ['a byte of its end changed', change(-12)],
    ['a directory', async (path) => rm(path).then(() => mkdir(join(path, 'data'), { recursive: true }))],
    ['something else', (path) => writeFile(path, 'not a cluster')],
  ])('%s', async (_, damage) => {
    await prepare('a');
    const [entry = ''] = await entries('cluster-');
    await damage(join(cacheDirectory, entry));
    expect(await prepare('a')).toEqual({ prepared: false });
    expect(await prepare('a')).toEqual({ prepared: true });
    expect(await entries('.')).toEqual([]);
  });

  test('whole, but nothing that Postgres starts on', async () => {
    const { ClusterCache } = await import('../../../src/rehearsal/server/cluster-cache.ts');
    const nonsense = join(cacheDirectory, 'data');
    await mkdir(nonsense);
    await writeFile(join(nonsense, 'PG_VERSION'), '7');
    const started = await testServer({ baseKey: 'a', cacheDirectory });
    const { version, origin } = started.server;
    await started.stop();
    const cache = new ClusterCache(cacheDirectory, `${version} ${origin.split(' from ')[1]}`);
    await cache.keep('cluster', 'a', nonsense, new AbortController().signal);
    expect(await prepare('a')).toEqual({ prepared: false });
    expect(await prepare('a')).toEqual({ prepared: true });
  });

  test('the empty cluster', async () => {
    await prepare('a');
    const [entry = ''] = await entries('empty-');
    await truncate(join(cacheDirectory, entry), 100_000);
    expect(await prepare('b')).toEqual({ prepared: false });
    expect((await stat(join(cacheDirectory, entry))).size).toBeGreaterThan(1_000_000);
  });
});

test('an entry that leads out of its directory is refused', async () => {
  const { unpackTree } = await import('../../../src/rehearsal/server/cluster-archive.ts');
  const list = Buffer.from(
    JSON.stringify({
      directories: [{ path: '', mode: 0o700 }],
      files: [{ path: '../evil', mode: 0o600, bytes: 4 }],
      sha256: '',
    }),
  );
  const end = Buffer.alloc(8);
  end.writeBigUInt64LE(BigInt(list.length));
  const archive = join(cacheDirectory, 'archive');
  await writeFile(archive, Buffer.concat([Buffer.from('evil'), list, Buffer.from('LOCKSTEP'), end]));
  const unpacking = unpackTree(archive, join(cacheDirectory, 'to'), {}, new AbortController().signal);
  await expect(unpacking).rejects.toThrow('leads elsewhere');
  expect(await entries('evil')).toEqual([]);
});

test('runs at the same time keep one entry and disturb nobody', async () => {
  const outcomes = await Promise.all([prepare('a'), prepare('a'), prepare('a')]);
  expect(outcomes.some(({ prepared }) => !prepared)).toBe(true);
  expect(await entries('cluster-')).toHaveLength(1);
  expect(await entries('.')).toEqual([]);
  expect(await prepare('a')).toEqual({ prepared: true });
});

test('the three that were used last are kept', async () => {
  for (const key of ['a', 'b', 'c']) {
    await prepare(key);
    // Their ages must differ by more than a clock's tick.
    for (const name of await entries('cluster-')) {
      const { mtimeMs } = await stat(join(cacheDirectory, name));
      await utimes(join(cacheDirectory, name), new Date(), new Date(mtimeMs - 60_000));
    }
  }
  expect(await prepare('a')).toEqual({ prepared: true });
  await prepare('d');
  expect(await entries('cluster-')).toHaveLength(3);
  expect(await prepare('a')).toEqual({ prepared: true });
  expect(await prepare('b')).toEqual({ prepared: false });
});

test('a cache that cannot be written is told, and stops nothing', async () => {
  const file = join(cacheDirectory, 'file');
  await writeFile(file, '');
  await withServer(
    async (started) => {
      await makeBase(started);
      await expectBase(started);
      expect(started.notices).toEqual([
        expect.stringContaining('can be kept'),
        expect.stringContaining('could not be kept'),
      ]);
    },
    { cacheDirectory: join(file, 'below') },
  );
});

test('a cluster with a tablespace elsewhere is not kept, nor copied', async () => {
  await withServer(
    async (started) => {
      const place = await mkdtemp(join(String(started.server.admin().host), 'space-'));
      await chmod(place, 0o777);
      const admin = await started.connect();
      // Postgres wants to own the directory.
      await admin.query(`COPY (SELECT 1) TO PROGRAM 'mkdir ${place}/inner'`);
      await admin.query(`CREATE TABLESPACE elsewhere LOCATION '${place}/inner'`);
      await started.server.keepPrepared();
      expect(await started.server.copy()).toBeUndefined();
    },
    { cacheDirectory },
  );
  expect(await entries('cluster-')).toEqual([]);
});

test('what the history asked of the next start (ALTER SYSTEM) does not prevent it', async () => {
  await withServer(
    async (started) => {
      const admin = await started.connect();
      await admin.query("ALTER SYSTEM SET shared_preload_libraries = 'no_such_library'");
      await started.server.keepPrepared();
      expect((await (await started.connect()).query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    },
    { cacheDirectory },
  );
});
