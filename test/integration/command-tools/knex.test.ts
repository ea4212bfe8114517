import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkHere, example, plainUrl, toolProject } from '../../support/command-tool.ts';
import { targets } from '../../support/deploy.ts';
import { lockstepHere } from '../../support/in-process.ts';
import { testServer } from '../../support/postgres.ts';
import { eventually } from '../../support/traces.ts';

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

describe('what is applied', () => {
  it('must not be edited: the check blocks it, and the deploy refuses it', async () => {
    const shop = await target();
    const url = plainUrl(shop);
    const { repo } = example('knex', HELD);
    await lockstepHere('apply', repo, url);
    repo.branch('change');
    repo.commit('an edit', {
      'migrations/20260102090000_orders.js': alter('CREATE TABLE orders (id int)', 'DROP TABLE orders'),
    });
    const { report, printed } = await checkHere(repo);
    expect(report.result, printed).toBe('blocked');
    expect(report.findings.map(({ rule, path }) => [rule, path])).toEqual([
      ['migration-edited', 'migrations/20260102090000_orders.js'],
    ]);
    const refused = await lockstepHere('apply', repo, url);
    expect(refused.report, refused.printed).toMatchObject({ result: 'refused' });
    expect(refused.report.plan?.gates.find(({ open }) => !open)?.name).toBe('edited');
  });

  it('is what verify and status tell, too', async () => {
    const shop = await target();
    const url = plainUrl(shop);
    const { repo, complete } = example('knex', HELD);
    complete();
    await lockstepHere('apply', repo, url);
    const same = await lockstepHere('verify', repo, url);
    expect(same.report.result, same.printed).toBe('passed');
    await shop.rows('ALTER TABLE orders ADD COLUMN by_hand text');
    const differs = await lockstepHere('verify', repo, url);
    expect(differs.report.result, differs.printed).toBe('blocked');
    expect(differs.printed).toMatch(/by_hand/);
  });
});

