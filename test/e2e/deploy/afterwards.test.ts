import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { change, lockstep, project, targets, temporaryFolder } from '../../support/deploy.ts';

/** What must hold after the last migration: it takes no migration back, and keeps the code from following. */

const target = targets();

const a = { '001_a.sql': 'CREATE TABLE a (id int);\n' };

it('a smoke command that fails stops the deploy, keeps the migration, and is asked again by the next run', async () => {
  const shop = await target();
  const flag = join(temporaryFolder(), 'works');
  const config = `smoke_command: 'echo "is it up?"; test -e ${flag}'\n`;
  const repo = project(a, config);
  const run = await lockstep('apply', repo, shop);
  expect(run.exitCode).toBe(1);
  expect(run.report).toMatchObject({
    result: 'failed',
    error: { code: 'checks-failed' },
    migrations: [{ id: '001_a', status: 'applied' }],
    tests: [{ phase: 'smoke', exitCode: 1 }],
  });
  expect(run.printed).toContain('is it up?');
  expect(await shop.rows('SELECT id FROM lockstep.migrations')).toEqual([{ id: '001_a' }]);
  expect(await shop.rows('SELECT result FROM lockstep.runs')).toEqual([{ result: 'checks-failed' }]);
  // To start it again does not make it good.
  const again = await lockstep('apply', repo, shop);
  expect(again.report).toMatchObject({ result: 'failed', migrations: [], tests: [{ exitCode: 1 }] });
  writeFileSync(flag, '');
  const mended = await lockstep('apply', repo, shop);
  expect(mended.exitCode, mended.printed).toBe(0);
  expect(mended.report).toMatchObject({ result: 'noop', tests: [{ exitCode: 0 }] });
  const later = await lockstep('apply', repo, shop);
  expect(later.report.tests).toBeUndefined();
});

it('it gets the URL of the target, and nothing that it prints gives the password away', async () => {
  const shop = await target();
  const seen = join(temporaryFolder(), 'url');
  const config = `smoke_command: 'printf %s "$DATABASE_URL" > ${seen}; echo "url $DATABASE_URL"; echo "pw ${'$'}{DATABASE_URL#*:}"; exit 1'\n`;
  const run = await lockstep('apply', project(a, config), shop);
  expect(readFileSync(seen, 'utf8')).toBe(shop.url);
  for (const text of [run.printed, run.log, JSON.stringify(run.report)]) {
    expect(text).toContain('url ');
    expect(text).not.toContain(encodeURIComponent(shop.password));
    expect(text).not.toContain(shop.password);
  }
});

it('a table of verify_tables that is not there stops the deploy', async () => {
  const shop = await target();
  const repo = project(a, 'verify_tables: [a, side.b]\n');
  const run = await lockstep('apply', repo, shop);
  expect(run.report).toMatchObject({
    result: 'failed',
    error: { code: 'checks-failed', message: 'There is no table side.b, which verify_tables names.' },
  });
  change(repo, { '002_b.sql': 'CREATE SCHEMA side;\nCREATE TABLE side.b ();\n' }, 'verify_tables: [a, side.b]\n');
  expect((await lockstep('apply', repo, shop)).report.result).toBe('applied');
});

it('a new invalid index stops the deploy; one that was there before does not', async () => {
  const shop = await target();
  const repo = project(a);
  await lockstep('apply', repo, shop);
  await shop.admin.query('CREATE INDEX old ON a (id)');
  await shop.admin.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'old'::regclass");
  change(repo, { '002_b.sql': 'CREATE TABLE b ();\n' });
  expect((await lockstep('apply', repo, shop)).report.result).toBe('applied');
  await shop.admin.query(`ALTER ROLE ${shop.role} SUPERUSER`);
  change(repo, {
    '003_i.sql':
      "CREATE INDEX new ON a (id);\nUPDATE pg_index SET indisvalid = false WHERE indexrelid = 'new'::regclass;\n",
  });
  const run = await lockstep('apply', repo, shop);
  expect(run.report, run.printed).toMatchObject({
    result: 'failed',
    error: { code: 'checks-failed', message: expect.stringContaining('public.new is INVALID') },
  });
});

it('an invalid index that a deploy has left is not forgotten when the next run dies', async () => {
  const shop = await target();
  await shop.admin.query(`ALTER ROLE ${shop.role} SUPERUSER`);
  const repo = project({
    ...a,
    '002_i.sql':
      "CREATE INDEX new ON a (id);\nUPDATE pg_index SET indisvalid = false WHERE indexrelid = 'new'::regclass;\n",
  });
  const failed = {
    result: 'failed',
    error: { code: 'checks-failed', message: expect.stringContaining('public.new is') },
  };
  const run = await lockstep('apply', repo, shop);
  expect(run.report, run.printed).toMatchObject(failed);
  // As a kill leaves it.
  await shop.admin.query(
    "INSERT INTO lockstep.runs (command, environment, tool_version) VALUES ('apply', 'production', '0')",
  );
  const again = await lockstep('apply', repo, shop);
  expect(again.report, again.printed).toMatchObject({ ...failed, migrations: [] });
  expect(await shop.rows('SELECT result FROM lockstep.runs ORDER BY id')).toEqual(
    ['checks-failed', 'lost', 'checks-failed'].map((result) => ({ result })),
  );
  await shop.admin.query('DROP INDEX new');
  expect((await lockstep('apply', repo, shop)).report.result).toBe('noop');
});
