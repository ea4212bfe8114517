import { describe, expect, it } from 'vitest';
import { checkHere, example, plainUrl } from '../../support/command-tool.ts';
import { targets } from '../../support/deploy.ts';
import { lockstepHere } from '../../support/in-process.ts';

const target = targets();

const HELD = ['migrations/20260103090000_first_orders.js', 'migrations/20260104090000_order_note.js'];
const MIGRATE = ['npx', '--no-install', 'knex', 'migrate:latest'];
const ROLLBACK = ['npx', '--no-install', 'knex', 'migrate:down'];

describe('apply', () => {
  it('runs Knex under the lock, and Knex finds nothing to do and takes back', async () => {
    const shop = await target();
    const url = plainUrl(shop);
    const { repo, complete, tool } = example('knex', HELD);
    tool(MIGRATE, url);
    const settled = await lockstepHere('apply', repo, url);
    expect(settled.report, settled.printed).toMatchObject({ result: 'noop', project: { tool: 'knex', migrations: 2 } });
    complete();
    const planned = await lockstepHere('plan', repo, url);
    expect(planned.report, planned.printed).toMatchObject({
      result: 'planned',
      history: { relation: 'public.knex_migrations', applied: 2 },
    });
    expect(planned.report.plan?.pending.map(({ id }) => id)).toEqual([
      '20260103090000_first_orders.js',
      '20260104090000_order_note.js',
    ]);
    const applied = await lockstepHere('apply', repo, url);
    expect(applied.report, applied.printed).toMatchObject({ result: 'applied' });
    expect(applied.report.migrations.map(({ status }) => status)).toEqual(['applied', 'applied']);
    const ledger = await shop.rows<{ id: string; how: string }>(
      'SELECT id, how, commit FROM lockstep.migrations ORDER BY id',
    );
    expect(ledger).toMatchObject([
      { id: '20260103090000_first_orders.js', how: 'applied', commit: repo.git('rev-parse', 'HEAD') },
      { id: '20260104090000_order_note.js', how: 'applied' },
    ]);
    expect(tool(MIGRATE, url)).toMatch(/Already up to date/);
    tool(ROLLBACK, url);
    const again = await lockstepHere('apply', repo, url);
    expect(again.report, again.printed).toMatchObject({
      result: 'applied',
      migrations: [{ id: '20260104090000_order_note.js', status: 'applied' }],
    });
  });

  it('begins where there is nothing, and Knex goes on', async () => {
    const shop = await target();
    const url = plainUrl(shop);
    const { repo, complete, tool } = example('knex', HELD);
    const first = await lockstepHere('apply', repo, url);
    expect(first.report, first.printed).toMatchObject({
      result: 'applied',
      migrations: [{ status: 'applied' }, { status: 'applied' }],
    });
    complete();
    tool(MIGRATE, url);
    const noop = await lockstepHere('apply', repo, url);
    expect(noop.report, noop.printed).toMatchObject({ result: 'noop', history: { applied: 4 } });
  });
});

describe('check', () => {
  it('lints, rehearses and takes back what Knex sends', async () => {
    const { repo } = example('knex', HELD);
    repo.branch('change');
    repo.commit('a change', {
      'migrations/20260105090000_status.js': `exports.up = async (knex) => {
  await knex.schema.alterTable('orders', (table) => table.text('status').notNullable().index());
  await knex.raw('ALTER TABLE orders ALTER COLUMN total TYPE bigint');
};
exports.down = async (knex) => {
  await knex.schema.alterTable('orders', (table) => table.dropColumn('status'));
};
`,
    });
    const { report, printed, rules } = await checkHere(repo);
    console.log(printed);
    console.log(JSON.stringify(report, null, 1));
    expect(report.result).toBe('blocked');
    expect(rules).toContain('down-differs');
  });
});
