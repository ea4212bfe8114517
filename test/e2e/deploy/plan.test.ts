import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { change, lockstep, project, targets, temporaryFolder } from '../../support/deploy.ts';

/** `plan`: what apply would do now, read by whoever may only read. */

const target = targets();

const users = { '001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, name text);\n' };
const orders = { '002_orders.sql': 'CREATE TABLE orders (id bigint PRIMARY KEY);\nCREATE INDEX ON orders (id);\n' };

describe('a role that may only SELECT', () => {
  it('plans, and nothing is made or changed', async () => {
    const shop = await target();
    const repo = project(users);
    await lockstep('apply', repo, shop);
    change(repo, orders);
    const reader = await shop.login('reader');
    await shop.admin.query(`GRANT USAGE ON SCHEMA lockstep TO ${reader.role}`);
    await shop.admin.query(`GRANT SELECT ON ALL TABLES IN SCHEMA lockstep TO ${reader.role}`);
    const before = [await shop.relations(), await shop.rows('SELECT * FROM lockstep.runs')];
    const plan = await lockstep('plan', repo, shop, [], { url: reader.url });
    expect(plan.exitCode, plan.printed).toBe(0);
    expect(plan.report).toMatchObject({
      result: 'planned',
      target: { environment: 'production', database: shop.database, role: reader.role, pooler: 'none' },
      history: { relation: 'lockstep.migrations', applied: 1, newest: '001_users' },
      plan: { tool: 'numbered', pending: [{ id: '002_orders', transaction: 'single', statements: 2 }], gates: [] },
      migrations: [{ id: '002_orders', status: 'pending' }],
    });
    // What it cannot see it does not call empty.
    expect(plan.report.plan?.blockers?.visible).toBe(false);
    expect(plan.printed).toContain(`GRANT pg_read_all_stats TO ${reader.role};`);
    expect([await shop.relations(), await shop.rows('SELECT * FROM lockstep.runs')]).toEqual(before);
  });

  it('plans on an empty database, which stays so', async () => {
    const shop = await target();
    const reader = await shop.login('reader');
    const plan = await lockstep('plan', project(users), shop, [], { url: reader.url });
    expect(plan.report).toMatchObject({ result: 'planned', history: { relation: null, applied: 0 } });
    expect(await shop.relations()).toEqual(['public']);
  });
});

it('a history that may not be read is an error, and the GRANT that it names is all that is missing', async () => {
  const shop = await target();
  const repo = project(users);
  await lockstep('apply', repo, shop);
  const reader = await shop.login('reader');
  const before = await shop.relations();
  for (const command of ['status', 'apply']) {
    const refused = await lockstep(command, repo, shop, [], { url: reader.url });
    expect(refused.exitCode, refused.printed).toBe(2);
    expect(refused.report).toMatchObject({ result: 'error', error: { code: 'history-unreadable' }, migrations: [] });
  }
  expect(await shop.relations()).toEqual(before);
  const told = await lockstep('plan', repo, shop, [], { url: reader.url });
  const grants = told.report.error?.hint?.match(/GRANT .*;/g) ?? [];
  expect(grants).toContain(`GRANT SELECT ON "lockstep"."migrations" TO "${reader.role}";`);
  for (const grant of grants) await shop.admin.query(grant);
  const plan = await lockstep('plan', repo, shop, [], { url: reader.url });
  expect(plan.report.result, plan.printed).toBe('noop');
});

it("the tool's own history that may not be read is an error as well", async () => {
  const shop = await target();
  const repo = project({ '1_a.up.sql': 'CREATE TABLE a ();', '1_a.down.sql': 'DROP TABLE a;' });
  await lockstep('apply', repo, shop);
  const reader = await shop.login('reader');
  const told = await lockstep('plan', repo, shop, [], { url: reader.url });
  expect(told.report.error).toMatchObject({ code: 'history-unreadable' });
  const grants = told.report.error?.hint?.match(/GRANT .*;/g) ?? [];
  expect(grants).toContain(`GRANT SELECT ON "public"."schema_migrations" TO "${reader.role}";`);
  for (const grant of grants) await shop.admin.query(grant);
  expect((await lockstep('plan', repo, shop, [], { url: reader.url })).report.result).toBe('noop');
});

