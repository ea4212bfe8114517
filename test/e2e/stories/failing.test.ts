import { expect, it } from 'vitest';
import { lockstep, targets } from '../../support/deploy.ts';
import { ended, pipeline, tables } from './pipeline.ts';

/** Deploys that fail half-way, by the template: what stays, what is told, and that no secret is told with it. */

const target = targets();

const orders = { '001_orders.sql': 'CREATE TABLE orders (email text NOT NULL);\n' };

it('code is not deployed when the migration failed in production; people read why, and no secret', async () => {
  const shop = await pipeline(target, { migrations: orders });
  for (const each of [shop.staging, shop.production]) await lockstep('apply', shop.repo, each);
  await shop.production.admin.query("INSERT INTO orders VALUES ('ada@example.com'), ('ada@example.com')");
  shop.merge({
    'migrations/002_unique.sql':
      'CREATE TABLE items ();\nALTER TABLE orders ADD CONSTRAINT orders_email UNIQUE (email);\n',
  });
  const run = await shop.ship();
  expect(run.approvals).toHaveLength(1);
  expect(ended(run, 'staging', 'production', 'outcome', 'deploy', 'told'), run.log).toBe(
    'staging success, production failure, outcome success, deploy skipped, told success',
  );
  expect(await tables(shop.production)).toBe('orders');
  expect(shop.comments()).toEqual([
    expect.stringMatching(/❌ `production`: failed.*`002_unique`, statement 2, line 2: .*23505/s),
  ]);
  expect(shop.threads().join()).toContain('23505');
  expect(run.jobs.production?.summary).toContain('23505');
  for (const secret of shop.secrets) expect(shop.told(run)).not.toContain(secret);
  expect([...shop.github.problems, ...shop.slack.problems]).toEqual([]);
});

it('code that fails is told: it is the code to roll back, and the schema stays', async () => {
  const shop = await pipeline(target, { code: 'exit 1' });
  shop.merge({ 'migrations/001_orders.sql': orders['001_orders.sql'] });
  const run = await shop.ship();
  expect(ended(run, 'production', 'outcome', 'deploy', 'told'), run.log).toBe(
    'production success, outcome success, deploy failure, told success',
  );
  expect(run.conclusion).toBe('failure');
  expect(await tables(shop.production)).toBe('orders');
  expect(shop.comments()).toEqual([
    expect.stringMatching(
      /`production`: 1 migration applied.*❌ `code`: failed to deploy.*Roll back the code, not the schema/s,
    ),
  ]);
  expect(shop.channel()).toEqual([expect.stringMatching(/roll back the code/i)]);
});
