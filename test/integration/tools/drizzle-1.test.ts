import { describe, expect, it } from 'vitest';
import { type Target, targets } from '../../support/deploy.ts';
import { drizzleFiles, drizzleMigrate } from '../../support/drizzle.ts';
import { runsExample } from '../../support/example.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';
import { roundTrip } from '../../support/round-trip.ts';

/** The package of 1.0, which lies beside that of 0.x. */
const migrate = (repo: GitRepo, url: string): string => drizzleMigrate(repo, url, 'drizzle-orm-1');
const rows = 'SELECT * FROM drizzle.__drizzle_migrations ORDER BY id';
const folder = (name: string, sql: string): Record<string, string> => ({
  [`drizzle/${name}/migration.sql`]: sql,
  [`drizzle/${name}/snapshot.json`]: '{}',
});

roundTrip({
  name: 'drizzle-1',
  files: (migrations) =>
    Object.assign(
      {},
      ...migrations.map(({ index, name, up }) =>
        folder(`2025010100000${index}_${name}`, up.replaceAll(';\n', ';\n--> statement-breakpoint\n')),
      ),
    ),
  migrate,
  rows,
  varying: ['applied_at'],
});

runsExample({
  name: 'drizzle-1',
  tool: 'drizzle-1',
  newest: ['drizzle/20250103000000_add_isbn/migration.sql', 'drizzle/20250103000000_add_isbn/snapshot.json'],
  down: 'missing',
  agrees: (repo, { url }) => void migrate(repo, url),
});

describe('a project that goes from Drizzle 0.x to 1.0', () => {
  const target = targets();
  const when = Date.UTC(2025, 0, 1, 12, 30, 15, 123);
  const users = 'CREATE TABLE users (id int PRIMARY KEY);';
  const orders = 'CREATE TABLE orders (id int PRIMARY KEY);';

  /** As `drizzle-kit up` lays them. */
  const up = (repo: GitRepo): void => {
    repo.git('rm', '-rq', 'drizzle');
    repo.commit('up', { ...folder('20250101123015_users', users), ...folder('20250201000000_orders', orders) });
  };
  const earlier = () => gitRepo(drizzleFiles([{ tag: '0000_users', when, sql: users }]));
  const columns = `SELECT attname FROM pg_attribute WHERE attrelid = 'drizzle.__drizzle_migrations'::regclass AND attnum > 0`;
  const columnsOf = async (shop: Target) =>
    (await shop.rows<{ attname: string }>(columns)).map(({ attname }) => attname);

  it('has its table upgraded as Drizzle does, and goes on', async () => {
    const [ours, theirs] = [await target(), await target()];
    const repo = earlier();
    for (const shop of [ours, theirs]) drizzleMigrate(repo, shop.url);
    up(repo);

    const plan = await lockstepHere('plan', repo, ours.url);
    expect(plan.report.plan?.pending, plan.printed).toMatchObject([{ id: '20250201000000_orders' }]);
    expect(await ours.rows(rows)).toEqual([expect.not.objectContaining({ name: expect.anything() })]);
    const { report, printed } = await lockstepHere('apply', repo, ours.url);
    expect(report.result, printed).toBe('applied');
    migrate(repo, theirs.url);
    const history = async (shop: Target) =>
      (await shop.rows<{ applied_at: unknown }>(rows)).map((row) => ({ ...row, applied_at: row.applied_at !== null }));
    expect(await history(ours)).toMatchObject([
      { name: '20250101123015_users', applied_at: false },
      { applied_at: true },
    ]);
    expect(await history(ours)).toEqual(await history(theirs));
    migrate(repo, ours.url);
    expect(await ours.rows(rows)).toHaveLength(2);
  });

  it('keeps the table as it is when the run is refused', async () => {
    const shop = await target();
    const repo = earlier();
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('applied');
    repo.git('rm', '-rq', 'drizzle');
    repo.commit('users is gone', folder('20250201000000_orders', orders));
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('refused');
    expect(await columnsOf(shop)).toEqual(['id', 'hash', 'created_at']);
  });

  it('keeps the table as it is when a later commit is deployed already', async () => {
    const shop = await target();
    const repo = earlier();
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('applied');
    up(repo);
    repo.git('branch', 'ours');
    repo.git('revert', '--no-edit', 'HEAD');
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('noop');
    repo.git('checkout', '-q', 'ours');
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('superseded');
    expect(await columnsOf(shop)).toEqual(['id', 'hash', 'created_at']);
  });

  it('has its table upgraded by a deploy without a migration, which stands among the runs', async () => {
    const shop = await target();
    const repo = earlier();
    drizzleMigrate(repo, shop.url);
    repo.git('rm', '-rq', 'drizzle');
    repo.commit('up', folder('20250101123015_users', users));
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('noop');
    expect(await columnsOf(shop)).toEqual(['id', 'hash', 'created_at', 'name', 'applied_at']);
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('noop');
  });

  it('has its table upgraded by a baseline', async () => {
    const shop = await target();
    const repo = earlier();
    drizzleMigrate(repo, shop.url);
    up(repo);
    await shop.admin.query(`SET ROLE ${shop.role}; ${orders} RESET ROLE`);
    const { report, printed } = await lockstepHere(['baseline', '--to', '20250201000000_orders'], repo, shop.url);
    expect(report.result, printed).toBe('passed');
    expect(await shop.rows('SELECT name FROM drizzle.__drizzle_migrations ORDER BY id')).toEqual([
      { name: '20250101123015_users' },
      { name: '20250201000000_orders' },
    ]);
  });

  it.each(['grant', 'run'])(
    'a role that may not change the table is told what its owner has to do: %s',
    async (way) => {
      const shop = await target();
      const repo = earlier();
      expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('applied');
      up(repo);
      const { role: owner } = await shop.login('owner');
      await shop.admin.query(`GRANT USAGE ON SCHEMA drizzle TO ${owner};
      ALTER TABLE drizzle.__drizzle_migrations OWNER TO ${owner};
      GRANT SELECT, INSERT, UPDATE ON drizzle.__drizzle_migrations TO ${shop.role};
      GRANT USAGE ON SEQUENCE drizzle.__drizzle_migrations_id_seq TO ${shop.role}`);
      const { report, printed } = await lockstepHere('apply', repo, shop.url);
      const { code, message, hint = '' } = report.error ?? {};
      expect(code, printed).toBe('history-not-upgraded');
      expect(message).toContain(shop.role);
      expect(message).not.toContain('ledger');
      expect(await columnsOf(shop)).toEqual(['id', 'hash', 'created_at']);
      const [, sql = '', grant = ''] = /^( +BEGIN;$[\s\S]*COMMIT;)$[\s\S]*?^ +(GRANT .*;)$/m.exec(hint) ?? [];
      await shop.admin.query(way === 'grant' ? grant : `SET ROLE ${owner}; ${sql} RESET ROLE`);
      const again = await lockstepHere('apply', repo, shop.url);
      expect(again.report.result, again.printed).toBe('applied');
      expect(await shop.rows('SELECT name FROM drizzle.__drizzle_migrations ORDER BY id')).toEqual([
        { name: '20250101123015_users' },
        { name: '20250201000000_orders' },
      ]);
    },
  );

  it('is told of the other table while its files are those of 0.x', async () => {
    const shop = await target();
    migrate(gitRepo(folder('20250101123015_users', users)), shop.url);
    const repo = earlier();
    const { report } = await lockstepHere('plan', repo, shop.url);
    expect(report.error).toMatchObject({ code: 'history-table-different', message: expect.stringContaining('name') });
  });
});
