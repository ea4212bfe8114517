import { describe, expect, it } from 'vitest';
import { afterKeyword, fromByte, inParentheses } from '../../../../src/judgement/rows/source.ts';

describe('what stands in parentheses after a keyword', () => {
  it.each([
    ['CONSTRAINT c CHECK (a > (1 + b)), ADD d int', 'a > (1 + b)'],
    ["check ( a <> ')' ) NOT VALID", "a <> ')'"],
    ['CONSTRAINT "check (x)" CHECK (a)', 'a'],
    ['CHECK (a -- )\n > 1)', 'a -- )\n > 1'],
    ['CHECK (a /* ) */ > $$)$$)', 'a /* ) */ > $$)$$'],
    ['UNIQUE (a)', undefined],
  ])('%j', (text, expected) => {
    expect(inParentheses(text, 'check')).toBe(expected);
  });
});

describe('what follows a keyword', () => {
  it.each([
    ['CREATE UNIQUE INDEX i ON t (a) WHERE a > 1 AND b', 'a > 1 AND b'],
    ['CREATE UNIQUE INDEX "where" ON t ((CASE WHEN where_ THEN 1 END)) where c', 'c'],
    ["CREATE INDEX i ON t (a) -- where\n INCLUDE (b) WHERE (d = 'where x')", "(d = 'where x')"],
    ['CREATE INDEX i ON t (a)', undefined],
  ])('%j', (text, expected) => {
    expect(afterKeyword(text, 'where')).toBe(expected);
  });
});

it("finds the parser's places, which count bytes", () => {
  expect(fromByte('-- größer\nCHECK (a)', 12)).toBe('CHECK (a)');
});
