import { expect, it } from 'vitest';
import { change, lockstep, project, targets } from '../../support/deploy.ts';

/** Commands that only look: with SELECT alone, in transactions that a role's own limits do not end. */

const target = targets();

const users = { '001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, name text);\n' };

const READING = ['status', 'plan', 'verify'] as const;

it('verify needs SELECT on the ledger alone, sees what was changed by hand, and changes nothing', async () => {
  const shop = await target();
  const repo = project(users);
  await lockstep('apply', repo, shop);
  const { url } = await shop.login('reader');
  const before = [await shop.relations(), await shop.rows('SELECT * FROM lockstep.runs')];
  const refused = await lockstep('verify', repo, shop, [], { url });
  expect(refused.report.error?.code, refused.printed).toBe('history-unreadable');
  for (const grant of refused.report.error?.hint?.match(/GRANT .*;/g) ?? []) await shop.admin.query(grant);
  const verified = await lockstep('verify', repo, shop, [], { url });
  expect(verified.exitCode, verified.printed).toBe(0);
  expect(verified.report).toMatchObject({ result: 'passed', history: { applied: 1, newest: '001_users' } });
  expect([await shop.relations(), await shop.rows('SELECT * FROM lockstep.runs')]).toEqual(before);
  await shop.admin.query('ALTER TABLE users ADD COLUMN by_hand text');
  const differs = await lockstep('verify', repo, shop, [], { url });
  expect(differs.exitCode, differs.printed).toBe(1);
  expect(differs.report).toMatchObject({ result: 'blocked', schemaDiff: { tables: [{ name: 'public.users' }] } });
});

it.each(READING)('%s is not ended by a limit that the role has on idle transactions', async (command) => {
  const shop = await target();
  const repo = project(users);
  await lockstep('apply', repo, shop);
  const more = Array.from({ length: 30 }, (_, index) => [`1${10 + index}_more.sql`, `CREATE TABLE m${index} ();\n`]);
  change(repo, Object.fromEntries(more));
  const { role, url } = await shop.login('reader');
  await shop.admin.query(`GRANT USAGE ON SCHEMA lockstep TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA lockstep TO ${role};
    ALTER ROLE ${role} SET idle_in_transaction_session_timeout = '1ms'`);
  const run = await lockstep(command, repo, shop, [], { url });
  expect(run.exitCode, run.printed).toBe(0);
});
