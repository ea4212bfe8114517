import { beforeAll, describe, expect, test } from 'vitest';
import { bookkeepingOf } from '../../../../src/project/layouts/bookkeeping.ts';
import { recordFacts } from '../../../../src/project/layouts/record-facts.ts';
import { supabase } from '../../../../src/project/layouts/supabase.ts';
import { supabaseStatements } from '../../../../src/project/layouts/supabase-statements.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { effectiveExecution } from '../../../../src/project/transaction.ts';
import type { Migration } from '../../../../src/project/types.ts';
import { projectOf } from '../../../support/project.ts';

beforeAll(loadParser);

const read = (files: Record<string, string>) => projectOf(files, 'supabase');

test('files run by name as text, each in a transaction', () => {
  const { migrations } = read({ '9_b.sql': '', '10_a.sql': '', '20250101000000_c.sql': '' });
  expect(migrations.map(({ id }) => id)).toEqual(['10_a', '20250101000000_c', '9_b']);
  expect(migrations[0]).toMatchObject({ version: '10', name: 'a', execution: 'transaction' });
});

test('a file with a statement that refuses a transaction has none', () => {
  const execution = (sql: string) => read({ '1_a.sql': sql }).migrations.map(effectiveExecution);
  expect(execution('CREATE TABLE a (i int); CREATE INDEX CONCURRENTLY b ON a (i);')).toEqual(['autocommit']);
  expect(execution('CREATE TABLE a (i int); CREATE INDEX b ON a (i);')).toEqual(['transaction']);
});

test('the way back stands in a comment: a file of its own would be run', () => {
  const { migrations } = read({ '1_a.sql': 'CREATE TABLE a ();\n-- Rollback\n-- DROP TABLE a;', '1_a.down.sql': '' });
  expect(migrations.map(({ id, down }) => [id, down?.path])).toEqual([
    ['1_a.down', undefined],
    ['1_a', 'migrations/1_a.sql'],
  ]);
});

test.each([
  ['20200101000000_init.sql', 'first file of this name', undefined],
  ['b.sql', 'only files named', '20250101000001_b.sql'],
  ['20250102000000.sql', 'only files named', undefined],
  ['20250102000000_b.SQL', 'only files named', '20250102000000_b.sql'],
  ['old/20250102000000_b.sql', 'sub-folders', '20250102000000_b.sql'],
])('%s is told as passed over', (path, reason, suggestion) => {
  const { ignored } = read({ '20250101000000_a.sql': '', [path]: '' });
  expect(ignored).toMatchObject([{ path: `migrations/${path}`, reason: expect.stringContaining(reason) }]);
  expect(ignored[0]?.suggestion).toBe(suggestion && `migrations/${suggestion}`);
});

test.each([
  ['a first file from later on', { '20220101000000_init.sql': '' }],
  ['one that is not the first', { '1_a.sql': '', '20200101000000_init.sql': '' }],
])('%s is no leftover', (_, files) => {
  expect(read(files as Record<string, string>).ignored).toEqual([]);
});

test.each([
  ["-- a;\nSELECT ';';\n\n/* b; */ SELECT 2 ;;\n", ["-- a;\nSELECT ';'", '/* b; */ SELECT 2']],
  ['SELECT 1;\r\n-- the end;\r\n', ['SELECT 1', '-- the end;']],
  ['SELECT 1', ['SELECT 1']],
  ['DO $$ BEGIN; END $$; SELECT 2', ['DO $$ BEGIN; END $$', 'SELECT 2']],
  [' \n;\n', []],
  ['SELECT 1; nonsense here; SELECT', ['SELECT 1', 'nonsense here', 'SELECT']],
])('%j is kept as its statements', (text, statements) => {
  expect(supabaseStatements({ path: 'a.sql', text })).toEqual(statements);
});

describe('its table', () => {
  const bookkeeping = bookkeepingOf(supabase, undefined);
  const recorded = (sql: string) => {
    const migration = read({ "1_o'hara.sql": sql }).migrations[0] as Migration;
    return bookkeeping?.record(migration, recordFacts(migration, { role: 'deployer', previous: undefined }));
  };

  test('a row holds version, name and statements, as literals', () => {
    expect(recorded("SELECT 'it''s';")).toContain("VALUES ('1', 'o''hara', ARRAY['SELECT ''it''''s''']::text[])");
    expect(recorded('')).toContain("('1', 'o''hara', NULL)");
  });
});
