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

  it('has its table upgraded as Drizzle does, and goes on', async () => {
    const [ours, theirs] = [await target(), await target()];
    const repo = gitRepo(drizzleFiles([{ tag: '0000_users', when, sql: users }]));
    for (const shop of [ours, theirs]) drizzleMigrate(repo, shop.url);
    // As `drizzle-kit up` lays them.
    repo.git('rm', '-rq', 'drizzle');
    repo.commit('up', { ...folder('20250101123015_users', users), ...folder('20250201000000_orders', orders) });

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

  it('is told of the other table while its files are those of 0.x', async () => {
    const shop = await target();
    migrate(gitRepo(folder('20250101123015_users', users)), shop.url);
    const repo = gitRepo(drizzleFiles([{ tag: '0000_users', when, sql: users }]));
    const { report } = await lockstepHere('plan', repo, shop.url);
    expect(report.error).toMatchObject({ code: 'history-table-different', message: expect.stringContaining('name') });
  });
});
