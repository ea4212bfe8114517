import { describe, expect, it } from 'vitest';
import { withoutRows } from '../../../src/commands/private-rows.ts';

describe("an error on a target shows nobody's data", () => {
  it.each([
    ['Failing row contains (1, ada@example.com, (x), null).', 'Which row it is stands in the log of the server.'],
    ['Key (email)=(ada@example.com) already exists.', 'Key (email)=(…) already exists.'],
    ['Key (lower(email), id)=(ada@x)=(y), 7) is duplicated.', 'Key (lower(email), id)=(…) is duplicated.'],
    ['Key (user_id)=(7) is not present in table "users".', 'Key (user_id)=(…) is not present in table "users".'],
    [
      'Key (room, during)=(1, [2026-01-01,2026-01-02)) conflicts with existing key (room, during)=(1, [2026-01-01,2026-01-03)).',
      'Key (room, during)=(…) conflicts with existing key (room, during)=(…).',
    ],
    ['view v depends on column email of table users', 'view v depends on column email of table users'],
  ])('%s', (detail, told) => {
    expect(withoutRows({ message: 'it failed', detail }).detail).toBe(told);
  });
});

it("a value that did not fit its type is somebody's, too", () => {
  const message = 'invalid input syntax for type integer: "jane@example.com"';
  expect(withoutRows({ message, sqlstate: '22P02' }).message).toBe('invalid input syntax for type integer: "…"');
  expect(withoutRows({ message: 'column "x" does not exist', sqlstate: '42703' }).message).toContain('"x"');
});
