import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/report/model.ts';
import { targets } from '../../support/deploy.ts';
import { type DrizzleFile, drizzleFiles, drizzleMigrate } from '../../support/drizzle.ts';
import { checkHere, exampleFiles, runsExample } from '../../support/example.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';
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
    // Drizzle does not look; the reader is told.
    const edited = await plan();
    expect(edited).toMatchObject({ result: 'noop', printed: expect.stringMatching(/edited[\s\S]*0001_orders/) });
  });

  it('the table may have another name', async () => {
    const shop = await target();
    const repo = gitRepo({ ...files(users), 'lockstep.yml': 'history:\n  table: app."My Migrations"\n' });
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('applied');
    expect(await shop.rows('SELECT hash FROM app."My Migrations"')).toHaveLength(1);
  });
});

const journal = 'drizzle/meta/_journal.json';
const { entries, ...rest } = JSON.parse(exampleFiles('drizzle')[journal] ?? '') as { entries: unknown[] };

runsExample({
  name: 'drizzle',
  tool: 'drizzle',
  newest: ['drizzle/0002_add_isbn.sql', 'drizzle/meta/0002_snapshot.json'],
  base: { [journal]: JSON.stringify({ ...rest, entries: entries.slice(0, -1) }, null, 2) },
  down: 'missing',
  agrees: (repo, { url }) => void drizzleMigrate(repo, url),
});

describe('a pull request of a Drizzle project', () => {
  /** Of the rules named, what is found where a branch brings this. */
  const found = async (
    base: GitRepo,
    files: Readonly<Record<string, string | null>>,
    rule: string,
  ): Promise<Finding[]> => {
    base.branch('change');
    base.commit('the change', files);
    const { report } = await checkHere(base);
    return report.findings.filter((one) => one.rule === rule);
  };
  const concurrently = {
    tag: '0001_index',
    when: FROM + 3,
    sql: 'CREATE INDEX CONCURRENTLY users_id ON users (id);',
  };

  it('is told what Drizzle, in its one transaction, would fail on', async () => {
    const findings = await found(
      gitRepo(drizzleFiles([users])),
      drizzleFiles([users, concurrently]),
      'fails-in-one-transaction',
    );
    expect(findings).toEqual([
      expect.objectContaining({
        path: 'drizzle/0001_index.sql',
        severity: 'warn',
        message: expect.stringContaining('25001'),
      }),
    ]);
  });

  it('is told nothing where one transaction does', async () => {
    const findings = await found(
      gitRepo(drizzleFiles([users])),
      drizzleFiles([users, orders, merged]),
      'fails-in-one-transaction',
    );
    expect(findings).toEqual([]);
  });

  it('is told that a migration would be skipped, and how to make it the last', async () => {
    const [finding] = await found(
      gitRepo(drizzleFiles([users, orders])),
      drizzleFiles([users, orders, merged]),
      'migration-out-of-order',
    );
    expect(finding).toMatchObject({
      path: 'drizzle/0001_late.sql',
      help: expect.stringContaining('drizzle-kit generate'),
    });
    expect(finding?.suggestion).toBeUndefined();
  });

  it('is told of a file that the journal does not name, and of an entry without its file', async () => {
    const ignored = await found(
      gitRepo(drizzleFiles([users])),
      { 'drizzle/0001_b.sql': 'SELECT 1;' },
      'migration-ignored',
    );
    expect(ignored).toMatchObject([{ path: 'drizzle/0001_b.sql' }]);
    const base = gitRepo(drizzleFiles([users, orders]));
    const { [journal]: naming = '' } = drizzleFiles([users, orders, merged]);
    const broken = await found(base, { [journal]: naming }, 'tool-refuses');
    expect(broken).toMatchObject([
      { path: journal, line: 23, severity: 'block', message: expect.stringContaining('0001_late') },
    ]);
  });

  it('is refused while a merge conflict stands in the journal, and so is a deploy', async () => {
    const repo = gitRepo(drizzleFiles([users]));
    const conflict = `<<<<<<< HEAD\n${drizzleFiles([users])[journal]}\n=======\n>>>>>>> other\n`;
    const broken = await found(repo, { [journal]: conflict }, 'tool-refuses');
    expect(broken).toMatchObject([{ path: journal, message: expect.stringContaining('merge conflict') }]);
    const { report, printed } = await lockstepHere('plan', repo, (await conflicted()).url);
    expect(report.result, printed).toBe('refused');
  });
  const conflicted = targets();
});
