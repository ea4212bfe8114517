import { expect, test } from 'vitest';
import { LockstepError } from '../../../../src/errors.ts';
import { detectLayout, layoutNamed, layoutNames } from '../../../../src/project/layouts/detect.ts';
import { allLayouts, toolLayout } from '../../../../src/project/tool-layout.ts';
import { TOOL_NAMES } from '../../../../src/settings/tool-names.ts';
import { repoFiles } from '../../../support/project.ts';

const goose = '-- +goose Up\nSELECT 1;\n';
const dbmate = '-- migrate:up\nSELECT 1;\n-- migrate:down\n';
const nodePg = '-- Up Migration\nSELECT 1;\n';
const graphile = '--! Previous: -\n--! Hash: sha1:0\n\nSELECT 1;\n';

test.each<[string, Record<string, string>, string | undefined]>([
  ['numbers', { 'm/001_a.sql': '', 'm/README.md': '' }, 'numbered'],
  ['numbers with down twins', { 'm/001_a.sql': '', 'm/001_a.down.sql': '' }, 'numbered'],
  ['pairs', { 'm/001_a.up.sql': '', 'm/001_a.down.sql': '' }, 'golang-migrate'],
  ['pairs, one of them misnamed', { 'm/1_a.up.sql': '', 'm/1_a.down.sql': '', 'm/2_b.sql': '' }, 'golang-migrate'],
  ['numbers, one of them a pair', { 'm/1_a.sql': '', 'm/2_b.sql': '', 'm/3_c.up.sql': '' }, 'numbered'],
  ['sections', { 'm/001_a.sql': dbmate, 'm/002_b.sql': dbmate, 'm/003_c.sql': '' }, 'dbmate'],
  ['numbers, one of them with sections', { 'm/1_a.sql': '', 'm/2_b.sql': '', 'm/3_c.sql': dbmate }, 'numbered'],
  ['sections of node-pg-migrate', { 'm/1_a.sql': nodePg, 'm/2_b.sql': nodePg, 'm/3_c.sql': '' }, 'node-pg-migrate'],
  ['numbers, one of them with its sections', { 'm/1_a.sql': '', 'm/2_b.sql': '', 'm/3_c.sql': nodePg }, 'numbered'],
  ['programs alone', { 'm/1_a.js': '', 'm/2_b.ts': '' }, undefined],
  ['a chain of hashes', { 'm/000001.sql': graphile, 'm/000002-x.sql': graphile }, 'graphile-migrate'],
  ['a chain in the folder below', { 'm/committed/000001.sql': graphile, 'm/current.sql': '' }, 'graphile-migrate'],
  ['what is still being written', { 'm/current.sql': '' }, undefined],
  ['a marker that is quoted text', { 'm/1_a.sql': "SELECT '\n  -- migrate:up'" }, 'numbered'],
  ['versions with two underscores', { 'm/V1__a.sql': '', 'm/R__v.sql': '', 'm/x.sql': '' }, 'flyway'],
  ['numbers, one of them of Flyway', { 'm/1_a.sql': '', 'm/2_b.sql': '', 'm/V3__c.sql': '' }, 'numbered'],
  ['annotations of goose', { 'm/1_a.sql': goose, 'm/2_b.sql': goose, 'm/3_c.go': '' }, 'goose'],
  ['numbers, one of them of goose', { 'm/1_a.sql': '', 'm/2_b.sql': '', 'm/3_c.sql': goose }, 'numbered'],
  ['a folder with atlas.sum', { 'm/1_a.sql': '', 'm/b.sql': '', 'm/atlas.sum': '' }, 'atlas'],
  ['pairs with atlas.sum', { 'm/1_a.up.sql': '', 'm/1_a.down.sql': '', 'm/atlas.sum': '' }, 'golang-migrate'],
  ['annotations of goose with atlas.sum', { 'm/1_a.sql': goose, 'm/atlas.sum': '' }, 'goose'],
  ['a journal', { 'm/0000_a.sql': '', 'm/meta/_journal.json': '' }, 'drizzle'],
  ['folders with snapshots', { 'm/2025_a/migration.sql': '', 'm/2025_a/snapshot.json': '' }, 'drizzle-1'],
  ['folders', { 'm/2025_a/migration.sql': '', 'm/migration_lock.toml': '' }, 'prisma'],
  ['folders without a lock file', { 'm/0_init/migration.sql': '', 'm/README.md': '' }, 'prisma'],
  ['numbers, one of them a folder', { 'm/1_a.sql': '', 'm/2_b.sql': '', 'm/x/migration.sql': '' }, 'numbered'],
  ['no migration', { 'm/README.md': '', 'm/seed.sql': '' }, undefined],
  ['nothing', {}, undefined],
])('%s are read as %3$s', (_, files, expected) => {
  expect(detectLayout('m', repoFiles(files))?.name).toBe(expected);
});

test('what lies in supabase/migrations is read as Supabase does', () => {
  const files = repoFiles({ 'app/supabase/migrations/1_a.sql': '' });
  expect(detectLayout('app/supabase/migrations', files)?.name).toBe('supabase');
});

test('a tool may be named; an unknown name is told with the known ones', () => {
  for (const name of layoutNames) expect(layoutNamed(name).name).toBe(name);
  expect(() => layoutNamed('liquibase')).toThrow(
    expect.objectContaining({ code: 'unknown-tool', hint: expect.stringContaining('numbered') }),
  );
  expect(() => layoutNamed('liquibase')).toThrow(LockstepError);
});

test('a slip in the name of any tool is told with what was meant, and with all names, which the settings list', () => {
  expect(() => toolLayout('knexx')).toThrow(
    expect.objectContaining({
      code: 'unknown-tool',
      hint: expect.stringMatching(/Did you mean knex\?[\s\S]*, alembic, command\./),
    }),
  );
  expect(TOOL_NAMES).toEqual(['auto', ...allLayouts.map(({ name }) => name)]);
});
