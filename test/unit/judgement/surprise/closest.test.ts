import { expect, test } from 'vitest';
import { closest, editDistance } from '../../../../src/judgement/surprise/closest.ts';

test.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['abc', 'abd', 1],
  ['abc', 'acb', 1],
  ['kitten', 'sitting', 3],
  ['', 'abc', 3],
])('edits from %j to %j: %i', (a, b, expected) => {
  expect(editDistance(a, b)).toBe(expected);
});

test.each([
  ['invoice', 'invoices'],
  ['USERS', 'users'],
  ['odrers', 'orders'],
  ['x', undefined],
  ['payments', undefined],
])('the name meant by %s: %s', (name, expected) => {
  expect(closest(name, ['users', 'orders', 'invoices', 'invoice_lines'], (word) => word)).toBe(expected);
});
