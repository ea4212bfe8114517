import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { targets } from '../../support/deploy.ts';
import { ended, pipeline, tables } from './pipeline.ts';

/** The same by the workflow to call, as docs/workflows.md shows the call. */

const target = targets();

const SECOND = '.github/workflows/second.yml';

const change = { 'migrations/001_orders.sql': 'CREATE TABLE orders ();\n' };

function call(channel: string): string {
  const docs = readFileSync(fileURLToPath(new URL('../../../docs/workflows.md', import.meta.url)), 'utf8');
  const blocks = [...docs.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
  const text = blocks.find((each) => each.includes('/.github/workflows/deploy.yml@')) ?? '';
  return text.replaceAll('C0123456789', channel).replace('run: ./deploy-the-code', "run: echo 'The code is out.'");
}

it('a clean change reaches production after approval, and the code follows', async () => {
  const shop = await pipeline(target);
  shop.merge({ ...change, [SECOND]: call(shop.slack.channels.deploys) });
  const run = await shop.ship({ workflow: SECOND });
  expect(run.problems).toEqual([]);
  expect(run.approvals.map(({ environment, answer }) => `${environment} ${answer}`)).toEqual(['production approve']);
  expect(ended(run, 'migrate/production', 'migrate/outcome', 'deploy', 'told'), run.log).toBe(
    'migrate/production success, migrate/outcome success, deploy success, told success',
  );
  expect([await tables(shop.staging), await tables(shop.production)]).toEqual(['orders', 'orders']);
  expect(run.jobs.deploy?.log).toContain('The code is out.');
  expect(shop.comments()).toEqual([
    expect.stringMatching(/`staging`: 1 migration applied.*`production`: 1 migration applied.*`code`: deployed/s),
  ]);
  expect(shop.channel()).toEqual([expect.stringMatching(/staging.*production.*deployed/s)]);
  for (const secret of shop.secrets) expect(shop.told(run)).not.toContain(secret);
});

it('an approval that is refused is told, and no code follows', async () => {
  const shop = await pipeline(target);
  shop.merge({ ...change, [SECOND]: call(shop.slack.channels.deploys) });
  const run = await shop.ship({ workflow: SECOND, approve: () => 'reject' });
  expect(ended(run, 'migrate/production', 'migrate/outcome', 'deploy', 'told'), run.log).toBe(
    'migrate/production failure, migrate/outcome success, deploy skipped, told success',
  );
  expect(await tables(shop.production)).toBe('');
  expect(shop.comments()).toEqual([expect.stringMatching(/❌ `production`: not approved/)]);
  expect(shop.channel()).toEqual([expect.stringContaining('not approved')]);
});
