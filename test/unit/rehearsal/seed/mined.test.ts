import { describe, expect, it } from 'vitest';
import { matching, mined } from '../../../../src/rehearsal/seed/mined.ts';

describe('a text that a regular expression matches', () => {
  it.each([
    '^[a-z]{3}$',
    '^[A-Z]{2}[0-9]{4}$',
    '^\\d{3}-\\d{4}$',
    '^(open|closed)$',
    '^(?:foo|bar)+_?baz*$',
    '^[^@]+@[^@]+\\.[^@]+$',
    '^#[0-9a-fA-F]{6}$',
    '^[a-z0-9]+(-[a-z0-9]+)*$',
    '^\\+[1-9]\\d{1,14}$',
    'https?://.+',
    '^.{2,}$',
    '^a|b$',
  ])('%s', (pattern) => {
    for (const turn of [0, 1, 2]) expect(matching(pattern, turn)).toMatch(new RegExp(pattern));
  });

  it.each(['^(?=.*a)b$', '[[:alpha:]]', '(unclosed', '[unclosed'])('is not guessed for %s', (pattern) => {
    expect(matching(pattern, 0)).toBeUndefined();
  });
});

describe('constants of a condition', () => {
  it.each([
    ["status = ANY (ARRAY['open'::text, 'it''s'::text])", ['open', "it's"]],
    ['(age >= 18)', ['18', '19', '17']],
    ["(price > '0.5'::numeric)", ['0.5', '1.5']],
    ['(length(sku) = 12)', ['aaaaaaaaaaaa', 'bbbbbbbbbbbb']],
    ["(url ~~ 'https://%'::text)", ['https://1', 'https://2']],
    ["(kind = ANY ('{a,b}'::text[]))", ['a', 'b']],
    ["(at >= '2024-01-01'::date)", ['2024-01-01']],
  ])('%s', (condition, expected) => {
    expect(mined([condition])).toEqual(expect.arrayContaining(expected));
  });
});
