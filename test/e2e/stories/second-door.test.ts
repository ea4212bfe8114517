import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { targets } from '../../support/deploy.ts';
import { pullRequest, workflowRun } from '../../support/workflows/events.ts';
import { CHECK, COMMENT, ended, pipeline, tables } from './pipeline.ts';

/** The same by the workflow to call, as docs/workflows.md shows the call. */

const target = targets();

/** Where the tools of the tests are. */
const installed = fileURLToPath(new URL('../../../node_modules', import.meta.url));

const SECOND = '.github/workflows/second.yml';

const change = { 'migrations/001_orders.sql': 'CREATE TABLE orders ();\n' };

function call(channel: string): string {
  return calling('/.github/workflows/deploy.yml@')
    .replaceAll('C0123456789', channel)
    .replace('run: ./deploy-the-code', "run: echo 'The code is out.'");
}

/** As docs/workflows.md shows it. */
function calling(workflow: string): string {
  const docs = readFileSync(fileURLToPath(new URL('../../../docs/workflows.md', import.meta.url)), 'utf8');
  const blocks = [...docs.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
  return blocks.find((each) => each.includes(workflow)) ?? '';
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

it('the workflow for GitHub Enterprise Server does the same, from a checkout of where it is from', async () => {
  const shop = await pipeline(target);
  const text = call(shop.slack.channels.deploys).replace('/deploy.yml@', '/ghes-deploy.yml@');
  shop.merge({ ...change, [SECOND]: text });
  const run = await shop.ship({ workflow: SECOND });
  expect(run.problems).toEqual([]);
  expect(ended(run, 'migrate/production', 'migrate/outcome', 'deploy', 'told'), run.log).toBe(
    'migrate/production success, migrate/outcome success, deploy success, told success',
  );
  expect([await tables(shop.staging), await tables(shop.production)]).toEqual(['orders', 'orders']);
});

it('an incoming webhook tells each environment in a message of its own', async () => {
  const shop = await pipeline(target, { webhook: true });
  const text = call('').replace(/^.*slack_(?:token|channel).*\n/gm, '');
  expect(text).not.toContain('slack');
  shop.merge({ ...change, [SECOND]: text });
  const run = await shop.ship({ workflow: SECOND });
  expect(ended(run, 'migrate/production', 'deploy'), run.log).toBe('migrate/production success, deploy success');
  const messages = shop.slack.messages().map(({ text: said }) => said);
  expect(messages).toEqual([
    expect.stringMatching(/staging.*1 migration applied/s),
    expect.stringMatching(/production.*waiting for approval.*grace/s),
    expect.stringMatching(/production.*1 migration applied/s),
  ]);
  expect([...shop.github.problems, ...shop.slack.problems]).toEqual([]);
  for (const secret of shop.secrets) expect(shop.told(run)).not.toContain(secret);
});

it('a pull request is checked on a service of its Postgres, after its set-up and with its tests', async () => {
  const shop = await pipeline(target);
  const calls = calling('/.github/workflows/check.yml@')
    .replace('postgres_version: 17', 'postgres_version: 18')
    .replace('npm ci', 'echo ready > set-up')
    .replace('npm test', `grep -q ready set-up && psql "$DATABASE_URL" -qAtc 'SELECT id FROM orders'`);
  shop.repo.commit('the second door', { [CHECK]: calls });
  shop.repo.branch('feature');
  shop.repo.commit('change', change);
  shop.github.pullRequest(42, { headSha: shop.repo.git('rev-parse', 'HEAD') });
  const failing = await shop.ship({ workflow: CHECK, event: pullRequest(shop.repo) });
  expect(failing.problems).toEqual([]);
  expect(failing.conclusion).toBe('failure');
  expect(shop.comments()).toEqual([expect.stringMatching(/column "id" does not exist/)]);
  shop.repo.checkout('feature');
  shop.repo.commit('mend', { 'migrations/001_orders.sql': 'CREATE TABLE orders (id int);\n' });
  shop.github.pullRequest(42, { headSha: shop.repo.git('rev-parse', 'HEAD') });
  const run = await shop.ship({ workflow: CHECK, event: pullRequest(shop.repo) });
  expect(run.conclusion, run.log).toBe('success');
  expect(run.log).toMatch(/Postgres 18/);
  expect(Object.keys(run.artifacts.lockstep ?? {}).sort()).toEqual(['report.html', 'report.json']);
  expect(shop.comments()).toEqual([expect.stringMatching(/1 migration/)]);
});

it('a fork is told by the workflow to call as well', async () => {
  const shop = await pipeline(target);
  const calls = calling('/.github/workflows/comment.yml@').replace(/^ +with:.*\n/m, '');
  shop.repo.commit('the second door', { [COMMENT]: calls });
  shop.repo.branch('feature');
  shop.repo.commit('change', change);
  shop.github.pullRequest(42, { headSha: shop.repo.git('rev-parse', 'HEAD'), headOwner: 'stranger' });
  const event = pullRequest(shop.repo, { from: 'stranger/shop', by: 'stranger' });
  const checked = await shop.ship({ workflow: CHECK, event });
  shop.repo.checkout('main');
  const told = await shop.ship({ workflow: COMMENT, event: workflowRun(shop.repo, event, checked) });
  expect(told.problems).toEqual([]);
  expect(told.conclusion, told.log).toBe('success');
  expect(shop.comments()).toEqual([expect.stringMatching(/made by the pull request’s own run.*001_orders/s)]);
});

it('a tool of the project applies, in each job after what it needs was set up, and no secret is in its reach', async () => {
  const shop = await pipeline(target);
  const setup = `test -z "$(env | grep -i postgres:/[/])" && ln -s ${JSON.stringify(installed)} node_modules`;
  const text = call(shop.slack.channels.deploys).replace(
    'with: { ',
    `with: { setup_command: ${JSON.stringify(setup)}, `,
  );
  expect(text).toContain('setup_command');
  const create = "exports.up = (knex) => knex.schema.createTable('orders', (table) => { table.bigIncrements('id'); });";
  shop.merge({
    'lockstep.yml': 'tool: knex\nmigrations:\n  directory: migrations\n',
    'knexfile.js': "module.exports = { client: 'pg', connection: process.env.DATABASE_URL };\n",
    'migrations/001_orders.js': `${create}\nexports.down = (knex) => knex.schema.dropTable('orders');\n`,
    '.gitignore': 'node_modules\n',
    [SECOND]: text,
  });
  const run = await shop.ship({ workflow: SECOND });
  expect(run.problems).toEqual([]);
  expect(ended(run, 'migrate/staging', 'migrate/production', 'deploy'), run.log).toBe(
    'migrate/staging success, migrate/production success, deploy success',
  );
  expect(await tables(shop.production)).toBe('knex_migrations knex_migrations_lock orders');
  // The rehearsal for whoever approves ran the tool as well, on a database of its own.
  expect(run.jobs['migrate/rehearsal']?.summary).toMatch(/\+ table.*orders/);
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
