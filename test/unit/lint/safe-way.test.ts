import { describe, expect, it } from 'vitest';
import { safeWay } from '../../../src/lint/safe-way.ts';
import { loadParser, parseSql } from '../../../src/project/sql.ts';

await loadParser();

function ways(rule: string, sql: string): (string | undefined)[] {
  return (parseSql(sql).statements ?? []).map((statement) => safeWay(rule, statement));
}

const index = 'require-concurrent-index-creation';
const drop = 'require-concurrent-index-deletion';
const key = 'adding-foreign-key-constraint';
const check = 'constraint-missing-not-valid';
const notNull = 'adding-not-nullable-field';

describe('the safe way', () => {
  it.each([
    [index, 'CREATE INDEX a_idx ON a (b);', 'CREATE INDEX CONCURRENTLY a_idx ON a (b);'],
    [
      index,
      'create unique  index if not exists "A" on s."T"\n  (lower(b)) where c > 0 ;',
      'create unique  index CONCURRENTLY if not exists "A" on s."T"\n  (lower(b)) where c > 0;',
    ],
    [drop, 'DROP INDEX IF EXISTS a_idx;', 'DROP INDEX CONCURRENTLY IF EXISTS a_idx;'],
    [
      key,
      'ALTER TABLE s.a ADD CONSTRAINT a_b_fkey FOREIGN KEY (b) REFERENCES b (id) ON DELETE CASCADE;',
      'ALTER TABLE s.a ADD CONSTRAINT a_b_fkey FOREIGN KEY (b) REFERENCES b (id) ON DELETE CASCADE NOT VALID;\n-- then, in the next migration:\nALTER TABLE s.a VALIDATE CONSTRAINT a_b_fkey;',
    ],
    [
      check,
      'ALTER TABLE "Odd ""name" ADD CONSTRAINT "C" CHECK (x > 0)',
      'ALTER TABLE "Odd ""name" ADD CONSTRAINT "C" CHECK (x > 0) NOT VALID;\n-- then, in the next migration:\nALTER TABLE "Odd ""name" VALIDATE CONSTRAINT "C";',
    ],
    [
      check,
      'ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0) -- really\n',
      'ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0) -- really\nNOT VALID;\n-- then, in the next migration:\nALTER TABLE a VALIDATE CONSTRAINT c;',
    ],
    [index, 'CREATE INDEX ON a (b) -- big', 'CREATE INDEX CONCURRENTLY ON a (b) -- big\n;'],
    [
      notNull,
      'ALTER TABLE users ALTER COLUMN email SET NOT NULL;',
      'ALTER TABLE users ADD CONSTRAINT users_email_present CHECK (email IS NOT NULL) NOT VALID;\n-- then, in the next migration:\nALTER TABLE users VALIDATE CONSTRAINT users_email_present;\n-- and in the one after it:\nALTER TABLE users ALTER COLUMN email SET NOT NULL, DROP CONSTRAINT users_email_present;',
    ],
  ])('%s: %s', (rule, sql, expected) => {
    expect(ways(rule, sql)).toEqual([expected]);
    expect(parseSql(expected).problem).toBeUndefined();
  });

  it.each([
    ['a comment between the first words', index, 'CREATE /* x */ INDEX a_idx ON a (b)'],
    ['several indexes', drop, 'DROP INDEX a, b'],
    ['CASCADE', drop, 'DROP INDEX a CASCADE'],
    ['a table', drop, 'DROP TABLE a'],
    ['a constraint without a name', key, 'ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b (id)'],
    ['several commands', check, 'ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0), ADD COLUMN y int'],
    ['UNIQUE, which cannot be NOT VALID', check, 'ALTER TABLE a ADD CONSTRAINT c UNIQUE (x)'],
    ['a constraint of a new column', key, 'ALTER TABLE a ADD COLUMN b bigint CONSTRAINT c REFERENCES b (id)'],
    ['names that need quotes', notNull, 'ALTER TABLE "Users" ALTER COLUMN email SET NOT NULL'],
    ['several columns', notNull, 'ALTER TABLE a ALTER COLUMN b SET NOT NULL, ALTER COLUMN c SET NOT NULL'],
    ['another rule', 'ban-drop-column', 'ALTER TABLE a DROP COLUMN b'],
  ])('is not told for %s', (_, rule, sql) => {
    expect(ways(rule, sql)).toEqual([undefined]);
  });
});
