import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { bookkeepingOf } from '../../../../src/project/layouts/bookkeeping.ts';
import { prisma } from '../../../../src/project/layouts/prisma.ts';
import { recordFacts } from '../../../../src/project/layouts/record-facts.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import type { Migration } from '../../../../src/project/types.ts';
import { projectOf } from '../../../support/project.ts';

beforeAll(loadParser);

const read = (files: Record<string, string>) => projectOf(files, 'prisma');
const one = (sql: string) => read({ '2025_a/migration.sql': sql }).migrations[0] as Migration;
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

test('folders are migrations, by name, each sent as one query', () => {
  const { migrations } = read({
    '20250102_b/migration.sql': '',
    '20250101_a/migration.sql': '',
    '0_init/migration.sql': '',
  });
  expect(migrations.map(({ id }) => id)).toEqual(['0_init', '20250101_a', '20250102_b']);
  expect(migrations[0]).toMatchObject({ name: 'init', execution: 'implicit' });
});

test('`down.sql` beside it is the way back, or a comment', () => {
  const { migrations, ignored } = read({
    '1_a/migration.sql': 'SELECT 1;',
    '1_a/down.sql': 'SELECT 2;',
    '2_b/migration.sql': 'CREATE TABLE b ();\n-- Rollback\n-- DROP TABLE b;',
    '3_c/down.sql': '',
  });
  expect(migrations.map(({ down }) => down?.path)).toEqual(['migrations/1_a/down.sql', 'migrations/2_b/migration.sql']);
  expect(ignored).toMatchObject([{ path: 'migrations/3_c/down.sql', reason: expect.stringContaining('up script') }]);
});

test.each([
  ['2_b.sql', 'migrations/2_b/migration.sql'],
  ['2_b/up.sql', 'migrations/2_b/migration.sql'],
  ['1_a/more.sql', undefined],
  ['x/2_b/migration.sql', undefined],
])('%s is told as passed over', (path, suggestion) => {
  const { ignored } = read({ '1_a/migration.sql': '', [path]: '' });
  expect(ignored).toEqual([expect.objectContaining({ path: `migrations/${path}` })]);
  expect(ignored[0]?.suggestion).toBe(suggestion);
});

test('the next name is a folder; a part of a file gets one', () => {
  const now = new Date('2026-01-02T03:04:05Z');
  const next = (path: string) => prisma.nextName('20250101000000_a', path, now);
  expect(next('m/20240101000000_b/migration.sql')).toBe('m/20260102030405_b/migration.sql');
  expect(next('m/20240101000000_b/migration_part_2.sql')).toBe('m/20260102030405_b_part_2/migration.sql');
});

describe('its table', () => {
  const bookkeeping = bookkeepingOf(prisma, undefined);
  const row = (checksum: string, more = {}) => ({ migration_name: '2025_a', checksum, finished: true, ...more });
  const history = (sql: string, ...rows: readonly Record<string, unknown>[]) => bookkeeping?.history(rows, [one(sql)]);

  test.each([
    ['its own', sha('SELECT 1;\nSELECT 2;\n'), []],
    ['that of a checkout on Windows', sha('SELECT 1;\r\nSELECT 2;\r\n'), []],
    ['written without zeros', sha('SELECT 1;\nSELECT 2;\n').replace(/0(.)|(..)/g, '$1$2'), []],
    ['another', sha('SELECT 3;'), ['2025_a']],
  ])('a checksum is %s', (_, checksum, edited) => {
    expect(history('SELECT 1;\nSELECT 2;\n', row(checksum))).toEqual({ applied: ['2025_a'], failed: [], edited });
  });

  test('early Prisma left the zeros of small bytes out', () => {
    expect(sha('SELECT 1;\nSELECT 2;\n').replace(/0(.)|(..)/g, '$1$2').length).toBeLessThan(64);
  });

  test('a row that is not finished has failed, and says how without what it noted', () => {
    const begun = { finished: false, started: '2025-01-01 00:00:00' };
    expect(history('', row('', { ...begun, logged: true, sqlstate: '23505' }))?.failed).toEqual([
      { identity: '2025_a', says: expect.stringMatching(/2025-01-01 00:00:00 UTC failed with an error \(23505\)/) },
    ]);
    expect(history('', row('', { ...begun, logged: null, sqlstate: null }))?.failed).toEqual([
      { identity: '2025_a', says: expect.stringContaining('has not come to its end') },
    ]);
  });

  test('names are literals', () => {
    const migration = { ...one('SELECT 1;'), id: "o'hara" };
    const facts = recordFacts(migration, { role: 'deployer', previous: undefined });
    expect(bookkeeping?.record(migration, facts)).toContain("'o''hara'");
    expect(bookkeeping?.begin?.(migration, facts)).toContain("'o''hara'");
    expect(bookkeeping?.forget?.(migration, undefined)).toContain("'o''hara'");
  });
});
