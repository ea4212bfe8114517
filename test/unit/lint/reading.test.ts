import { beforeAll, describe, expect, test } from 'vitest';
import { guard } from '../../../src/lint/guard.ts';
import { loadParser } from '../../../src/project/sql.ts';
import { migration } from '../../support/change-set.ts';
import { guarded, ruleContext, said } from '../../support/guarded.ts';

beforeAll(loadParser);

test.each([
  ['SELECT 1;\nSELEC 2;', ['2 block syntax-error']],
  ['CREATE TABLE t (a int', ['1 block syntax-error']],
  ['\\set x 1\nSELECT 1;', ['1 block psql-meta-command']],
  ['SELECT 1 \\gset\nSELECT 2;', ['1 block psql-meta-command']],
  [
    '\\set x 1\n\\i other.sql\nSELEC 1;',
    ['1 block psql-meta-command', '2 block psql-meta-command', '3 block syntax-error'],
  ],
  ['COPY t FROM stdin;', ['1 block copy-from-stdin']],
  ['SELECT 1;\nCOPY t (a, b) FROM stdin;\n1\tx\n2\t;\n\\.\nSELECT 2;', ['2 block copy-from-stdin']],
  ['COPY t FROM stdin WITH (FORMAT csv);\n1,2\n\\.\nSELEC 2;', ['1 block copy-from-stdin', '4 block syntax-error']],
  [
    'COPY t FROM stdin;\n1\n\\.\n\nCOPY u FROM stdin;\n2\n\\.\n',
    ['1 block copy-from-stdin', '5 block copy-from-stdin'],
  ],
  ['-- COPY t FROM stdin;\nSELEC 1;', ['2 block syntax-error']],
  ["COPY t FROM '/tmp/x'; COPY t TO stdout", []],
  ["SELECT '\n\\set x';", []],
  ['', []],
  ['-- nothing\n', []],
])('%j is explained by %j', (sql, expected) => expect(said(guarded(sql))).toEqual(expected));

describe('a syntax error', () => {
  test('shows its line with a caret, in characters', () => {
    const [found] = guarded("SELECT 'ä€😀', FROM FROM t;").findings;
    expect(found).toMatchObject({
      line: 1,
      column: 16,
      message: expect.stringContaining('syntax error at or near "FROM"'),
    });
    expect(found?.excerpt?.split('\n')[1]).toBe(`${' '.repeat('1 | '.length + 15)}^`);
  });

  test('of a down script says so', () => {
    expect(guarded('DROP TABEL t', { half: 'down' }).findings[0]?.message).toContain('down script');
  });

  test.each(['SELECT * FROM :schema.t', 'SELECT * FROM $\u007bschema}.t', 'SELECT {{ x }}'])(
    'at a placeholder says how to give its value: %s',
    (sql) => expect(guarded(sql).findings[0]?.help).toContain('placeholders'),
  );
});

test.each([
  ['\\copy t from x.csv', 'INSERT'],
  ['\\ir other.sql', 'included file'],
  ['\\connect other', 'one database'],
  ['\\restrict abc', 'take it out'],
  ['\\unknown', 'Write SQL instead'],
])('%s: what to write instead', (sql, help) => expect(guarded(sql).findings[0]?.help).toContain(help));

test('hundreds of psql commands are explained by the first few', () => {
  expect(guarded('\\echo x\n'.repeat(300)).findings.length).toBeLessThanOrEqual(20);
});

test.each(['nul-byte', 'not-utf8', 'utf-16'] as const)('a file that cannot be read (%s) has its place', (reason) => {
  const one = migration('migrations/001_a.sql', '');
  const script = { path: one.path, text: '', unreadable: { reason, line: 3, column: 5 } };
  const [result] = guard([{ migration: { ...one, up: script }, half: 'up', script, full: true }], ruleContext());
  expect(result?.read).toBeUndefined();
  expect(result?.findings).toMatchObject([{ rule: 'file-unreadable', severity: 'block', line: 3, column: 5 }]);
});
