import { describe, expect, it } from 'vitest';
import { type Target, targets } from '../../support/deploy.ts';
import { checkHere, runsExample } from '../../support/example.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';
import { PRISMA_PROJECT, prismaMigrate } from '../../support/prisma.ts';
import { roundTrip } from '../../support/round-trip.ts';

roundTrip({
  name: 'prisma',
  files: (migrations) => ({
    ...PRISMA_PROJECT,
    ...Object.fromEntries(
      migrations.map(({ index, name, up }) => [
        `prisma/migrations/2025010100000${index}_${name}/migration.sql`,
        `${up}\n`,
      ]),
    ),
  }),
  migrate: (repo, url) => prismaMigrate(repo, url, 'deploy'),
  rows: 'SELECT * FROM public._prisma_migrations ORDER BY started_at',
  varying: ['id', 'started_at', 'finished_at'],
});

const users = {
  'prisma/migrations/20250101000000_users/migration.sql': 'CREATE TABLE users (id int PRIMARY KEY, email text);\n',
};
const unique = {
  'prisma/migrations/20250102000000_unique/migration.sql':
    'CREATE UNIQUE INDEX CONCURRENTLY users_email ON users (email);\n',
};
const last = { 'prisma/migrations/20250103000000_orders/migration.sql': 'CREATE TABLE orders (id int PRIMARY KEY);\n' };
const double = "INSERT INTO users VALUES (1, 'a'), (2, 'a')";

