import { describe, expect, test } from 'vitest';
import { cutsOff, fits } from '../../../src/judgement/type-change.ts';

describe('every value fits', () => {
  test.each([
    ['integer', 'integer'],
    ['smallint', 'bigint'],
    ['bigint', 'numeric'],
    ['integer', 'numeric(12,2)'],
    ['integer', 'double precision'],
    ['numeric(10,2)', 'numeric(12,2)'],
    ['numeric(10,2)', 'numeric'],
    ['character varying(20)', 'character varying(40)'],
    ['character varying(20)', 'character varying'],
    ['character varying(20)', 'text'],
    ['uuid', 'text'],
    ['public.order_status', 'text'],
    ['date', 'timestamp with time zone'],
    ['timestamp(3) without time zone', 'timestamp without time zone'],
    ['timestamp without time zone', 'timestamp with time zone'],
    ['integer[]', 'bigint[]'],
    ['json', 'jsonb'],
  ])('%s -> %s', (from, to) => expect(fits(from, to)).toBe(true));
});

describe('not every value fits', () => {
  test.each([
    ['bigint', 'integer'],
    ['bigint', 'double precision'],
    ['bigint', 'numeric(10,2)'],
    ['numeric', 'numeric(10,2)'],
    ['numeric(10,2)', 'numeric(10,4)'],
    ['numeric(12,2)', 'integer'],
    ['character varying(40)', 'character varying(20)'],
    ['text', 'character varying(20)'],
    ['integer', 'character varying(2)'],
    ['text', 'public.order_status'],
    ['timestamp with time zone', 'date'],
    ['timestamp without time zone', 'timestamp(0) without time zone'],
    ['bigint[]', 'integer[]'],
    ['integer', 'boolean'],
  ])('%s -> %s', (from, to) => expect(fits(from, to)).toBe(false));
});

test.each([
  ['timestamp with time zone', 'date', true],
  ['timestamp without time zone', 'timestamp(0) without time zone', true],
  ['numeric', 'integer', true],
  ['numeric(10,4)', 'numeric(10,2)', true],
  ['double precision', 'bigint', true],
  // These fail rather than cut.
  ['bigint', 'integer', false],
  ['text', 'character varying(20)', false],
  ['numeric(12,2)', 'numeric(10,2)', false],
])('what Postgres cuts off in silence: %s -> %s: %s', (from, to, expected) => {
  expect(cutsOff(from, to)).toBe(expected);
});
