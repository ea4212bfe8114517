import { beforeAll, expect, test } from 'vitest';
import { layoutNamed } from '../../../../src/project/layouts/detect.ts';
import { loadParser } from '../../../../src/project/sql.ts';

beforeAll(loadParser);

/** Each of them is divided as it should be: to put SQL below markers would help nobody. */
test.each<[tool: string, path: string, text: string, help: string]>([
  ['flyway', 'db/V1__a.sql', `SELECT '\${region}';`, '    region: value'],
  ['flyway', 'db/V1__a.sql', 'SELECT 1;\nVACUUM;', 'one migration of the statements'],
  ['goose', 'db/1_a.sql', '-- +goose Up\nDO $$ BEGIN\n  NULL;\nEND $$;', 'StatementBegin'],
  ['goose', 'db/1_a.sql', '-- +goose Up\nSELECT 1', 'Write the `;`'],
  ['goose', 'db/1_a.sql', '-- +goose Upp\n-- +goose Up\nSELECT 1;', 'NO TRANSACTION'],
  ['atlas', 'db/1_a.sql', 'SELECT 1;', 'atlas migrate hash'],
  ['graphile-migrate', 'db/000001-a.sql', '--! Previous: -\n--! Hash: sha1:0\n\nSELECT 1;', 'graphile-migrate commit'],
  ['goose', 'db/1_a.go', 'package x', 'apply_command'],
])('%s says what helps against its refusal of %s: %j', (tool, path, text, help) => {
  const files = [{ path, bytes: Buffer.from(text) }];
  const { migrations } = layoutNamed(tool).read('db', files, { placeholders: {} });
  expect(migrations[0]?.sectionProblems).toMatchObject([{ help: expect.stringContaining(help) }]);
});

test.each([
  ['dbmate', 'db/1_a.sql', '-- migrate:down\nSELECT 1;'],
  ['goose', 'db/1_a.sql', 'SELECT 1;\n-- +goose Up\nSELECT 1;'],
  ['node-pg-migrate', 'db/1_a.sql', 'SELECT 1;\n-- Down Migration\nSELECT 1;'],
])('a file of %s that is divided otherwise is told what all such are', (tool, path, text) => {
  const files = [{ path, bytes: Buffer.from(text) }];
  const { migrations } = layoutNamed(tool).read('db', files, { placeholders: {} });
  expect(migrations[0]?.sectionProblems?.map(({ help }) => help)).toEqual([undefined]);
});
