import { beforeAll, describe, expect, test } from 'vitest';
import { mergeableAlterTables } from '../../../../src/lint/rules/mergeable-alter-tables.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

const a = (what: string): string => `ALTER TABLE orders ${what};\n`;

describe('statements that could be one', () => {
  test.each([
    [a('ADD COLUMN a int') + a('ADD COLUMN b int'), '2 statements alter orders (also line 2)'],
    [
      a('ADD COLUMN a int') + a('DROP COLUMN c') + a('ALTER COLUMN b DROP NOT NULL'),
      '3 statements alter orders (also lines 2, 3)',
    ],
    [`${a('ADD COLUMN a int')}ALTER TABLE public.orders ADD COLUMN b int;`, '2 statements alter orders (also line 2)'],
    [
      `${a('ADD COLUMN a int')}ALTER TABLE users ADD COLUMN b int;\n${a('DROP COLUMN b')}`,
      '2 statements alter orders (also line 3)',
    ],
  ])('%j', (sql, message) => {
    const found = hazards(mergeableAlterTables, sql);
    expect(brief(found)).toEqual(['1 info mergeable-alter-tables']);
    expect(found[0]?.message).toContain(message);
  });

  test('of two tables each', () => {
    const sql =
      'ALTER TABLE x ADD COLUMN a int; ALTER TABLE y ADD COLUMN a int; ALTER TABLE x ADD COLUMN b int; ALTER TABLE y ADD COLUMN b int;';
    expect(hazards(mergeableAlterTables, sql).map(({ relations }) => relations)).toEqual([['x'], ['y']]);
  });

  test.each([
    a('ADD COLUMN a int, ADD COLUMN b int'),
    `${a('ADD COLUMN a int')}ALTER TABLE s.orders ADD COLUMN a int;`,
    `${a('ADD COLUMN a int')}UPDATE orders SET a = 1 WHERE id = 1;\n${a('ADD COLUMN b int')}`,
    `${a('ADD COLUMN a int')}ALTER TABLE orders RENAME COLUMN a TO b;\n${a('ADD COLUMN a int')}`,
    a('ADD CONSTRAINT c CHECK (a > 0) NOT VALID') + a('VALIDATE CONSTRAINT c'),
    a('ADD COLUMN a int') + a('ADD FOREIGN KEY (a) REFERENCES b (id)'),
    a('ADD COLUMN a int') + a('ALTER COLUMN a SET STATISTICS 100'),
    'ALTER TABLE orders ATTACH PARTITION p DEFAULT; ALTER TABLE orders ATTACH PARTITION q FOR VALUES IN (1);',
    `CREATE TABLE orders (id int); ${a('ADD COLUMN a int')}${a('ADD COLUMN b int')}`,
    'ALTER INDEX i SET (fillfactor = 70); ALTER INDEX i RESET (fillfactor);',
    `-- ${a('ADD COLUMN a int')}${a('ADD COLUMN b int')}`,
  ])('but not %j', (sql) => expect(hazards(mergeableAlterTables, sql)).toEqual([]));

  test('nor of a table that an earlier file has made', () => {
    const sql = a('ADD COLUMN a int') + a('ADD COLUMN b int');
    expect(hazards(mergeableAlterTables, sql, { earlier: ['CREATE TABLE orders ();'] })).toEqual([]);
  });
});
