import { describe, expect, it } from 'vitest';
import { targets } from '../../support/deploy.ts';
import { checkHere } from '../../support/example.ts';
import { gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';

const BASE = `CREATE TABLE orders (id bigint PRIMARY KEY, coupon text);
INSERT INTO orders SELECT generate_series(1, 1200);`;

const BATCHES = `DO $$
BEGIN
  FOR batch IN 0..2 LOOP
    UPDATE orders SET coupon = 'none' WHERE id > batch * 500 AND id <= batch * 500 + 500;
    COMMIT;
  END LOOP;
END $$;`;

describe('batches that commit one by one', () => {
  const target = targets();

  it('pass a check with a warning, and the deploy runs them', async () => {
    const repo = gitRepo({ 'migrations/001_orders.sql': BASE });
    repo.branch('change');
    repo.commit('the backfill', { 'migrations/002_coupons.sql': `-- lockstep: no-transaction\n${BATCHES}` });
    const { report, printed } = await checkHere(repo);
    expect(report.result, printed).toBe('passed');
    const open = report.findings.filter(({ severity }) => severity !== 'info');
    expect(open.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual(['warn transaction-control']);
    const shop = await target();
    const deployed = await lockstepHere('apply', repo, shop.url);
    expect(deployed.report.result, deployed.printed).toBe('applied');
    expect(await shop.rows("SELECT count(*)::int AS n FROM orders WHERE coupon = 'none'")).toEqual([{ n: 1200 }]);
  });

  it('are refused by both where a transaction stands round them', async () => {
    const repo = gitRepo({ 'migrations/001_orders.sql': BASE });
    repo.branch('change');
    repo.commit('the backfill', { 'migrations/002_coupons.sql': BATCHES });
    const { report } = await checkHere(repo);
    expect(report.result).toBe('blocked');
    const shop = await target();
    const deployed = await lockstepHere('apply', repo, shop.url);
    expect(deployed.report.result, deployed.printed).toBe('refused');
  });
});