describe('what is different from the repository', () => {
  it('an edit of comments and white space alone is no obstacle, and is noted by the next apply', async () => {
    const shop = await target();
    const repo = project(users);
    await lockstep('apply', repo, shop);
    change(repo, { '001_users.sql': '-- people\nCREATE TABLE users (\n  id bigint PRIMARY KEY, name text\n);\n' });
    const status = await lockstep('status', repo, shop);
    expect(status.gate('edited')).toMatchObject({ open: true, details: [expect.stringContaining('comments')] });
    expect(status.report.history?.entries).toMatchObject([{ id: '001_users', edited: 'cosmetic' }]);
    expect((await lockstep('apply', repo, shop)).report.result).toBe('noop');
    const after = await lockstep('status', repo, shop);
    expect(after.report.history?.entries?.[0]?.edited).toBeUndefined();
  });

  it('an edit of what it does is refused, until it is released with a reason', async () => {
    const shop = await target();
    const repo = project(users);
    await lockstep('apply', repo, shop);
    change(repo, { '001_users.sql': 'CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);\n', ...orders });
    const refused = await lockstep('apply', repo, shop);
    expect(refused.exitCode).toBe(1);
    expect(refused.report.result).toBe('refused');
    expect(refused.gate('edited')).toMatchObject({ open: false, details: ['001_users (migrations/001_users.sql)'] });
    expect(await shop.rows("SELECT to_regclass('orders') AS there")).toEqual([{ there: null }]);
    change(repo, {}, 'history:\n  accept:\n    - path: migrations/001_users.sql\n      reason: as production has it\n');
    const released = await lockstep('apply', repo, shop);
    expect(released.report.result, released.printed).toBe('applied');
  });

  it('an applied migration that this commit does not have is refused, and so is nothing else', async () => {
    const shop = await target();
    const repo = project({ ...users, ...orders });
    await lockstep('apply', repo, shop);
    change(repo, { '002_orders.sql': null, '003_x.sql': 'CREATE TABLE x ();' });
    const refused = await lockstep('apply', repo, shop);
    expect(refused.closed).toEqual(['missing']);
    expect(refused.gate('missing').details?.[0]).toContain('002_orders');
    expect(await shop.rows("SELECT to_regclass('x') AS there")).toEqual([{ there: null }]);
    const status = await lockstep('status', repo, shop);
    expect(status.report.history?.entries).toMatchObject([
      { id: '001_users', inRepository: true },
      { id: '002_orders', inRepository: false },
    ]);
  });
});

describe('out of order', () => {
  const late = (directive = '') => ({ '002_late.sql': `${directive}CREATE TABLE late ();\n` });
  const applied = async (config = '', directive = '') => {
    const shop = await target();
    const repo = project({ ...users, '003_orders.sql': 'CREATE TABLE orders ();' });
    await lockstep('apply', repo, shop);
    change(repo, late(directive), config);
    return { shop, repo };
  };

  it('is refused by default, never skipped in silence', async () => {
    const { shop, repo } = await applied();
    const refused = await lockstep('apply', repo, shop);
    expect(refused.closed).toEqual(['order']);
    expect(refused.gate('order').details).toEqual(['002_late (migrations/002_late.sql)']);
    expect(await shop.rows("SELECT to_regclass('late') AS there")).toEqual([{ there: null }]);
  });

  it.each([
    ['the project allows it', 'out_of_order: apply\n', ''],
    ['the file gives a reason', '', '-- lockstep: out-of-order reason=touches nothing of the others\n'],
  ])('runs where %s', async (_, config, directive) => {
    const { shop, repo } = await applied(config, directive);
    const run = await lockstep('apply', repo, shop);
    expect(run.report.result, run.printed).toBe('applied');
    expect(run.gate('order')).toMatchObject({ open: true, details: ['002_late'] });
    expect(await shop.rows('SELECT id FROM lockstep.migrations ORDER BY applied_at DESC LIMIT 1')).toEqual([
      { id: '002_late' },
    ]);
  });
});

