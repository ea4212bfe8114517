import { expect, it } from 'vitest';
import { change, lockstep, project, targets } from '../../support/deploy.ts';

/** An existing database: adopted by `baseline`, and compared again by `verify`. */

const target = targets();

const users = 'CREATE TABLE users (id int PRIMARY KEY);\n';
const orders = 'CREATE TABLE orders (id int);\n';
const both = { '001_users.sql': users, '002_orders.sql': orders };

it('compares, records without running, and lets apply go on from there', async () => {
  const shop = await target();
  await shop.admin.query(users);
  const repo = project(both);
  const wrong = await lockstep(['baseline', '--to', '002_orders'], repo, shop);
  expect(wrong.exitCode).toBe(1);
  expect(wrong.report).toMatchObject({ result: 'blocked', schemaDiff: { tables: [{ name: 'public.orders' }] } });
  expect(await shop.relations()).toEqual(['public', 'public.users', 'public.users_pkey']);
  // By the name of its file, as people type it.
  const run = await lockstep(['baseline', '--to', '001_users.sql'], repo, shop);
  expect(run.exitCode, run.printed).toBe(0);
  expect(run.report).toMatchObject({ result: 'passed', migrations: [{ id: '001_users', status: 'applied' }] });
  expect(await shop.rows('SELECT id, how FROM lockstep.migrations')).toEqual([{ id: '001_users', how: 'baseline' }]);
  expect((await lockstep(['baseline', '--to', '001_users'], repo, shop)).report.result).toBe('noop');
  const applied = await lockstep('apply', repo, shop);
  expect(applied.report, applied.printed).toMatchObject({
    result: 'applied',
    migrations: [{ id: '002_orders', status: 'applied' }],
  });
  expect((await lockstep('verify', repo, shop)).report.result).toBe('passed');
  await shop.admin.query('ALTER TABLE orders ADD COLUMN by_hand text');
  const verified = await lockstep('verify', repo, shop);
  expect(verified.exitCode).toBe(1);
  expect(verified.printed).toContain('by_hand');
});

it('a script that pg_dump wrote stands before the migrations, as in check', async () => {
  const shop = await target();
  await shop.admin.query('CREATE SCHEMA old; CREATE TABLE old.users (id int)');
  await shop.admin.query(`GRANT USAGE ON SCHEMA old TO ${shop.role}`);
  const dump = '\\restrict abc123\nCREATE SCHEMA old;\nCREATE TABLE old.users (id int);\n\\unrestrict abc123\n';
  const repo = project({ '001_orders.sql': orders }, 'rehearsal:\n  setup: [dump.sql]\n');
  repo.commit('dump', { 'dump.sql': dump });
  await shop.admin.query(`SET ROLE ${shop.role}; ${orders} RESET ROLE`);
  const run = await lockstep(['baseline', '--to', '001_orders'], repo, shop);
  expect(run.report.result, run.printed).toBe('passed');
});

it('a difference that is known is recorded with accept_differences, and shown', async () => {
  const shop = await target();
  await shop.admin.query('CREATE TABLE users (id int PRIMARY KEY, by_hand text)');
  const repo = project({ '001_users.sql': users });
  const refused = await lockstep(['baseline', '--to', '001_users'], repo, shop);
  expect(refused.report.result).toBe('blocked');
  expect(refused.printed).toContain('--accept-differences');
  const run = await lockstep(['baseline', '--to', '001_users'], repo, shop, ['--accept-differences']);
  expect(run.report.result, run.printed).toBe('passed');
  expect(run.printed).toContain('by_hand');
});

it('a new project beside another one begins with --to none and a ledger of its own', async () => {
  const shop = await target();
  await lockstep('apply', project({ '001_users.sql': users }), shop);
  const second = project({ '001_invoices.sql': 'CREATE TABLE invoices ();\n' }, 'ledger_schema: billing_ledger\n');
  const refused = await lockstep('apply', second, shop);
  expect(refused.closed).toEqual(['baseline']);
  const run = await lockstep(['baseline', '--to', 'none'], second, shop);
  expect(run.report.result, run.printed).toBe('passed');
  const applied = await lockstep('apply', second, shop);
  expect(applied.report.result, applied.printed).toBe('applied');
  expect(await shop.rows('SELECT id FROM lockstep.migrations')).toEqual([{ id: '001_users' }]);
  expect(await shop.rows('SELECT id FROM billing_ledger.migrations')).toEqual([{ id: '001_invoices' }]);
});

it("a table of the project's own runner is read and written as it would", async () => {
  const shop = await target();
  await shop.admin.query(
    `SET ROLE ${shop.role}; ${users} CREATE TABLE ran (filename text PRIMARY KEY, at timestamptz DEFAULT now());
     INSERT INTO ran (filename) VALUES ('001_users.sql'); RESET ROLE`,
  );
  const repo = project(both, 'history:\n  table: public.ran\n  id_column: filename\n');
  const run = await lockstep('apply', repo, shop);
  expect(run.report, run.printed).toMatchObject({ result: 'applied', migrations: [{ id: '002_orders' }] });
  expect(await shop.rows('SELECT filename FROM ran ORDER BY 1')).toEqual([
    { filename: '001_users.sql' },
    { filename: '002_orders.sql' },
  ]);
});

it('a migration that is not there is named with what was meant', async () => {
  const shop = await target();
  const repo = project(both);
  change(repo, { '003_c.sql': 'CREATE TABLE c ();\n' });
  const run = await lockstep(['baseline', '--to', '002_order'], repo, shop);
  expect(run.exitCode).toBe(2);
  expect(run.report.error).toMatchObject({ code: 'migration-unknown' });
  expect(run.printed).toContain('002_orders');
});

it('a database that nobody has adopted is not made ours by settling one of its migrations', async () => {
  const shop = await target();
  await shop.admin.query('CREATE TABLE somebodys (id int)');
  const repo = project({ '001_a.sql': 'CREATE TABLE a ();\n' });
  const refused = await lockstep(['resolve', '001_a', '--as', 'applied'], repo, shop);
  expect(refused.exitCode).toBe(2);
  expect(refused.report.error).toMatchObject({
    code: 'nothing-to-resolve',
    hint: expect.stringContaining('lockstep baseline --to'),
  });
  expect(await shop.relations()).toEqual(['public', 'public.somebodys']);
});
