import { describe, expect, test } from 'vitest';
import { comments } from '../../../src/project/comments.ts';
import { noTransactionMarker, readDirectives } from '../../../src/project/directives.ts';
import type { Directives } from '../../../src/project/types.ts';

const file = (sql: string, path = '001.sql') => ({ path, comments: comments(sql) });
const read = (up: string): Directives => readDirectives(file(up));

test.each<[string, Partial<Directives>]>([
  ['SELECT 1;', {}],
  ['-- lockstep: no-transaction', { noTransaction: true }],
  ['--lockstep:no-transaction', { noTransaction: true }],
  ['/* Lockstep: No-Transaction */', { noTransaction: true }],
  ['VACUUM t; -- lockstep: no-transaction', { noTransaction: true }],
  ['-- lockstep: phase=contract', { phase: 'contract' }],
  ['-- lockstep: phase=Expand\r\nSELECT 1;', { phase: 'expand' }],
  ['-- lockstep: no-transaction, phase=backfill', { noTransaction: true, phase: 'backfill' }],
  ['-- lockstep: phase=backfill no-transaction', { noTransaction: true, phase: 'backfill' }],
  ['-- lockstep: why=orders need a state, see #12', { why: 'orders need a state, see #12' }],
  ['-- lockstep: why="quoted"', { why: 'quoted' }],
  ['-- lockstep: why=we have no-transaction elsewhere', { why: 'we have no-transaction elsewhere' }],
  ['-- lockstep: risk=low reason=the table is tiny', { risk: { level: 'low', reason: 'the table is tiny' } }],
  ['-- lockstep: irreversible reason=data is gone', { irreversible: { reason: 'data is gone', line: 1 } }],
  ['-- lockstep-ignore ban-drop-column -- reason', {}],
  ['-- Lockstep reads this file', {}],
  ["SELECT '-- lockstep: no-transaction'", {}],
  ['DO $$ BEGIN\n-- lockstep: no-transaction\nEND $$', {}],
])('%j says %j', (sql, expected) => {
  expect(read(sql)).toEqual({ noTransaction: false, problems: [], ...expected });
});

test.each([
  ['-- lockstep: no-transation', 'no-transation'],
  ['-- lockstep: phase=later', 'phase=later'],
  ['-- lockstep: phase', 'phase='],
  ['-- lockstep: risk=low', 'needs a reason'],
  ['-- lockstep: risk=none reason=x', 'risk=none'],
  ['-- lockstep: irreversible', 'needs a reason'],
  ['-- lockstep: why=', 'needs a text'],
  ['-- lockstep:', 'empty'],
  ['-- lockstep no-transaction', 'with a colon'],
  ['-- lockstep: phase=expand\n-- lockstep: phase=contract', 'contradicts'],
])('%j is told as a problem', (sql, message) => {
  const { problems, noTransaction } = read(sql);
  expect(problems).toEqual([{ line: sql.split('\n').length, message: expect.stringContaining(message) }]);
  expect(noTransaction).toBe(false);
});

describe('a down script in a file of its own', () => {
  test('may say that it is irreversible, and that it needs no transaction', () => {
    const down = file('-- lockstep: no-transaction\n-- lockstep: irreversible reason=gone', '001.down.sql');
    expect(readDirectives(file(''), down)).toEqual({
      noTransaction: false,
      problems: [],
      irreversible: { reason: 'gone', line: 2, path: '001.down.sql' },
    });
    expect(noTransactionMarker(down.comments, 'down')?.line).toBe(1);
  });

  test('has no phase', () => {
    const { problems } = readDirectives(file(''), file('\n-- lockstep: phase=expand', '001.down.sql'));
    expect(problems).toEqual([{ line: 2, path: '001.down.sql', message: expect.stringContaining('phase=expand') }]);
  });
});

test.each([
  ['-- atlas:txmode none', true, true],
  ['-- atlas:txmode file', false, false],
  ['-- migrate:up transaction:false', true, false],
  ['-- migrate:down transaction:false', false, true],
  ['-- +goose NO TRANSACTION', true, true],
  ['-- +migrate Up notransaction', true, true],
  ['--! no-transaction', true, true],
  ['-- no transaction here', false, false],
])('%s: up without a transaction %s, down %s', (sql, up, down) => {
  expect(noTransactionMarker(comments(sql), 'up') !== undefined).toBe(up);
  expect(noTransactionMarker(comments(sql), 'down') !== undefined).toBe(down);
});
