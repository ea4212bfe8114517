import { beforeAll, describe, expect, test } from 'vitest';
import { finding } from '../../../../src/lint/finding.ts';
import { judgedBy } from '../../../../src/lint/policy.ts';
import { requireRls, rowsExposed, rowsHidden } from '../../../../src/lint/rules/row-security.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import { policy } from '../../../support/change-set.ts';
import { brief, hazards } from '../../../support/hazards.ts';

beforeAll(loadParser);

const ENABLE = 'ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;';
const POLICY = 'CREATE POLICY own ON orders USING (true);';
const made = { earlier: ['CREATE TABLE orders (id bigint);'] };

describe('rows that are hidden', () => {
  test('one that is enabled with its only policy dropped is told of both', () => {
    const found = hazards(rowsHidden, `${ENABLE} DROP POLICY own ON orders;`, { base: [POLICY] });
    expect(found.map(({ rule }) => rule)).toEqual(['rows-hidden', 'rows-hidden']);
  });

  test.each([
    ['no policy', ENABLE, []],
    ['a policy of another table', `CREATE POLICY own ON users USING (true);\n${ENABLE}`, []],
    ['a policy that was dropped', ENABLE, [POLICY, 'DROP POLICY own ON public.orders;']],
    ['a policy that is dropped', 'DROP POLICY own ON orders;', [POLICY]],
    ['a policy that is changed', 'ALTER POLICY own ON orders USING (id > 5);', [POLICY]],
    ['a policy that holds beside all others', 'CREATE POLICY less ON orders AS RESTRICTIVE USING (true);', [POLICY]],
    ['FORCE, whatever the policies', 'ALTER TABLE orders FORCE ROW LEVEL SECURITY;', [POLICY]],
    ['a DO block', `DO $$ BEGIN ${ENABLE} END $$;`, []],
    ['a comment that is no policy', `-- ${POLICY}\n${ENABLE}`, []],
  ])('%s', (_, sql, base) => {
    expect(brief(hazards(rowsHidden, sql, { base })).map((one) => one.replace(/^\d+ /, ''))).toEqual([
      'warn rows-hidden',
    ]);
  });

  test.each([
    ['a policy of this file', `${ENABLE} ${POLICY}`, []],
    ['one that is there', ENABLE, [POLICY]],
    ['a quoted name', 'CREATE POLICY p ON s."Orders"; ALTER TABLE s."Orders" ENABLE ROW LEVEL SECURITY;', []],
    ['NO FORCE', 'ALTER TABLE orders NO FORCE ROW LEVEL SECURITY;', []],
    ['a new table', `CREATE TABLE orders (id bigint); ${ENABLE}`, []],
  ])('but not with %s', (_, sql, base) => expect(hazards(rowsHidden, sql, { base })).toEqual([]));

  test('nor of a table that an earlier file has made', () => expect(hazards(rowsHidden, ENABLE, made)).toEqual([]));
});

describe('rows that are exposed', () => {
  const DISABLE = 'ALTER TABLE orders DISABLE ROW LEVEL SECURITY;';
  test('are found', () => expect(brief(hazards(rowsExposed, DISABLE))).toEqual(['1 warn rows-exposed']));
  test.each([ENABLE, `CREATE TABLE orders (); ${DISABLE}`, `-- ${DISABLE}\nSELECT 1;`])('but not by %s', (sql) => {
    expect(hazards(rowsExposed, sql)).toEqual([]);
  });
  test('nor of a table that an earlier file has made', () => expect(hazards(rowsExposed, DISABLE, made)).toEqual([]));
});

describe('require-rls', () => {
  test.each([
    'CREATE TABLE orders (id bigint);',
    'CREATE TABLE IF NOT EXISTS s."Orders" (id bigint);',
    'CREATE TABLE orders (id bigint); ALTER TABLE users ENABLE ROW LEVEL SECURITY;',
    'DO $$ BEGIN CREATE TABLE orders (id bigint); END $$;',
  ])('asks of each new table: %s', (sql) => {
    expect(hazards(requireRls, sql)).toMatchObject([
      { rule: 'require-rls', severity: 'warn', suggestion: expect.stringMatching(/ENABLE ROW LEVEL SECURITY;$/) },
    ]);
  });

  test.each([
    `CREATE TABLE orders (id bigint); ${ENABLE}`,
    'CREATE TEMP TABLE t (id bigint);',
    'CREATE TABLE p PARTITION OF orders DEFAULT;',
    'CREATE VIEW v AS SELECT 1;',
  ])('is content with %s', (sql) => expect(hazards(requireRls, sql)).toEqual([]));

  test('is off unless somebody asks for it', () => {
    const found = [finding('require-rls', { path: 'a.sql', message: 'x' })];
    expect(judgedBy(policy(), found)).toEqual([]);
    expect(judgedBy(policy({ lint: { rules: { 'require-rls': 'block' } } }), found)).toMatchObject([
      { severity: 'block' },
    ]);
  });
});
