import { expect, test } from 'vitest';
import {
  bracketed,
  defaultText,
  differing,
  enumerate,
  namesIn,
  oneLine,
  short,
} from '../../../src/judgement/sql-words.ts';

test.each([
  ['character varying(20)', 'varchar(20)'],
  ['character(3)', 'char(3)'],
  ['timestamp(3) with time zone', 'timestamptz(3)'],
  ['time without time zone', 'time'],
  ['public.order_status', 'order_status'],
  ['public."Order Status"[]', '"Order Status"[]'],
  ['app.order_status', 'app.order_status'],
  ['FOREIGN KEY (a) REFERENCES public.users(id)', 'FOREIGN KEY (a) REFERENCES users(id)'],
  ["nextval('public.users_id_seq'::regclass)", "nextval('public.users_id_seq'::regclass)"],
  ["'it''s public.here'::character varying", "'it''s public.here'::varchar"],
  ['republic.x', 'republic.x'],
])('a catalog text as people write it: %s', (text, expected) => {
  expect(short(text, 'public')).toBe(expected);
});

test.each([
  ["'new'::public.order_status", "'new'"],
  ["'x'::character varying(20)", "'x'"],
  ["'{}'::text[]", "'{}'"],
  ["('a'::text || 'b'::text)", "('a'::text || 'b'::text)"],
  ['now()', 'now()'],
])('a default without the cast that its column tells: %s', (text, expected) => {
  expect(defaultText(text, 'public')).toBe(expected);
});

test('names, brackets, lines and lists', () => {
  expect(namesIn('(id, "Order", "a""b")')).toEqual(['id', 'Order', 'a"b']);
  expect([bracketed('(a = 1)'), bracketed('is_admin()')]).toEqual(['(a = 1)', '(is_admin())']);
  expect(oneLine(' a\n  b ')).toBe('a b');
  expect(oneLine('x'.repeat(500))).toHaveLength(160);
  expect([enumerate(['a']), enumerate(['a', 'b']), enumerate(['a', 'b', 'c'])]).toEqual(['a', 'a and b', 'a, b and c']);
  expect(enumerate(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
});

test('of two long texts that part is shown in which they differ', () => {
  expect(differing('a  b', 'a c')).toEqual(['a b', 'a c']);
  const [old, now] = differing(`${'x'.repeat(300)} one`, `${'x'.repeat(300)} two`);
  expect([old, now]).toEqual([`…${'x'.repeat(39)} one`, `…${'x'.repeat(39)} two`]);
});
