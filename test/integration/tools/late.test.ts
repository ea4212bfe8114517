import { expect, it } from 'vitest';
import { type Target, targets } from '../../support/deploy.ts';
import { drizzleMigrate } from '../../support/drizzle.ts';
import { type GitRepo, gitRepo } from '../../support/git-repo.ts';
import { lockstepHere } from '../../support/in-process.ts';
import { PRISMA_PROJECT, prismaMigrate } from '../../support/prisma.ts';
import { npmTool } from '../../support/round-trip.ts';

/** A migration that was merged after a newer one had been applied. */

const target = targets();

interface Late {
  readonly tool: string;
  /** A file of the version, with the up script. */
  file(version: number, up: string): Record<string, string>;
  /** What the tool says in the end. */
  agrees?(repo: GitRepo, target: Target): void;
}

it.each<Late>([
  { tool: 'numbered', file: (version, up) => ({ [`migrations/${version}_x.sql`]: up }) },
  { tool: 'flyway', file: (version, up) => ({ [`migrations/V${version}__x.sql`]: up }) },
  { tool: 'goose', file: (version, up) => ({ [`migrations/${version}_x.sql`]: `-- +goose Up\n${up}` }) },
  {
    tool: 'drizzle-1',
    file: (version, up) => ({
      [`drizzle/2025010${version}000000_x/migration.sql`]: up,
      [`drizzle/2025010${version}000000_x/snapshot.json`]: '{}',
    }),
    agrees: (repo, { url }) => void drizzleMigrate(repo, url, 'drizzle-orm-1'),
  },
  {
    tool: 'prisma',
    file: (version, up) => ({ ...PRISMA_PROJECT, [`prisma/migrations/2025010${version}000000_x/migration.sql`]: up }),
    agrees: (repo, { url }) => void prismaMigrate(repo, url, 'deploy'),
  },
  {
    tool: 'dbmate',
    file: (version, up) => ({ [`migrations/${version}_x.sql`]: `-- migrate:up\n${up}-- migrate:down\n` }),
    agrees: (repo, { url }) =>
      void npmTool(
        'dbmate',
        ['-d', 'migrations', '--no-dump-schema', 'migrate', '--strict'],
        repo,
        `${url}?sslmode=disable`,
      ),
  },
])('$tool: nothing is skipped in silence; it runs when its author says so', async ({ tool, file, agrees }) => {
  const shop = await target();
  const create = (name: string): string => `CREATE TABLE ${name} (id int);\n`;
  const repo = gitRepo({ ...file(1, create('a')), ...file(3, create('c')), 'lockstep.yml': 'lock_timeout: 1s\n' });
  expect((await lockstepHere('apply', repo, shop.url)).report).toMatchObject({ result: 'applied', project: { tool } });
  repo.commit('late', file(2, create('b')));
  const closed = await lockstepHere('apply', repo, shop.url);
  expect(closed.report.result, closed.printed).toBe('refused');
  expect(closed.report.plan?.gates).toContainEqual(expect.objectContaining({ name: 'order', open: false }));
  repo.commit('allowed', file(2, `-- lockstep: out-of-order reason=merged late\n${create('b')}`));
  const { report, printed } = await lockstepHere('apply', repo, shop.url);
  expect(report.result, printed).toBe('applied');
  agrees?.(repo, shop);
  expect((await lockstepHere('apply', repo, shop.url)).report.result).toBe('noop');
});
