import { execFile } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, it } from 'vitest';
import { change, lockstep, project, targets, temporaryFolder } from '../support/deploy.ts';

/** What every start of the program pays for. */

const target = targets();

it('the bundle is plain ASCII, which Node reads twice as fast', async () => {
  expect((await readFile(inject('bundle'), 'latin1')).search(/[^\0-\x7f]/)).toBe(-1);
});

it('an apply that finds nothing to do loads no parser; one that does needs it', async () => {
  const shop = await target();
  const repo = project({ '001_users.sql': 'CREATE TABLE users ();\n\n-- Rollback\n-- DROP TABLE users;\n' });
  await lockstep('apply', repo, shop);
  const folder = temporaryFolder();
  await copyFile(inject('bundle'), join(folder, 'index.cjs'));
  const withoutParser = () =>
    promisify(execFile)(
      process.execPath,
      [join(folder, 'index.cjs'), 'apply', '--yes', '--log-dir', folder, '--database-url-env', 'TARGET_URL'],
      { cwd: repo.dir, env: { ...repo.env, TARGET_URL: shop.url } },
    );
  expect((await withoutParser()).stdout).toContain('nothing to do');
  change(repo, { '002_orders.sql': 'CREATE TABLE orders ();\n' });
  await expect(withoutParser()).rejects.toThrow();
});