describe('an apply that does not end well', () => {
  it('tells how far it came, and goes on from there', async () => {
    const shop = await target();
    const url = plainUrl(shop);
    const { repo } = example('knex', HELD);
    await lockstepHere('apply', repo, url);
    const broken = (sql: string) => ({ 'migrations/20260106090000_b.js': alter(sql, 'SELECT 1') });
    repo.commit('a slip', {
      'migrations/20260105090000_a.js': alter(
        'CREATE TABLE a (id int)',
        'DROP TABLE a',
        'exports.config = { transaction: false };\n',
      ),
      ...broken("INSERT INTO users (email) SELECT 'jane@example.com' FROM generate_series(1, 2)"),
    });
    const failed = await lockstepHere('apply', repo, url);
    expect(failed.exitCode).toBe(1);
    expect(failed.report, failed.printed).toMatchObject({
      result: 'partial',
      migrations: [{ status: 'applied' }, { status: 'failed' }],
    });
    const error = failed.report.migrations[1]?.up?.error;
    expect(error?.message).toMatch(/knex migrate:latest` ended with exit status 1: .*duplicate key value/s);
    // Whose row it was is nobody's business.
    expect(failed.printed + JSON.stringify(failed.report)).not.toMatch(/Key \(email\)=\(jane/);
    expect(await shop.rows('SELECT result, applied FROM lockstep.runs ORDER BY id DESC LIMIT 1')).toMatchObject([
      { result: 'partial', applied: 1 },
    ]);
    repo.commit('mended', broken('CREATE TABLE b (id int)'));
    const mended = await lockstepHere('apply', repo, url);
    expect(mended.report, mended.printed).toMatchObject({
      result: 'applied',
      migrations: [{ id: '20260106090000_b.js', status: 'applied' }],
    });
  });

  it('waits for no lock longer than lock_timeout says', async () => {
    const shop = await target();
    const url = plainUrl(shop);
    const { repo } = example('knex', HELD);
    await lockstepHere('apply', repo, url);
    repo.commit('locks', {
      'lockstep.yml': 'tool: knex\nlock_timeout: 300ms\n',
      'migrations/20260105090000_a.js': alter('ALTER TABLE users ADD COLUMN note text', 'SELECT 1'),
    });
    const reader = await shop.session();
    await reader.query('BEGIN; SELECT FROM users');
    const { report, printed } = await lockstepHere('apply', repo, url);
    await reader.query('ROLLBACK');
    expect(report, printed).toMatchObject({ result: 'failed' });
    expect(report.migrations[0]?.up?.error?.message).toMatch(/canceling statement due to lock timeout/);
  });

  it('is stopped with the run that is cancelled, and what it had done is told', async () => {
    const shop = await target();
    const url = plainUrl(shop);
    const { repo } = example('knex', HELD);
    await lockstepHere('apply', repo, url);
    const apart = 'exports.config = { transaction: false };\n';
    repo.commit('sleeps', {
      'migrations/20260105090000_a.js': alter('CREATE TABLE a (id int)', 'SELECT 1', apart),
      'migrations/20260106090000_b.js': alter('CREATE TABLE b (id int); SELECT pg_sleep(60)', 'SELECT 1'),
    });
    let cancel = (): void => {};
    const running = lockstepHere('apply', repo, url, {
      onHost: (host) => {
        cancel = () => void host.emit('SIGTERM');
      },
    });
    const busy = () =>
      shop.rows(
        "SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE TABLE b%' AND state = 'active' AND datname = current_database()",
      );
    expect(await eventually(async () => (await busy()).length === 1, 20_000)).toBe(true);
    cancel();
    const { report, printed } = await running;
    expect(report, printed).toMatchObject({
      error: { code: 'cancelled' },
      migrations: [{ status: 'applied' }, { status: 'failed' }],
    });
    expect(await busy()).toEqual([]);
    expect(await shop.rows("SELECT relname FROM pg_class WHERE relname IN ('a', 'b')")).toEqual([{ relname: 'a' }]);
    const ledger = await shop.rows('SELECT result, applied FROM lockstep.runs ORDER BY id DESC LIMIT 1');
    expect(ledger).toEqual([{ result: 'cancelled', applied: 1 }]);
  });

  it('is stopped when the lock is lost, and leaves nothing at work', async () => {
    const shop = await target();
    const url = plainUrl(shop);
    const { repo } = example('knex', HELD);
    await lockstepHere('apply', repo, url);
    repo.commit('sleeps', {
      'migrations/20260105090000_a.js': alter('CREATE TABLE a (id int); SELECT pg_sleep(60)', 'SELECT 1'),
    });
    const running = lockstepHere('apply', repo, url);
    const busy = () =>
      shop.rows(
        "SELECT pid FROM pg_stat_activity WHERE query LIKE 'CREATE TABLE a%' AND state = 'active' AND datname = current_database()",
      );
    expect(await eventually(async () => (await busy()).length === 1, 20_000)).toBe(true);
    // All of our sessions but the command's own.
    await shop.rows(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'lockstep apply%' AND datname = current_database()",
    );
    const { report, printed } = await running;
    expect(report, printed).toMatchObject({ result: 'failed', migrations: [{ status: 'failed' }] });
    expect(report.migrations[0]?.up?.error?.message).toMatch(/was stopped, since the lock was lost/);
    expect(await busy()).toEqual([]);
    expect(await shop.rows("SELECT FROM pg_class WHERE relname = 'a'")).toEqual([]);
  });
});

const alter = (up: string, down: string, before = ''): string =>
  `${before}exports.up = (knex) => knex.raw(${JSON.stringify(up)});\nexports.down = (knex) => knex.raw(${JSON.stringify(down)});\n`;

describe('check', () => {
  it('lints, rehearses and takes back what Knex sends, each at its file', async () => {
    const { repo } = example('knex', HELD);
    repo.branch('change');
    repo.commit('a change', {
      'migrations/20260105090000_status.js': `exports.up = async (knex) => {
  await knex.schema.alterTable('orders', (table) => table.text('status').index());
  await knex.raw('ALTER TABLE orders ALTER COLUMN total TYPE bigint');
};
exports.down = (knex) => knex.schema.alterTable('orders', (table) => table.dropColumn('status'));
`,
      'migrations/20260106090000_note.js': alter(
        'ALTER TABLE orders ADD COLUMN note text',
        'ALTER TABLE orders DROP COLUMN note',
      ),
    });
    const { report, printed, rules } = await checkHere(repo);
    expect(report.result, printed).toBe('blocked');
    expect(rules).toEqual(
      expect.arrayContaining(['down-differs', 'changing-column-type', 'require-concurrent-index-creation']),
    );
    const [status, note] = report.migrations;
    expect(status).toMatchObject({
      path: 'migrations/20260105090000_status.js',
      status: 'applied',
      transaction: 'single',
      down: { status: 'different', difference: ['column public.orders.total is bigint, was integer'] },
    });
    expect(status?.up?.statements).toMatchObject([
      {
        sql: 'alter table "orders" add column "status" text',
        locks: [{ relation: 'public.orders', mode: 'ACCESS EXCLUSIVE' }],
      },
      { creates: ['public.orders_status_index'] },
      { rewrites: ['public.orders', 'public.orders_pkey'] },
    ]);
    expect(note).toMatchObject({ status: 'applied', down: { status: 'reversed' } });
    const index = report.findings.find(({ rule }) => rule === 'require-concurrent-index-creation');
    expect(index).toMatchObject({
      path: 'migrations/20260105090000_status.js',
      line: 1,
      excerpt: 'create index "orders_status_index" on "orders" ("status")',
      evidence: 'confirmed',
      inDiff: true,
    });
    expect(report.schemaDiff?.tables.map(({ name }) => name)).toEqual(['public.orders']);
  });

  it('passes rows and what a comment in the program accepts, and runs the tests where Knex says that all is applied', async () => {
    const { repo, complete } = example('knex', HELD, {
      'lockstep.yml':
        'tool: knex\ntest_command: npx --no-install knex migrate:status && exit 0\nlint:\n  rules:\n    down-missing: off\n',
    });
    repo.branch('change');
    complete();
    repo.commit('a drop', {
      'migrations/20260105090000_drop.js': alter(
        'ALTER TABLE orders DROP COLUMN note',
        'ALTER TABLE orders ADD COLUMN note text',
        '// lockstep: phase=contract\n// lockstep-ignore ban-drop-column, dropped-column -- nobody reads it\n',
      ),
    });
    const { report, printed } = await checkHere(repo);
    expect(
      report.migrations.map(({ status, down }) => [status, down?.status]),
      printed,
    ).toEqual([
      ['applied', 'reversed'],
      ['applied', 'reversed'],
      ['applied', 'reversed'],
    ]);
    expect(report.migrations[0]?.up?.statements.map(({ sql }) => sql)).toEqual([
      `insert into "users" ("email") values ('ada''$1@example.com') returning "id"`,
      `insert into "orders" ("total", "user_id") values ('1200', '1')`,
    ]);
    expect(report.migrations[2]).toMatchObject({ phase: 'contract' });
    const drop = report.findings.find(({ rule }) => rule === 'ban-drop-column');
    expect(drop?.suppressed).toEqual({ reason: 'nobody reads it' });
    expect(report.tests).toMatchObject([{ exitCode: 0 }]);
    expect(printed).toMatch(/Found 5 Completed Migration file/);
    expect(report.findings.filter(({ rule }) => /^(command|rollback|capture)-/.test(rule))).toEqual([]);
  });

  it('tells what Postgres refuses once, by the statement, and what it kept from running', async () => {
    const { repo } = example('knex', HELD);
    repo.branch('change');
    repo.commit('a slip', {
      'migrations/20260105090000_a.js': alter('CREATE TABLE a (id int PRIMARY KEY)', 'DROP TABLE a'),
      'migrations/20260106090000_b.js': alter('ALTER TABLE nothing ADD COLUMN note text', 'SELECT 1'),
      'migrations/20260107090000_c.js': alter('CREATE TABLE c (id int PRIMARY KEY)', 'DROP TABLE c'),
    });
    const { report, printed, rules } = await checkHere(repo);
    expect(report.result, printed).toBe('blocked');
    expect(rules.filter((rule) => /fails/.test(rule))).toEqual(['migration-fails']);
    expect(report.migrations.map(({ status }) => status)).toEqual(['applied', 'failed', 'not-run']);
    expect(report.migrations[1]?.up?.error).toMatchObject({
      message: 'relation "nothing" does not exist',
      sqlstate: '42P01',
      line: 1,
    });
  });

  it('tells what the program itself throws, on the way up and down', async () => {
    const { repo } = example('knex', HELD);
    repo.branch('change');
    repo.commit('throws', {
      'migrations/20260105090000_a.js':
        "exports.up = (knex) => knex.raw('CREATE TABLE a (id int PRIMARY KEY)');\nexports.down = () => { throw new Error('no way back'); };\n",
    });
    const down = await checkHere(repo);
    expect(down.report.result, down.printed).toBe('blocked');
    expect(down.report.findings.find(({ rule }) => rule === 'rollback-command-fails')).toMatchObject({
      path: 'migrations/20260105090000_a.js',
      message: expect.stringContaining('ended with exit status 1: Error: no way back.'),
      excerpt: expect.stringContaining('no way back'),
    });
    expect(down.rules).not.toContain('down-missing');
    expect(down.report.migrations[0]?.down).toMatchObject({ status: 'failed' });
    repo.commit('throws at once', {
      'migrations/20260105090000_a.js':
        "exports.up = () => { throw new Error('not ready'); };\nexports.down = () => undefined;\n",
    });
    const up = await checkHere(repo);
    expect(up.report.result, up.printed).toBe('blocked');
    expect(up.report.findings.find(({ rule }) => rule === 'command-fails')).toMatchObject({
      path: 'migrations/20260105090000_a.js',
      excerpt: expect.stringContaining('not ready'),
    });
  });

  it('runs the files of head, whatever is checked out', async () => {
    const { repo } = example('knex', HELD);
    repo.branch('change');
    repo.commit('a change', {
      'migrations/20260105090000_a.js': alter('CREATE TABLE a (id int PRIMARY KEY)', 'DROP TABLE a'),
    });
    repo.checkout('main');
    const { report, printed } = await checkHere(repo, ['--head', 'change']);
    expect(report.migrations, printed).toMatchObject([
      { id: '20260105090000_a.js', status: 'applied', down: { status: 'reversed' } },
    ]);
  });

  it('does not take a command for well that worked in another database', async () => {
    const shop = await target();
    const { repo } = example('knex', HELD, {
      'knexfile.js': `module.exports = { client: 'pg', connection: '${plainUrl(shop)}' };\n`,
    });
    repo.branch('change');
    repo.commit('a change', { 'migrations/20260105090000_a.js': alter('CREATE TABLE a (id int)', 'DROP TABLE a') });
    const { report, exitCode } = await checkHere(repo);
    expect(exitCode).toBe(2);
    expect(report.error).toMatchObject({
      code: 'base-history-failed',
      message: expect.stringContaining('the rehearsal’s database has no public.knex_migrations'.replace('’', "'")),
      hint: expect.stringContaining('DATABASE_URL'),
    });
  });

  it('names what the job has to install', async () => {
    const { repo } = example('knex', HELD, { 'knexfile.js': "require('not-there');\n" });
    repo.branch('change');
    repo.commit('a change', { 'migrations/20260105090000_a.js': alter('CREATE TABLE a (id int)', 'DROP TABLE a') });
    const { report } = await checkHere(repo);
    expect(report.error).toMatchObject({ code: 'base-history-failed', hint: expect.stringContaining('npm ci') });
  });

  it('begins where the base has no migration yet', async () => {
    const { repo, complete } = example('knex', [
      ...HELD,
      'migrations/20260101090000_users.js',
      'migrations/20260102090000_orders.js',
    ]);
    repo.branch('change');
    complete();
    const { report, printed } = await checkHere(repo);
    expect(
      report.migrations.map(({ status, down }) => [status, down?.status]),
      printed,
    ).toEqual(Array(4).fill(['applied', 'reversed']));
    expect(report.findings.filter(({ rule }) => /^(command|rollback|capture)-/.test(rule))).toEqual([]);
  });
});

it('works in a folder of a larger repository', async () => {
  const shop = await target();
  const url = plainUrl(shop);
  const files = example('knex', []).repo;
  const held = HELD.map((path) => `apps/api/${path}`);
  const paths = files.git('ls-files').split('\n');
  const { repo, complete } = toolProject(
    Object.fromEntries(paths.map((path) => [`apps/api/${path}`, files.git('show', `HEAD:${path}`)])),
    held,
  );
  const there = { ...repo, dir: join(repo.dir, 'apps/api') };
  const { report, printed } = await lockstepHere('apply', there, url);
  expect(report, printed).toMatchObject({
    result: 'applied',
    project: { tool: 'knex', directory: 'apps/api/migrations' },
  });
  repo.branch('change');
  complete();
  const checked = await checkHere(there);
  expect(
    checked.report.migrations.map(({ status, down }) => [status, down?.status]),
    checked.printed,
  ).toEqual([
    ['applied', 'reversed'],
    ['applied', 'reversed'],
  ]);
});

it('serves Objection, whose migrations are the same', async () => {
  const shop = await target();
  const url = plainUrl(shop);
  const { repo, tool } = example('knex', HELD, {
    'lockstep.yml': 'tool: objection\n',
    'model.js': `const { Model } = require('objection');
const knex = require('knex')(require('./knexfile.js'));
class User extends Model { static tableName = 'users'; }
User.knex(knex);
User.query().resultSize().then((size) => { console.log('users: ' + size); return knex.destroy(); });
`,
  });
  const { report, printed } = await lockstepHere('apply', repo, url);
  expect(report, printed).toMatchObject({ result: 'applied', project: { tool: 'objection' } });
  expect(tool(['node', 'model.js'], url)).toMatch(/users: 0/);
});

describe('on a service container', () => {
  it('what is sent is seen as far as triggers can tell, and nothing of the watching is left', async () => {
    const { server, connect, stop } = await testServer();
    onTestFinished(stop);
    const root = await connect();
    await root.query("CREATE ROLE service SUPERUSER LOGIN PASSWORD 'service'");
    const { host, port } = server.address();
    const { repo } = example('knex', HELD);
    repo.branch('change');
    repo.commit('a change', {
      'migrations/20260105090000_a.js': alter(
        'CREATE TABLE a (id int PRIMARY KEY); ALTER TABLE orders ADD COLUMN status text',
        'ALTER TABLE orders DROP COLUMN status; DROP TABLE a',
      ),
      'migrations/20260106090000_b.js': alter(
        'CREATE INDEX orders_status ON orders (status); UPDATE orders SET total = 1',
        'DROP INDEX orders_status',
      ),
      'migrations/20260107090000_c.js':
        "exports.up = (knex) => knex('users').insert({ email: 'ada@example.com' });\nexports.down = (knex) => knex.raw('DELETE FROM users');\n",
    });
    const { report, printed, rules } = await checkHere(repo, [
      '--rehearsal-url',
      `postgres://service:service@${host}:${port}/postgres`,
    ]);
    expect(
      report.migrations.map(({ status, down }) => [status, down?.status]),
      printed,
    ).toEqual([
      ['applied', 'reversed'],
      ['applied', 'reversed'],
      ['applied', 'reversed'],
    ]);
    expect(report.migrations.map(({ transaction }) => transaction)).toEqual(['single', 'single', 'single']);
    expect(report.migrations.map(({ up }) => up?.statements.map(({ sql }) => sql))).toEqual([
      ['CREATE TABLE a (id int PRIMARY KEY)', 'ALTER TABLE orders ADD COLUMN status text'],
      ['CREATE INDEX orders_status ON orders (status)', 'UPDATE orders SET total = 1'],
      // Its value came apart from the text.
      [],
    ]);
    expect(rules).toContain('require-concurrent-index-creation');
    expect(rules.filter((rule) => /^(command|rollback|capture)-/.test(rule))).toEqual([]);
    expect(report.notices?.join()).toMatch(/changes of rows were not seen whose values/);
    const { rows } = await root.query("SELECT datname FROM pg_database WHERE datname LIKE 'lockstep%'");
    expect(rows).toEqual([]);
  });
});
