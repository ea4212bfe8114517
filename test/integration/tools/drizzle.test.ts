import { describe, expect, it } from 'vitest';
import { targets } from '../../support/deploy.ts';
import { type DrizzleFile, drizzleFiles, drizzleMigrate } from '../../support/drizzle.ts';
import { gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';
import { roundTrip } from '../../support/round-trip.ts';

const FROM = Date.UTC(2025, 0, 1);

roundTrip({
  name: 'drizzle',
  files: (migrations) =>
    drizzleFiles(
      migrations.map(({ index, name, up }) => ({
        tag: `000${index}_${name}`,
        when: FROM + index,
        // As drizzle-kit writes it: a mark between statements, and no `;` is needed beside it.
        sql: up.replaceAll(/;(?:\n|$)/g, '\n--> statement-breakpoint\n').replace(/\n--> statement-breakpoint\n$/, ';'),
      })),
    ),
  migrate: (repo, url) => drizzleMigrate(repo, url),
  rows: 'SELECT * FROM drizzle.__drizzle_migrations ORDER BY id',
  varying: [],
});

const users = { tag: '0000_users', when: FROM, sql: 'CREATE TABLE users (id int PRIMARY KEY);' };
const orders = { tag: '0001_orders', when: FROM + 2, sql: 'CREATE TABLE orders (id int PRIMARY KEY);' };
const merged = { tag: '0001_late', when: FROM + 1, sql: 'CREATE TABLE late (id int PRIMARY KEY);' };

describe("Drizzle's traps", () => {
  const target = targets();
  const files = (...migrations: readonly DrizzleFile[]) => drizzleFiles(migrations);
  const rows = 'SELECT hash, created_at FROM drizzle.__drizzle_migrations ORDER BY id';
  const tables =
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1";

  it('what was merged late is not skipped in silence', async () => {
    const shop = await target();
    const repo = gitRepo(files(users, orders));
    drizzleMigrate(repo, shop.url);
    repo.commit('a branch that began earlier', files(users, orders, merged));
    // The tool itself finds nothing to do.
    drizzleMigrate(repo, shop.url);
    expect(await shop.rows(rows)).toHaveLength(2);
    expect(await shop.rows(tables)).toHaveLength(2);

    const { report: plan } = await lockstepHere('plan', repo, shop.url);
    expect(plan.notices).toContainEqual(expect.stringMatching(/drizzle itself would skip this silently.*0001_late/));
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('applied');
    expect(await shop.rows(tables)).toHaveLength(3);
    drizzleMigrate(repo, shop.url);
    expect(await shop.rows(rows)).toHaveLength(3);
    const again = await lockstepHere('apply', repo, shop.url);
    expect(again.report.result, again.printed).toBe('noop');
  });

  it('an edit is seen by the hash; other line breaks are no edit, nor is a journal made anew', async () => {
    const shop = await target();
    const repo = gitRepo(files({ ...users, sql: 'CREATE TABLE users (\r\n  id int PRIMARY KEY\r\n);\r\n' }, orders));
    drizzleMigrate(repo, shop.url);
    const unix = { ...users, sql: 'CREATE TABLE users (\n  id int PRIMARY KEY\n);\n' };
    repo.commit('other line breaks', files(unix, orders));
    const plan = async () => {
      const { report, printed } = await lockstepHere('plan', repo, shop.url);
      return { ...report.plan, result: report.result, printed };
    };
    expect(await plan()).toMatchObject({ result: 'noop' });
    repo.commit('made anew', {
      ...files(unix, { ...orders, tag: '0001_anew', when: FROM + 9 }),
      'drizzle/0001_orders.sql': null,
    });
    expect(await plan()).toMatchObject({ result: 'noop' });
    repo.commit('edited', {
      ...files(unix, { ...orders, sql: 'CREATE TABLE orders (id bigint);' }),
      'drizzle/0001_anew.sql': null,
    });
    const edited = await plan();
    expect(edited.result, edited.printed).toBe('refused');
    expect(edited.printed).toContain('0001_orders');
  });

  it('the table may have another name', async () => {
    const shop = await target();
    const repo = gitRepo({ ...files(users), 'lockstep.yml': 'history:\n  table: app."My Migrations"\n' });
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('applied');
    expect(await shop.rows('SELECT hash FROM app."My Migrations"')).toHaveLength(1);
  });
});
