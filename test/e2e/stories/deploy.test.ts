import { describe, expect, it } from 'vitest';
import { lockstep, targets } from '../../support/deploy.ts';
import { ended, pipeline, tables } from './pipeline.ts';

/** From the merge to production, by the template: what reaches production, and what does not. */

const target = targets();

const change = { 'migrations/001_orders.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY);\n' };

describe('a clean change', () => {
  it('reaches production after approval, and the code follows; one comment and one message tell it', async () => {
    const shop = await pipeline(target);
    shop.merge(change, 'Orders (#42)');
    const pages: string[] = [];
    const run = await shop.ship({
      async approve({ environment, page }) {
        pages.push(page.summary, await tables(shop.production), shop.channel().join(), shop.comments().join());
        return environment === 'production' ? 'approve' : 'reject';
      },
    });
    expect(
      ended(run, 'staging', 'plan-production', 'rehearsal', 'production', 'outcome', 'deploy', 'told'),
      run.log,
    ).toBe(
      'staging success, plan-production success, rehearsal success, production success, outcome success, deploy success, told success',
    );
    expect(run.conclusion).toBe('success');
    expect(run.approvals).toEqual([{ environment: 'production', job: 'production', answer: 'approve' }]);
    const [page, before, message, comment] = pages;
    expect(page).toContain('001_orders');
    expect(before).toBe('');
    expect(message).toMatch(/waiting/i);
    expect(comment).toContain('`production`: waiting for approval: 1 migration');
    expect(comment).toContain('It may be approved by `grace`, `the team dba`.');
    expect(message).toMatch(/One of `grace`, `the team dba` reads the plan/);
    expect(page).toMatch(/by `Ada`, \[pull request 42\]/);
    expect(page).toContain('If one fails');
    expect([await tables(shop.staging), await tables(shop.production)]).toEqual(['orders', 'orders']);
    expect(run.jobs.deploy?.log).toContain('The code is out.');
    expect(shop.comments()).toEqual([
      expect.stringMatching(/`staging`: 1 migration applied.*`production`: 1 migration applied.*`code`: deployed/s),
    ]);
    expect(shop.channel()).toEqual([expect.stringMatching(/staging.*production.*deployed/s)]);
    expect(run.jobs.production?.annotations).toEqual([]);
    expect(shop.told(run)).toContain('CREATE TABLE orders');
    for (const secret of shop.secrets) expect(shop.told(run)).not.toContain(secret);
    expect([...shop.github.problems, ...shop.slack.problems]).toEqual([]);
  });
});

it('who approves reads what each migration locks, from a rehearsal of this run on the schema that production has', async () => {
  const shop = await pipeline(target);
  shop.merge(change);
  await shop.ship({ approve: () => 'approve' });
  shop.merge({ 'migrations/002_note.sql': 'ALTER TABLE orders ADD COLUMN note text;\n' });
  const pages: string[] = [];
  const run = await shop.ship({
    approve({ page }) {
      pages.push(page.summary);
      return 'approve';
    },
  });
  expect(ended(run, 'rehearsal', 'production'), run.log).toBe('rehearsal success, production success');
  expect(pages[0]).toContain('locks `public.orders` (ACCESS EXCLUSIVE: reads, writes wait)');
  // What production has already is not rehearsed again.
  expect(pages[0]).not.toContain('001_orders`**: `+ table');
});

it('a production that nobody may read is approved unseen, and everybody is told so before', async () => {
  const shop = await pipeline(target, { reader: false });
  shop.merge(change);
  const pages: string[] = [];
  const run = await shop.ship({
    approve({ page }) {
      pages.push(page.summary, shop.channel().join(), shop.comments().join());
      return 'approve';
    },
  });
  expect(ended(run, 'plan-production', 'rehearsal', 'production', 'deploy'), run.log).toBe(
    'plan-production success, rehearsal success, production success, deploy success',
  );
  expect(run.approvals).toHaveLength(1);
  expect(pages).toEqual(
    Array(3).fill(expect.stringMatching(/waiting for approval: the database was not read.*approves that unseen/s)),
  );
  expect(pages[0]).toContain('001_orders');
  expect(await tables(shop.production)).toBe('orders');
  expect(shop.comments()).toEqual([expect.stringMatching(/`production`: 1 migration applied.*`code`: deployed/s)]);
  expect(shop.channel()).toEqual([expect.not.stringContaining('unseen')]);
  expect([...shop.github.problems, ...shop.slack.problems]).toEqual([]);
});

it('a plan that never came to be, for another reason, asks nobody to approve it unseen', async () => {
  const shop = await pipeline(target, { reader: false });
  const workflow = shop.repo.git('show', 'HEAD:.github/workflows/deploy.yml');
  const text = workflow.replace(/^( {6})(- id: plan\n)/m, '$1- run: exit 1\n$1$2');
  expect(text).not.toBe(workflow);
  shop.merge({ ...change, '.github/workflows/deploy.yml': `${text}\n` });
  const run = await shop.ship();
  expect(ended(run, 'staging', 'plan-production', 'production', 'deploy'), run.log).toBe(
    'staging success, plan-production failure, production skipped, deploy skipped',
  );
  expect(run.approvals).toEqual([]);
  expect(await tables(shop.production)).toBe('');
});