it('a database with tables and without a history is refused with the way out, and nothing is written', async () => {
  const shop = await target();
  await shop.admin.query('CREATE TABLE users (id bigint)');
  const before = await shop.relations();
  const repo = project(users);
  for (const command of ['plan', 'apply']) {
    const refused = await lockstep(command, repo, shop);
    expect(refused.exitCode).toBe(1);
    expect(refused.gate('baseline')).toMatchObject({
      message: expect.stringContaining('public.users'),
      help: expect.stringContaining('lockstep baseline --to 001_users'),
    });
  }
  expect(await shop.relations()).toEqual(before);
});

it('says how large the touched tables are, who would block now, and which indexes are invalid', async () => {
  const shop = await target();
  const repo = project(users);
  await lockstep('apply', repo, shop);
  await shop.admin.query("INSERT INTO users SELECT i, 'x' FROM generate_series(1, 100) i; ANALYZE users");
  await shop.admin.query('CREATE INDEX broken ON users (name)');
  await shop.admin.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'broken'::regclass");
  const reader = await shop.session();
  await reader.query("SET application_name = 'nightly report'; BEGIN; SELECT count(*) FROM users; SELECT pg_sleep(1)");
  change(repo, { '002_age.sql': 'ALTER TABLE users ADD COLUMN age int;' });
  await shop.admin.query(`GRANT pg_read_all_stats TO ${shop.role}`);
  const { report, printed } = await lockstep('plan', repo, shop);
  await reader.query('ROLLBACK');
  expect(report.plan).toMatchObject({
    tables: [{ name: 'public.users', rows: 100, bytes: expect.any(Number) }],
    blockers: { visible: true, sessions: [{ application: 'nightly report', relations: ['public.users'] }] },
    invalidIndexes: ['public.broken'],
  });
  expect(printed).toContain('nightly report');
  expect(printed).toContain('public.broken');
});

it('names the commit to the server, outside of a workflow, too', async () => {
  const shop = await target();
  const repo = project({ '001_who.sql': "CREATE TABLE who AS SELECT current_setting('application_name') AS name;" });
  await lockstep('apply', repo, shop);
  const [who] = await shop.rows<{ name: string }>('SELECT name FROM who');
  expect(who?.name).toMatch(/^lockstep apply/);
  expect(who?.name).toContain(repo.git('rev-parse', 'HEAD').slice(0, 7));
});

describe('the plan file', () => {
  it('holds ids, checksums and order, and neither SQL nor address nor secret; its digest is its sha256', async () => {
    const shop = await target();
    const repo = project({ ...users, ...orders });
    const out = join(temporaryFolder(), 'plan.json');
    const planned = await lockstep('plan', repo, shop, ['--out', out]);
    const text = readFileSync(out, 'utf8');
    const digest = createHash('sha256').update(text).digest('hex');
    expect(planned.report.plan?.digest).toBe(digest);
    expect(planned.stdout).toContain(digest);
    const checksum = (name: string, sql: string) => ({
      id: name,
      checksum: createHash('sha256').update(sql).digest('hex'),
    });
    expect(JSON.parse(text)).toEqual({
      lockstep: 'plan',
      version: 1,
      environment: 'production',
      database: shop.database,
      tool: 'numbered',
      history: expect.stringMatching(/^[0-9a-f]{64}$/),
      pending: [checksum('001_users', users['001_users.sql']), checksum('002_orders', orders['002_orders.sql'])],
    });
    for (const word of ['CREATE', '127.0.0.1', shop.role, shop.password]) expect(text).not.toContain(word);
  });

  it('is the same for the role that reads and the one that applies', async () => {
    const shop = await target();
    const repo = project(users);
    const reader = await shop.login('reader');
    const [one, other] = [
      await lockstep('plan', repo, shop),
      await lockstep('plan', repo, shop, [], { url: reader.url }),
    ];
    expect(one.report.plan?.digest).toBe(other.report.plan?.digest);
  });
});
