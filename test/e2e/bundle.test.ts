import { execFile } from 'node:child_process';
import { copyFile, cp, readdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, it } from 'vitest';
import { change, lockstep, project, targets, temporaryFolder } from '../support/deploy.ts';

/** What every start of the program pays for. */

const target = targets();

async function files(): Promise<Map<string, string>> {
  const folder = dirname(inject('bundle'));
  const names = (await readdir(folder)).filter((name) => name.endsWith('.cjs'));
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'latin1')] as const)),
  );
}

it('the program is plain ASCII, which Node reads twice as fast', async () => {
  for (const [name, text] of await files()) expect({ name, at: text.search(/[^\0-\x7f]/) }).toEqual({ name, at: -1 });
});

it('no module is in two of its files: each may keep a state', async () => {
  // As esbuild names the modules that it wraps.
  const modules = [...(await files()).values()].flatMap((text) =>
    [...text.matchAll(/"(node_modules\/[^"]+)"\(/g)].map(([, at]) => at),
  );
  expect(modules.length).toBeGreaterThan(100);
  expect(modules.filter((at, index) => modules.indexOf(at) < index)).toEqual([]);
});

it('an apply that finds nothing to do reads two files; one that does needs the parser', async () => {
  const shop = await target();
  const repo = project({ '001_users.sql': 'CREATE TABLE users ();\n\n-- Rollback\n-- DROP TABLE users;\n' });
  await lockstep('apply', repo, shop);
  const folder = temporaryFolder();
  const read = ['index.cjs', 'target.cjs'];
  for (const name of read) await copyFile(join(dirname(inject('bundle')), name), join(folder, name));
  const withoutParser = () =>
    promisify(execFile)(
      process.execPath,
      [join(folder, 'index.cjs'), 'apply', '--yes', '--log-dir', folder, '--database-url-env', 'TARGET_URL'],
      { cwd: repo.dir, env: { ...repo.env, TARGET_URL: shop.url } },
    );
  expect((await withoutParser()).stdout).toContain('nothing to do');
  const all = await files();
  expect(read.reduce((sum, name) => sum + (all.get(name) ?? '').length, 0)).toBeLessThan(1_150_000);
  change(repo, { '002_orders.sql': 'CREATE TABLE orders ();\n' });
  await expect(withoutParser()).rejects.toThrow();
});

it('runs wherever dist/ is, and by a link to it, as npm installs a command', async () => {
  const folder = temporaryFolder();
  await cp(dirname(inject('bundle')), join(folder, 'dist of ours'), { recursive: true });
  await symlink(join('dist of ours', 'index.cjs'), join(folder, 'lockstep'));
  const { stderr } = await promisify(execFile)(process.execPath, [join(folder, 'lockstep'), 'plan'], {
    cwd: folder,
  }).catch((error: { stderr: string }) => error);
  expect(stderr).toContain('is not in a git repository');
});
