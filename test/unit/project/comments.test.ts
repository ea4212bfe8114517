import { expect, test } from 'vitest';
import { comments, withoutComments } from '../../../src/project/comments.ts';

const texts = (sql: string): string[] => comments(sql).map(({ text }) => text);

test.each([
  ['a line comment', 'SELECT 1; -- one', [' one']],
  ['a line comment that ends with CRLF', '-- one\r\nSELECT 1;\r\n-- two', [' one', ' two']],
  ['a block comment', '/* one */ SELECT 1', [' one ']],
  ['nested block comments are one', '/* a /* b */ c */ -- d', [' a /* b */ c ', ' d']],
  ['an unterminated block comment reaches to the end', 'SELECT 1 /* a -- b', [' a -- b']],
  ['/*/ does not close itself', '/*/ a */ -- b', ['/ a ', ' b']],
  ['not in a string literal', "SELECT '-- no', '/* no */' -- yes", [' yes']],
  ['a doubled quote does not end a literal', "SELECT 'it''s -- no' -- yes", [' yes']],
  ['a backslash is nothing special in a plain literal', "SELECT '\\' -- yes", [' yes']],
  ['a backslash escapes in E literals', "SELECT E'\\' -- no', e'\\'' -- yes", [' yes']],
  ['an E literal goes on after a line break', "SELECT E'a'\n  '\\' -- no' -- yes", [' yes']],
  ['a name that ends with e begins no E literal', "SELECT date'\\' -- yes", [' yes']],
  ['not in a quoted identifier', 'SELECT "a -- b""c" -- yes', [' yes']],
  ['not in a dollar quote', 'DO $$ BEGIN -- no\n END $$; -- yes', [' yes']],
  ['not in a tagged dollar quote with others in it', 'DO $a$ $$ -- no $b$ $a$; -- yes', [' yes']],
  ['a tag may hold any letters', 'DO $größe$ -- no $größe$; -- yes', [' yes']],
  ['a parameter is no dollar quote', 'SELECT $1 -- yes $1', [' yes $1']],
  ['a dollar sign within a name is no dollar quote', 'SELECT a$b$ -- yes $b$', [' yes $b$']],
  ['a quote within a comment opens nothing', "-- it's\nSELECT 1; -- yes", [" it's", ' yes']],
  ['an unterminated literal reaches to the end', "SELECT 'a -- b", []],
  ['nothing in nothing', '', []],
])('%s', (_, sql, expected) => {
  expect(texts(sql)).toEqual(expected);
});

test('a comment knows its place and whether it stands after code', () => {
  const sql = "-- a\nSELECT 'x\ny' /* b\n c */ -- d\n/* e */ -- f\n";
  expect(comments(sql).map(({ kind, line, endLine, afterCode }) => ({ kind, line, endLine, afterCode }))).toEqual([
    { kind: 'line', line: 1, endLine: 1, afterCode: false },
    { kind: 'block', line: 3, endLine: 4, afterCode: true },
    { kind: 'line', line: 4, endLine: 4, afterCode: false },
    { kind: 'block', line: 5, endLine: 5, afterCode: false },
    { kind: 'line', line: 5, endLine: 5, afterCode: false },
  ]);
  for (const { start, end, text } of comments(sql)) expect(sql.slice(start, end)).toContain(text);
});

test('what is left without comments keeps its places', () => {
  const sql = 'SELECT 1; -- a\n/* b\n*/ SELECT 2;';
  expect(withoutComments(sql, comments(sql))).toBe('SELECT 1;     \n    \n   SELECT 2;');
});

test('20 MB are scanned in under two seconds', () => {
  const sql = "INSERT INTO t VALUES ('it''s', \"a\", $$b$$); -- c\n".repeat(420_000);
  const start = performance.now();
  expect(comments(sql)).toHaveLength(420_000);
  expect(performance.now() - start).toBeLessThan(2_000);
});
