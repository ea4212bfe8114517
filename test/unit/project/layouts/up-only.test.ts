import { beforeAll, expect, it, vi } from 'vitest';
import { comments } from '../../../../src/project/comments.ts';
import { numbered } from '../../../../src/project/layouts/numbered.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { repoFiles } from '../../../support/project.ts';

vi.mock('../../../../src/project/comments.ts', async (original) => {
  const actual = await original<typeof import('../../../../src/project/comments.ts')>();
  return { ...actual, comments: vi.fn(actual.comments) };
});

beforeAll(() => loadParser());

const files = () =>
  repoFiles({
    'migrations/001_commented.sql': 'CREATE TABLE a ();\n\n-- Rollback\n-- DROP TABLE a;\n',
    'migrations/002_sections.sql': '-- migrate:up\nCREATE TABLE b ();\n-- migrate:down\nDROP TABLE b;\n',
    'migrations/003_beside.sql': 'CREATE TABLE c ();\n',
    'migrations/003_beside.down.sql': 'DROP TABLE c;\n',
    'migrations/004_bare.sql': '-- lockstep: no-transaction\nCREATE INDEX CONCURRENTLY i ON c ((1));\n',
  });

it('a deploy, which needs no down script, sees the same migrations as a check', () => {
  const read = (upOnly: boolean) => numbered.read('migrations', files(), { placeholders: {}, upOnly }).migrations;
  const ofDeploy = (upOnly: boolean) =>
    read(upOnly).map(({ id, path, up, checksum, execution }) => ({ id, path, up, checksum, execution }));
  expect(ofDeploy(true)).toEqual(ofDeploy(false));
  expect(ofDeploy(true)).toHaveLength(4);
});

it('the same file is read in full after it was read for a deploy', () => {
  const same = files();
  numbered.read('migrations', same, { placeholders: {}, upOnly: true });
  const { migrations } = numbered.read('migrations', same, { placeholders: {} });
  expect(migrations[0]?.down?.text).toContain('DROP TABLE a;');
});

it('a deploy scans those files only whose scripts it asks for', () => {
  vi.mocked(comments).mockClear();
  const { migrations } = numbered.read('migrations', files(), { placeholders: {}, upOnly: true });
  expect(migrations.map(({ id, checksum }) => [id, checksum.length])).toHaveLength(4);
  expect(comments).not.toHaveBeenCalled();
  expect(migrations[3]?.execution).toBe('autocommit');
  expect(comments).toHaveBeenCalledTimes(1);
});