it('nothing pending deploys code without asking anybody, and without a word', async () => {
  const shop = await pipeline(target);
  shop.merge(change);
  await shop.ship();
  const before = shop.slack.messages().length;
  shop.repo.commit('code alone', { 'index.js': 'export {};\n' });
  const run = await shop.ship({ approve: () => 'reject' });
  expect(run.approvals).toEqual([]);
  expect(ended(run, 'rehearsal', 'production', 'deploy'), run.log).toBe(
    'rehearsal skipped, production skipped, deploy success',
  );
  expect(run.conclusion).toBe('success');
  expect(shop.slack.messages()).toHaveLength(before);
});

it('staging fails and production never asks: no code, and people are told at which statement', async () => {
  const shop = await pipeline(target);
  shop.merge({ 'migrations/001_orders.sql': 'CREATE TABLE orders ();\nINSERT INTO nowhere VALUES (1);\n' });
  const run = await shop.ship();
  expect(run.approvals).toEqual([]);
  expect(run.conclusion).toBe('failure');
  expect(ended(run, 'staging', 'plan-production', 'production', 'outcome', 'deploy', 'told'), run.log).toBe(
    'staging failure, plan-production skipped, production skipped, outcome success, deploy skipped, told success',
  );
  expect([await tables(shop.staging), await tables(shop.production)]).toEqual(['', '']);
  expect(shop.comments()).toEqual([expect.stringMatching(/❌ `staging`: failed.*statement 2, line 2: .*42P01/s)]);
  expect(shop.channel()).toHaveLength(1);
  expect(shop.threads().join()).toContain('42P01');
});

it('an approval that is refused is told in the comment and on Slack; production stays, and so does the code', async () => {
  const shop = await pipeline(target);
  shop.merge(change);
  const run = await shop.ship({ approve: () => 'reject' });
  expect(run.approvals).toEqual([{ environment: 'production', job: 'production', answer: 'reject' }]);
  expect(ended(run, 'staging', 'production', 'outcome', 'deploy', 'told'), run.log).toBe(
    'staging success, production failure, outcome success, deploy skipped, told success',
  );
  expect([await tables(shop.staging), await tables(shop.production)]).toEqual(['orders', '']);
  expect(shop.comments()).toEqual([
    expect.stringMatching(/`staging`: 1 migration applied.*❌ `production`: not approved/s),
  ]);
  expect(shop.channel()).toEqual([expect.stringContaining('not approved')]);
  for (const secret of shop.secrets) expect(shop.told(run)).not.toContain(secret);
  expect([...shop.github.problems, ...shop.slack.problems]).toEqual([]);
});

describe('a plan that changed after its approval is refused, nothing of it runs, and no code follows:', () => {
  const refused = 'staging success, production failure, outcome success, deploy skipped';

  it('production was set back, and lacks more than what was approved', async () => {
    const shop = await pipeline(target, { migrations: { '000_start.sql': 'CREATE TABLE start ();\n' } });
    await lockstep('apply', shop.repo, shop.production);
    shop.merge(change);
    const run = await shop.ship({
      async approve({ page }) {
        expect(page.summary).toContain('001_orders');
        await shop.production.admin.query('DROP SCHEMA lockstep CASCADE; DROP TABLE start');
        return 'approve' as const;
      },
    });
    expect(ended(run, 'staging', 'production', 'outcome', 'deploy'), run.log).toBe(refused);
    expect(await tables(shop.production)).toBe('');
    expect(run.jobs.production?.summary).toMatch(/approved/);
    expect(shop.comments()).toEqual([
      expect.stringMatching(/❌ `production`: refused: no migration ran, .* UTC\n.*approved/),
    ]);
  });

  it('somebody has applied a part of it by hand, and not the first', async () => {
    const shop = await pipeline(target);
    shop.merge({ ...change, 'migrations/002_items.sql': 'CREATE TABLE items ();\n' });
    const run = await shop.ship({
      async approve() {
        const hand = shop.repo.clone();
        hand.git('checkout', '--quiet', 'HEAD^');
        hand.commit('by hand', { 'migrations/002_items.sql': 'CREATE TABLE items ();\n' });
        hand.git('push', '--quiet', 'origin', 'HEAD:refs/heads/by-hand');
        await lockstep('apply', hand, shop.production);
        return 'approve' as const;
      },
    });
    expect(ended(run, 'staging', 'production', 'outcome', 'deploy'), run.log).toBe(refused);
    expect(await tables(shop.production)).toBe('items');
    expect(shop.comments()).toEqual([
      expect.stringMatching(/❌ `production`: refused: no migration ran, .* UTC\n.*sorts before/),
    ]);
  });
});
