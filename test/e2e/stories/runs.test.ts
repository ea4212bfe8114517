import { expect, it, vi } from 'vitest';
import { lockstep, targets } from '../../support/deploy.ts';
import { push } from '../../support/workflows/events.ts';
import { ended, pipeline, tables } from './pipeline.ts';

/** Runs that meet another, or their end, by the template. */

const target = targets();

const orders = { 'migrations/001_orders.sql': 'CREATE TABLE orders ();\n' };

it('the older run of two merges that comes late is superseded in staging: nobody is asked, and its code stays', async () => {
  const shop = await pipeline(target);
  shop.merge(orders);
  const older = push(shop.repo);
  shop.repo.commit('next', { 'migrations/002_items.sql': 'CREATE TABLE items ();\n' });
  expect((await shop.ship()).conclusion).toBe('success');
  const late = await shop.ship({ event: older });
  expect(late.approvals).toEqual([]);
  expect(late.jobs.staging?.outputs).toMatchObject({ result: 'superseded', deploy_code: 'false' });
  expect(ended(late, 'staging', 'plan-production', 'production', 'outcome', 'deploy'), late.log).toBe(
    'staging success, plan-production skipped, production skipped, outcome success, deploy skipped',
  );
  expect(late.conclusion).toBe('success');
});

it('a run whose approval came after a newer commit was deployed is superseded in production, and ships no code', async () => {
  const shop = await pipeline(target);
  shop.merge(orders);
  const older = push(shop.repo);
  const late = await shop.ship({
    event: older,
    async approve() {
      shop.repo.commit('next', { 'migrations/002_items.sql': 'CREATE TABLE items ();\n' });
      await lockstep('apply', shop.repo, shop.production);
      return 'approve' as const;
    },
  });
  expect(late.jobs.production?.outputs, late.log).toMatchObject({ result: 'superseded', deploy_code: 'false' });
  expect(ended(late, 'production', 'outcome', 'deploy'), late.log).toBe(
    'production success, outcome success, deploy skipped',
  );
  expect(shop.comments()).toEqual([expect.stringMatching(/`production`: .*later commit/)]);
});

it('a run that is cancelled in the middle of a migration rolls back, leaves no lock, and ships no code', async () => {
  const shop = await pipeline(target);
  const { production } = shop;
  await production.admin.query(`ALTER DATABASE ${production.database} SET shop.nap = '60'`);
  shop.merge({
    'migrations/001_orders.sql':
      "CREATE TABLE orders ();\nSELECT pg_sleep(coalesce(nullif(current_setting('shop.nap', true), ''), '0')::int);\n",
  });
  const running = shop.start();
  const sessions = (where: string) =>
    production.rows(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND usename = '${production.role}' AND ${where}`,
    );
  await vi.waitFor(async () => expect(await sessions("query LIKE '%pg_sleep%' AND state = 'active'")).toHaveLength(1), {
    timeout: 60_000,
    interval: 100,
  });
  running.cancel();
  const run = await running.finished;
  expect(run.conclusion).toBe('cancelled');
  expect(ended(run, 'staging', 'production', 'outcome', 'deploy', 'told'), run.log).toBe(
    'staging success, production cancelled, outcome success, deploy cancelled, told success',
  );
  expect(run.jobs.deploy?.all).toEqual([]);
  expect(await tables(production)).toBe('');
  await vi.waitFor(async () => expect(await sessions('true')).toEqual([]), { timeout: 10_000 });
  expect(await production.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")).toEqual([]);
  expect(shop.comments()).toEqual([expect.stringMatching(/`production`: .*cancelled[\s\S]*`code`: not deployed/)]);
  const [alarm] = shop.slack.messages().filter(({ broadcast }) => broadcast);
  expect(alarm?.text).toMatch(/production.*cancelled/s);
});

it('Slack and GitHub are down: the deploy goes on, and says so in warnings', async () => {
  const shop = await pipeline(target);
  shop.merge(orders);
  await Promise.all([shop.github.close(), shop.slack.close()]);
  const run = await shop.ship();
  expect(run.conclusion, run.log).toBe('success');
  expect(ended(run, 'production', 'deploy')).toBe('production success, deploy success');
  expect(await tables(shop.production)).toBe('orders');
  const warnings = ['staging', 'production'].map((job) =>
    run.jobs[job]?.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message),
  );
  for (const each of warnings) {
    expect(each?.join('\n')).toMatch(/No message in Slack/);
    expect(each?.join('\n')).toMatch(/No comment on the pull request/);
  }
});

it('Slack and GitHub are silent: production waits for each a few seconds at most', async () => {
  const shop = await pipeline(target);
  shop.merge(orders);
  const silent = { kind: 'slow', ms: 100_000 } as const;
  shop.slack.fail({ operation: 'chat.postMessage', times: 99 }, silent);
  shop.github.fail({ operation: 'repos/list-pull-requests-associated-with-commit', times: 99 }, silent);
  const at = { approved: 0, out: Number.POSITIVE_INFINITY };
  const run = await shop.ship({
    approve() {
      at.approved = performance.now();
      return 'approve';
    },
    onLine(line, { job }) {
      if (job === 'deploy' && line === 'The code is out.') at.out = performance.now();
    },
  });
  expect(run.conclusion, run.log).toBe('success');
  expect(ended(run, 'production', 'deploy')).toBe('production success, deploy success');
  expect(at.out - at.approved).toBeLessThan(25_000);
});