describe("Prisma's traps", () => {
  const target = targets();
  const rows = (shop: Target) =>
    shop.rows(
      `SELECT migration_name AS name, finished_at IS NOT NULL AS finished, rolled_back_at IS NOT NULL AS "rolledBack",
        logs, applied_steps_count AS steps FROM _prisma_migrations ORDER BY started_at`,
    );
  /** One whose second migration has failed: the rows of `users` are not unique. */
  const failed = async (how: (repo: GitRepo, url: string) => unknown): Promise<{ repo: GitRepo; shop: Target }> => {
    const shop = await target();
    const repo = gitRepo({ ...PRISMA_PROJECT, ...users });
    prismaMigrate(repo, shop.url, 'deploy');
    await shop.rows(double);
    repo.commit('more', { ...unique, ...last });
    await how(repo, shop.url);
    return { repo, shop };
  };
  const byPrisma = (repo: GitRepo, url: string) =>
    expect(() => prismaMigrate(repo, url, 'deploy')).toThrow('Unique constraint failed');
  const mend = (shop: Target) => shop.rows('DROP INDEX IF EXISTS users_email; DELETE FROM users WHERE id = 2');

  it('what Prisma has failed on is explained, and settled as rolled back', async () => {
    const { repo, shop } = await failed(byPrisma);
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('refused');
    expect(printed.replace(/\s+/g, ' ')).toMatch(
      /20250102000000_unique.*what Prisma began on \d{4}-.* UTC failed with an error/,
    );
    // What it noted holds a value of a row.
    expect(printed).not.toContain('(email)=(a)');

    await mend(shop);
    const settled = await lockstepHere(['resolve', '20250102000000_unique', '--as', 'rolled-back'], repo, shop.url);
    expect(settled.report.result, settled.printed).toBe('passed');
    prismaMigrate(repo, shop.url, 'deploy');
    expect(await rows(shop)).toMatchObject([
      { finished: true, rolledBack: false },
      { finished: false, rolledBack: true },
      { finished: true, rolledBack: false, name: '20250102000000_unique' },
      { finished: true, rolledBack: false },
    ]);
    expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('noop');
  });

  it('settled as applied it has the rows that `migrate resolve --applied` writes', async () => {
    const ours = await failed(byPrisma);
    const theirs = await failed(byPrisma);
    const name = '20250102000000_unique';
    const { report, printed } = await lockstepHere(['resolve', name, '--as', 'applied'], ours.repo, ours.shop.url);
    expect(report.result, printed).toBe('passed');
    prismaMigrate(theirs.repo, theirs.shop.url, 'resolve', '--applied', name);
    const wrote = await rows(ours.shop);
    expect(wrote).toHaveLength(3);
    expect(wrote).toEqual(await rows(theirs.shop));
    prismaMigrate(ours.repo, ours.shop.url, 'deploy');
    expect((await lockstepHere('apply', ours.repo, ours.shop.url)).report.result).toBe('noop');
  });

  it('what Lockstep has begun without a transaction stops Prisma, and Lockstep goes on with it', async () => {
    const { repo, shop } = await failed(async (here, url) => {
      const { report, printed } = await lockstepHere('apply', here, url);
      expect(report.result, printed).toBe('failed');
    });
    expect((await rows(shop)).at(-1)).toMatchObject({ finished: false, rolledBack: false, steps: 0 });
    expect(() => prismaMigrate(repo, shop.url, 'deploy')).toThrow('P3009');
    await mend(shop);
    const again = await lockstepHere('apply', repo, shop.url);
    expect(again.report.result, again.printed).toBe('applied');
    expect(await rows(shop)).toMatchObject([{ steps: 1 }, { steps: 1, finished: true, logs: null }, { steps: 1 }]);
    prismaMigrate(repo, shop.url, 'deploy');
    expect(await rows(shop)).toHaveLength(3);
  });

  it('what was mended after it had stopped half-way has the checksum of what ran', async () => {
    const shop = await target();
    const path = 'prisma/migrations/20250104000000_half/migration.sql';
    const half = '-- lockstep: no-transaction\nCREATE TABLE half (id int);\nINSERT INTO nowhere VALUES (1);\n';
    const repo = gitRepo({ ...PRISMA_PROJECT, ...users, [path]: half });
    const stopped = await lockstepHere('apply', repo, shop.url);
    expect(stopped.report.result, stopped.printed).toBe('partial');
    repo.commit('mended', { [path]: half.replace('nowhere', 'half') });
    const again = await lockstepHere('apply', repo, shop.url);
    expect(again.report.result, again.printed).toBe('applied');
    const fresh = await target();
    await lockstepHere('apply', repo, fresh.url);
    const checksums = 'SELECT migration_name, checksum FROM _prisma_migrations ORDER BY 1';
    expect(await shop.rows(checksums)).toEqual(await fresh.rows(checksums));
  });

  it('a checksum of other line breaks is none of an edit; an edit is told', async () => {
    const shop = await target();
    const [path = ''] = Object.keys(users);
    const windows = 'CREATE TABLE users (\r\n  id int PRIMARY KEY\r\n);\r\n';
    const repo = gitRepo({ ...PRISMA_PROJECT, [path]: windows });
    prismaMigrate(repo, shop.url, 'deploy');
    repo.commit('line breaks', { [path]: windows.replaceAll('\r', '') });
    const same = await lockstepHere('plan', repo, shop.url);
    expect(same.printed).not.toContain('edited');
    repo.commit('an edit', { [path]: 'CREATE TABLE users (id bigint PRIMARY KEY);\n' });
    const edited = await lockstepHere('plan', repo, shop.url);
    expect(edited.printed).toMatch(/edited[\s\S]*20250101000000_users/);
  });

  it('a baseline is what `migrate resolve --applied` writes, and Prisma goes on from it', async () => {
    const [ours, theirs] = [await target(), await target()];
    const repo = gitRepo({ ...PRISMA_PROJECT, ...users, ...last });
    for (const shop of [ours, theirs]) await shop.rows('CREATE TABLE users (id int PRIMARY KEY, email text)');
    const told = ['baseline', '--to', '20250101000000_users', '--accept-differences'];
    const { report, printed } = await lockstepHere(told, repo, ours.url);
    expect(report.result, printed).toBe('passed');
    prismaMigrate(repo, theirs.url, 'resolve', '--applied', '20250101000000_users');
    expect(await rows(ours)).toEqual(await rows(theirs));
    prismaMigrate(repo, ours.url, 'deploy');
    expect((await lockstepHere('apply', repo, ours.url)).report.result).toBe('noop');
  });

  it('Prisma waits while Lockstep applies, and Lockstep for Prisma', async () => {
    const shop = await target();
    const holder = await shop.session();
    await holder.query('SELECT pg_advisory_lock(72707369)');
    const repo = gitRepo({ ...PRISMA_PROJECT, ...users, 'lockstep.yml': 'lock_wait: 1s\n' });
    const { report, printed } = await lockstepHere('apply', repo, shop.url);
    expect(report.result, printed).toBe('busy');
  });
});

runsExample({
  name: 'prisma',
  tool: 'prisma',
  newest: [
    'prisma/migrations/20250103000000_add_isbn/migration.sql',
    'prisma/migrations/20250103000000_add_isbn/down.sql',
  ],
  down: 'reversed',
  agrees: (repo, { url }) => void prismaMigrate(repo, url, 'deploy'),
});

it('two indexes CONCURRENTLY in one file fail in the rehearsal as they do under Prisma', async () => {
  const repo = gitRepo({ ...PRISMA_PROJECT, ...users });
  repo.branch('change');
  const index = 'CREATE INDEX CONCURRENTLY a ON users (email);\nCREATE INDEX CONCURRENTLY b ON users (id);\n';
  repo.commit('two indexes', { 'prisma/migrations/20250102000000_two/migration.sql': index });
  const { report, printed } = await checkHere(repo);
  expect(report.result, printed).toBe('blocked');
  expect(report.findings.find(({ severity }) => severity === 'block')?.path).toContain('20250102000000_two');
});
