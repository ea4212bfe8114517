import { beforeAll, expect, test } from 'vitest';
import { bookkeepingOf } from '../../../../src/project/layouts/bookkeeping.ts';
import { golangMigrate } from '../../../../src/project/layouts/golang-migrate.ts';
import { recordFacts } from '../../../../src/project/layouts/record-facts.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import type { Migration } from '../../../../src/project/types.ts';
import { projectOf } from '../../../support/project.ts';

beforeAll(loadParser);

const read = (files: Record<string, string>) => projectOf(files, 'golang-migrate');

test('pairs are one migration each, in the order of numbers', () => {
  const { migrations, ignored } = read({
    '10_b.up.sql': 'SELECT 10;',
    '9_a.up.sql': 'SELECT 9;',
    '9_a.down.sql': 'SELECT -9;',
    '10_other name.down.sql': 'SELECT -10;',
    '011_c.up.sql': 'SELECT 11;',
  });
  expect(migrations.map(({ id, version, name, up, down }) => [id, version, name, up.text, down?.text])).toEqual([
    ['9_a', '9', 'a', 'SELECT 9;', 'SELECT -9;'],
    ['10_b', '10', 'b', 'SELECT 10;', 'SELECT -10;'],
    ['011_c', '011', 'c', 'SELECT 11;', undefined],
  ]);
  expect(ignored).toEqual([]);
});

test.each(['-- atlas:txmode none', '-- +goose NO TRANSACTION', '--! no-transaction'])(
  'a file is one query, whatever %s says',
  (marker) => {
    const [migration] = read({ '1_a.up.sql': `SELECT 1;\n${marker}` }).migrations;
    expect(migration).toMatchObject({
      execution: 'implicit',
      directives: { noTransaction: false, problems: [{ line: 2, message: expect.stringContaining('no effect') }] },
    });
  },
);

test('our own marker makes Lockstep run a file statement by statement, each half by its own word', () => {
  const marker = '-- lockstep: no-transaction\n';
  const { migrations } = read({
    '1_a.up.sql': `${marker}SELECT 1;`,
    '2_b.up.sql': `${marker}SELECT 1;`,
    '2_b.down.sql': 'SELECT 2;',
    '3_c.up.sql': 'SELECT 1;',
    '3_c.down.sql': `${marker}SELECT 2;`,
  });
  expect(migrations.map(({ execution, downExecution }) => [execution, downExecution])).toEqual([
    ['autocommit', undefined],
    ['autocommit', 'implicit'],
    ['implicit', 'autocommit'],
  ]);
  expect(migrations.map(({ directives }) => [directives.noTransaction, directives.problems])).toEqual([
    [true, []],
    [true, []],
    [false, []],
  ]);
});

test('a down in comments is no down script: the tool would not run it', () => {
  expect(read({ '1_a.up.sql': 'SELECT 1;\n-- Rollback\n-- SELECT 2;' }).migrations[0]?.down).toBeUndefined();
});

test.each([
  ['002_b.sql', 'migrations/002_b.up.sql'],
  ['002-b.up.sql', 'migrations/002_b.up.sql'],
  ['002_b.UP.sql', 'migrations/002_b.up.sql'],
  ['002_b.up.sql.txt', 'migrations/002_b.up.sql'],
  ['sub/002_b.up.sql', 'migrations/002_b.up.sql'],
  ['002_b\nc.up.sql', 'migrations/002_b_c.up.sql'],
  ['b.up.sql', undefined],
  ['002_b.down.sql', undefined],
])('%s is told as passed over, with the name %s', (name, suggestion) => {
  const { migrations, ignored } = read({ '001_a.up.sql': '', [name]: '' });
  expect(migrations).toHaveLength(1);
  expect(ignored).toHaveLength(1);
  expect(ignored[0]).toMatchObject({ path: `migrations/${name}` });
  expect(ignored[0]?.suggestion).toBe(suggestion);
});

test('its table holds one row: the newest version', () => {
  const bookkeeping = bookkeepingOf(golangMigrate, undefined);
  const [first, second] = read({ '001_a.up.sql': '', '20240101000000_b.up.sql': '' }).migrations as [
    Migration,
    Migration,
  ];
  const facts = recordFacts(second, { role: 'deployer', previous: first });
  expect(bookkeeping?.record(second, facts)).toContain('VALUES (20240101000000, false)');
  expect(bookkeeping?.forget?.(second, first)).toContain('VALUES (1, false)');
  expect(bookkeeping?.forget?.(first, undefined)).toBe('DELETE FROM "public"."schema_migrations"');
  // Before what runs without a transaction, and what `force` would write.
  expect(bookkeeping?.begin?.(second, facts)).toContain('VALUES (20240101000000, true)');
  const rolledBack = { identity: '20240101000000', migration: second, as: 'rolled-back', facts } as const;
  expect(bookkeeping?.settle?.(rolledBack)).toContain('VALUES (1, false)');
  expect(bookkeeping?.settle?.({ ...rolledBack, as: 'applied' })).toContain('VALUES (20240101000000, false)');
});

test('what the ledger has begun under another tool is none of its rows', () => {
  const [first] = read({ '001_a.up.sql': '' }).migrations as [Migration];
  const facts = recordFacts(first, { role: 'deployer', previous: undefined });
  const gone = { identity: '003_c.sql', migration: undefined, as: 'rolled-back', facts } as const;
  expect(bookkeepingOf(golangMigrate, undefined)?.settle?.(gone)).toBe('');
});

test('its table may have another name, whatever that holds', () => {
  const [first] = read({ '001_a.up.sql': '' }).migrations as [Migration];
  const own = { table: '"My Schema"."a""b"', idColumn: undefined, idFormat: undefined };
  const bookkeeping = bookkeepingOf(golangMigrate, { ...own, appliedAtColumn: undefined, checksumColumn: undefined });
  expect(bookkeeping?.table).toEqual({ schema: 'My Schema', relation: 'a"b' });
  const facts = recordFacts(first, { role: 'deployer', previous: undefined });
  expect(bookkeeping?.record(first, facts)).toContain('INSERT INTO "My Schema"."a""b" (');
});

test('its lock has the keys that it has by URL and in a program', () => {
  const keys = bookkeepingOf(golangMigrate, undefined)?.lock?.keys('postgres');
  expect(keys).toEqual([3_280_485_947n, 143_310_882n]);
});

test('thousands of pairs are found without comparing each with each', () => {
  const numbers = Array.from({ length: 5_000 }, (_, index) => String(20240101000000 + index));
  const pairs = numbers.flatMap((number) => [
    [`${number}_x.up.sql`, 'SELECT 1;'],
    [`0${number}_y.down.sql`, 'SELECT 2;'],
  ]);
  const files = Object.fromEntries(pairs) as Record<string, string>;
  const since = performance.now();
  const { migrations } = read(files);
  // Each with each: more than ten seconds.
  expect(performance.now() - since).toBeLessThan(5_000);
  expect(migrations.every(({ id, down }) => down?.path.endsWith(`0${id.replace('_x', '')}_y.down.sql`))).toBe(true);
});
