import { beforeAll, expect, test } from 'vitest';
import { rollbackBlock } from '../../../../src/project/layouts/rollback-block.ts';
import { sourceOf } from '../../../../src/project/source.ts';
import { loadParser } from '../../../../src/project/sql.ts';

beforeAll(loadParser);

const block = (sql: string) => rollbackBlock(sourceOf({ path: '001.sql', bytes: Buffer.from(sql) }, {}));
/** What is left of the file, line by line: places must be those of the file. */
const sqlOf = (sql: string): string | undefined => {
  const found = block(sql);
  if (found?.kind !== 'sql') return undefined;
  expect(found.text).toHaveLength(sql.length);
  found.text.split('').forEach((character, at) => {
    if (character.trim() !== '') expect(character).toBe(sql[at]);
  });
  return found.text.replace(/\s+/g, ' ').trim();
};

test.each([
  '-- Rollback',
  '-- ROLLBACK:',
  '--rollback',
  '-- Roll back:',
  '-- Rollback (execute only when needed)',
  '-- Rollback script:',
  '-- To rollback, run by hand:',
  '-- === Rollback ===',
  '-- ------ ROLLBACK ------',
  '-- Rollback - only when needed:',
  '-- Down',
  '-- Down Migration',
  '-- Down (commented out)',
  '-- Undo:',
  '-- Revert this migration:',
])('%s heads a block', (heading) => {
  expect(sqlOf(`CREATE TABLE a (b int);\n\n${heading}\n-- DROP TABLE a;\n`)).toBe('DROP TABLE a;');
});

test.each([
  '-- Rollback is the job of the next file',
  '-- Downloads of each user',
  '-- Down payments',
  '-- Reverts bug 12',
  'SELECT 1; -- Rollback',
  "SELECT '-- Rollback'",
])('%s heads none', (line) => {
  expect(block(`${line}\n-- DROP TABLE a;\nSELECT 1;`)).toBeUndefined();
});

test.each([
  ['on the heading line', '-- Rollback: DROP TABLE a;', 'DROP TABLE a;'],
  ['after the word alone, as Liquibase writes it', '--rollback drop table a;', 'drop table a;'],
  ['in a block comment', '/* Rollback\nDROP TABLE a;\nDROP TABLE b;\n*/', 'DROP TABLE a; DROP TABLE b;'],
  ['in a decorated block comment', '/*\n * Rollback:\n * DROP TABLE a;\n */', 'DROP TABLE a;'],
  ['in a block comment under a heading', '-- Rollback\n/*\nDROP TABLE a;\n*/', 'DROP TABLE a;'],
  ['with CRLF', '-- Rollback\r\n-- DROP TABLE a;\r\n-- DROP TABLE b;\r\n', 'DROP TABLE a; DROP TABLE b;'],
  ['without a space', '-- Rollback\n--DROP TABLE a;', 'DROP TABLE a;'],
  ['over several lines', '-- Rollback\n-- ALTER TABLE a\n--   DROP COLUMN b;', 'ALTER TABLE a DROP COLUMN b;'],
  ['without the last semicolon', '-- Rollback\n-- DROP TABLE a', 'DROP TABLE a'],
  ['over blank lines', '-- Rollback\n\n-- DROP TABLE a;\n--\n\n-- DROP TABLE b;', 'DROP TABLE a; DROP TABLE b;'],
  ['with an inner comment', '-- Rollback\n-- DROP TABLE a; -- the old one', 'DROP TABLE a; -- the old one'],
  ['with semicolons in a function', '-- Rollback\n-- DO $$ BEGIN\n--   NULL;\n-- END $$;', 'DO $$ BEGIN NULL; END $$;'],
  ['with letters of any kind above', '-- größe 😀\n-- Rollback\n-- DROP TABLE "größe😀";', 'DROP TABLE "größe😀";'],
])('SQL %s is found', (_, text, expected) => {
  expect(sqlOf(`CREATE TABLE a (b int);\n${text}`)).toBe(expected);
});

test.each([
  ['above', '-- Run this by hand, never from a job\n-- DROP TABLE a;', 'DROP TABLE a;'],
  ['between', '-- DROP TABLE a;\n-- then the other one\n-- DROP TABLE b;', 'DROP TABLE a; DROP TABLE b;'],
  ['below', '-- DROP TABLE a;\n-- =====\n-- Author: Ada', 'DROP TABLE a;'],
  ['that begins like SQL', '-- Drop table a first.\n-- DROP TABLE a;', 'DROP TABLE a;'],
  [
    'between, beside a function',
    '-- Note:\n-- DO $$ BEGIN\n--   NULL;\n-- END $$;\n-- Done.',
    'DO $$ BEGIN NULL; END $$;',
  ],
  ['and a directive', '-- lockstep: phase=contract\n-- DROP TABLE a;', 'DROP TABLE a;'],
])('prose %s stays a comment', (_, text, expected) => {
  expect(sqlOf(`SELECT 1;\n-- Rollback\n${text}`)).toBe(expected);
});

test.each([
  ['a misspelt keyword', '-- DRP TABLE a;', 'DRP TABLE a;'],
  ['after good SQL', '-- DROP TABLE a;\n-- DROP TABEL b;', 'DROP TABLE a; DROP TABEL b;'],
  ['after prose', '-- By hand only\n-- DROP TABEL b;', 'DROP TABEL b;'],
  ['a missing semicolon', '-- drop table a\n-- drop table b;', 'drop table a drop table b;'],
  [
    'a misspelt WHERE never becomes a DELETE of all rows',
    '-- DELETE FROM a\n-- WERE b = 1\n-- ;',
    'DELETE FROM a WERE b = 1 ;',
  ],
  ['the same in lower case', '-- delete from a\n-- were b = 1;', 'delete from a were b = 1;'],
])('a syntax error stays to be shown: %s', (_, text, expected) => {
  expect(sqlOf(`SELECT 1;\n-- Rollback\n${text}`)).toBe(expected);
});

test('the comment of the code below a block at the top is not part of it', () => {
  expect(sqlOf('-- Rollback:\n-- DROP TABLE a;\n\n-- Create table a\nCREATE TABLE a (b int);')).toBe('DROP TABLE a;');
});

test('several blocks are joined', () => {
  const sql = 'CREATE TABLE a ();\n-- Rollback: DROP TABLE a;\nCREATE TABLE b ();\n-- Rollback: DROP TABLE b;\n';
  expect(sqlOf(sql)).toBe('DROP TABLE a; DROP TABLE b;');
});

test.each([
  ['-- Rollback: not possible', 'not possible', 2],
  ['-- Rollback\n-- Not possible: the data\n-- is gone.\n\n-- Author: Ada', 'Not possible: the data is gone.', 3],
  ['/* Rollback: cannot be\n   reversed */', 'cannot be reversed', 2],
])('%j is prose: why the migration cannot be reversed', (text, reason, line) => {
  expect(block(`SELECT 1;\n${text}`)).toEqual({ kind: 'prose', reason, line });
});

test('a heading with nothing below is nothing', () => {
  expect(block('SELECT 1;\n-- Rollback\n-- ------\n')).toBeUndefined();
});

test('a thousand lines of prose cost no time', () => {
  const start = performance.now();
  block(`SELECT 1;\n-- Rollback\n${'-- some words here; and others;\n-- and more words\n'.repeat(500)}`);
  block(`SELECT 1;\n-- Rollback\n${'-- some words here\n-- DROP TABLE a;\n'.repeat(500)}`);
  expect(performance.now() - start).toBeLessThan(2_000);
});
