import { expect, it } from 'vitest';
import { atlasSum } from '../../../src/project/layouts/atlas-sum.ts';
import { targets } from '../../support/deploy.ts';
import { checkHere } from '../../support/example.ts';
import { gitRepo } from '../../support/git-repo.ts';
import { committedFiles } from '../../support/graphile.ts';
import { lockstepHere } from '../../support/in-process.ts';

/** A checkout on Windows and a commit of it: the same migrations with other line endings, and other bytes. */

const target = targets();

const UP = "CREATE TABLE a (id int, words text DEFAULT 'one\ntwo');\n";
const DOWN = 'DROP TABLE a;\n';

it.each<[string, Record<string, string>]>([
  ['numbered', { 'migrations/1_a.sql': UP, 'migrations/1_a.down.sql': DOWN }],
  ['supabase', { 'supabase/migrations/1_a.sql': UP }],
  ['prisma', { 'prisma/migrations/1_a/migration.sql': UP }],
  ['golang-migrate', { 'migrations/1_a.up.sql': UP, 'migrations/1_a.down.sql': DOWN }],
  ['dbmate', { 'migrations/1_a.sql': `-- migrate:up\n${UP}-- migrate:down\n${DOWN}` }],
  ['flyway', { 'migrations/V1__a.sql': UP, 'migrations/U1__a.sql': DOWN }],
  ['goose', { 'migrations/1_a.sql': `-- +goose Up\n${UP}-- +goose Down\n${DOWN}` }],
  ['node-pg-migrate', { 'migrations/1_a.sql': `-- Up Migration\n${UP}-- Down Migration\n${DOWN}` }],
])('%s: nothing runs again, nothing is refused, and the pull request is told what it changes', async (tool, files) => {
  const shop = await target();
  const repo = gitRepo({ ...files, 'lockstep.yml': 'lock_timeout: 1s\n' });
  const first = await lockstepHere('apply', repo, shop.url);
  expect(first.report, first.printed).toMatchObject({ result: 'applied', project: { tool } });
  repo.branch('windows');
  repo.commit(
    'windows',
    Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll('\n', '\r\n')])),
  );
  const checked = await checkHere(repo);
  expect(checked.report.findings, checked.printed).toContainEqual(
    expect.objectContaining({
      rule: 'migration-edited-cosmetic',
      message: expect.stringContaining('Only comments or white space'),
    }),
  );
  const planned = await lockstepHere('plan', repo, shop.url);
  expect(planned.report, planned.printed).toMatchObject({ result: 'noop', project: { tool } });
  expect(planned.report.plan?.gates).toContainEqual(expect.objectContaining({ name: 'edited', open: true }));
  const second = await lockstepHere('apply', repo, shop.url);
  expect(second.report.result, second.printed).toBe('noop');
});

it('graphile-migrate: it would read no header any more, and the pull request is blocked', async () => {
  const [text = ''] = Object.values(committedFiles([UP]));
  const path = 'migrations/committed/000001.sql';
  const repo = gitRepo({ [path]: text });
  repo.branch('windows');
  repo.commit('windows', { [path]: text.replaceAll('\n', '\r\n') });
  const { report, printed } = await checkHere(repo);
  expect(report, printed).toMatchObject({ result: 'blocked', project: { tool: 'graphile-migrate' } });
  expect(report.findings).toContainEqual(
    expect.objectContaining({ rule: 'tool-refuses', path, message: expect.stringContaining('CRLF') }),
  );
});

it('Atlas: atlas.sum is not that of these bytes, and the pull request is blocked', async () => {
  const [path, name] = ['migrations/1_a.sql', '1_a.sql'];
  const repo = gitRepo({ [path]: UP, 'migrations/atlas.sum': atlasSum([{ name, bytes: Buffer.from(UP) }]).text });
  repo.branch('windows');
  repo.commit('windows', { [path]: UP.replaceAll('\n', '\r\n') });
  const { report, printed } = await checkHere(repo);
  expect(report, printed).toMatchObject({ result: 'blocked', project: { tool: 'atlas' } });
  expect(report.findings).toContainEqual(
    expect.objectContaining({ rule: 'tool-refuses', path, message: expect.stringContaining('atlas.sum') }),
  );
});
