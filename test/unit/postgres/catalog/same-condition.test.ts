import { beforeAll, describe, expect, test } from 'vitest';
import type { ObjectKind } from '../../../../src/postgres/catalog/catalog.ts';
import { sameCondition } from '../../../../src/postgres/catalog/same-condition.ts';
import { loadParser } from '../../../../src/project/sql.ts';

beforeAll(loadParser);

const same: readonly (readonly [ObjectKind, string, string])[] = [
  ['constraint', 'CHECK (((a > 0) AND ((b > 0) AND (c > 0))))', 'CHECK (((a > 0) AND (b > 0) AND (c > 0)))'],
  ['constraint', 'CHECK (((a > 0) OR ((b > 0) OR (c > 0))))', 'CHECK ((((a > 0) OR (b > 0)) OR (c > 0)))'],
  ['index', 'btree (a) WHERE ((a AND b) AND c)', 'btree (a) WHERE (a AND (b AND c))'],
  ['policy', '((a AND b) AND c)', '(a AND b AND c)'],
  ['view', ' SELECT a\n   FROM t\n  WHERE (a AND (b AND c));', ' SELECT a\n   FROM t\n  WHERE (a AND b AND c);'],
];

describe('brackets that change nothing are no difference', () => {
  test.each(same)('%s: %s and %s', (kind, before, after) => {
    expect(sameCondition({ kind }, before, after)).toBe(true);
  });
});

const different: readonly (readonly [ObjectKind, string, string])[] = [
  ['constraint', 'CHECK (((a OR b) AND c))', 'CHECK ((a OR (b AND c)))'],
  ['constraint', 'CHECK ((NOT (a AND b)))', 'CHECK (((NOT a) AND b))'],
  ['constraint', 'CHECK ((a AND b AND c))', 'CHECK ((a AND c AND b))'],
  ['constraint', "CHECK ((a = ' x' AND b AND c))", "CHECK ((a = 'x' AND b AND c))"],
  ['function', 'select (a and b) AND c', 'select a and (b AND c)'],
];

describe('brackets that do, are', () => {
  test.each(different)('%s: %s and %s', (kind, before, after) => {
    expect(sameCondition({ kind }, before, after)).toBe(false);
  });
});
