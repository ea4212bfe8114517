import { expect, test } from 'vitest';
import { inOneLine } from '../../../src/judgement/finding.ts';

test.each([
  [{ message: 'division by zero', sqlstate: '22012' }, 'division by zero (SQLSTATE 22012)'],
  [
    { message: 'permission denied', sqlstate: '42501', detail: 'Only some roles may.' },
    'permission denied (SQLSTATE 42501); Only some roles may',
  ],
  [
    { message: 'cannot drop table a', detail: 'table b depends on table a\ntable c depends on table a' },
    'cannot drop table a; table b depends on table a, table c depends on table a',
  ],
])('an SQL error is told in one line, without a full stop of its own: %j', (error, text) => {
  expect(inOneLine(error)).toBe(text);
});
