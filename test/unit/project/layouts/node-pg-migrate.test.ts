import { beforeAll, expect, test } from 'vitest';
import { bookkeepingOf } from '../../../../src/project/layouts/bookkeeping.ts';
import { nodePgMigrate } from '../../../../src/project/layouts/node-pg-migrate.ts';
import { recordFacts } from '../../../../src/project/layouts/record-facts.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import type { Migration } from '../../../../src/project/types.ts';
import { projectOf } from '../../../support/project.ts';

beforeAll(loadParser);

const read = (files: Record<string, string>) => projectOf(files, 'node-pg-migrate');
const one = (text: string, name = '1_a.sql') => read({ [name]: text }).migrations[0] as Migration;
const words = (text: string | undefined) => text?.replace(/\s+/g, ' ').trim();

test.each<[string, string[], string[]]>([
  ['numbers', ['10_b', '9_a', '0011_c'], ['9_a', '10_b', '0011_c']],
  [
    'times in milliseconds and in UTC, as one order',
    ['20240101000000000_utc', '1704067199999_before', '1704067200001_after'],
    ['1704067199999_before', '20240101000000000_utc', '1704067200001_after'],
  ],
  ['names under one number, numbers in them too', ['1_b10', '1_b9', '1_a'], ['1_a', '1_b9', '1_b10']],
  // It is sorted by names with their endings, whose letters count once punctuation does not.
  ['names that differ in punctuation', ['1_a-b', '1_ab', '1_a'], ['1_a-b', '1_ab', '1_a']],
])('files run in the order of the tool: %s', (_, names, order) => {
  const files = Object.fromEntries(names.map((name) => [`${name}.sql`, '-- Up Migration\n']));
  expect(read(files).migrations.map(({ id }) => id)).toEqual(order);
});

test.each<[string, string | undefined, string | undefined]>([
  ['SELECT 1;', 'SELECT 1;', undefined],
  ['-- Up Migration\nSELECT 1;', '-- Up Migration SELECT 1;', undefined],
  [
    '--up migration\r\nSELECT 1;\r\n--DOWN  MIGRATION x\r\nSELECT 2;',
    '--up migration SELECT 1;',
    '--DOWN MIGRATION x SELECT 2;',
  ],
  [
    '-- Down Migration\nSELECT 2;\n---- Up Migration\nSELECT 1;',
    '---- Up Migration SELECT 1;',
    '-- Down Migration SELECT 2;',
  ],
  // Each kind is looked for once: a second marker divides nothing.
  [
    '-- Up Migration\nSELECT 1;\n-- Down Migration\nSELECT 2;\n-- Up Migration\nSELECT 3;',
    '-- Up Migration SELECT 1;',
    '-- Down Migration SELECT 2; -- Up Migration SELECT 3;',
  ],
])('sections are the scripts: %j', (text, up, down) => {
  const migration = one(text);
  expect(words(migration.up.text)).toBe(up);
  expect(words(migration.down?.text)).toBe(down);
  expect(migration.up.text).toHaveLength(text.length);
  expect(migration).toMatchObject({ execution: 'transaction', alwaysWrapped: true });
  expect(migration.sectionProblems).toBeUndefined();
});

test.each(['\n', ' ', '--\n', '-', '-- up\n'])('a megabyte of %j costs no time', (filler) => {
  const started = performance.now();
  const { up } = one(`${filler.repeat(1_000_000 / filler.length)}\n-- Up Migration\nSELECT 1;`);
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(up.text).toContain('SELECT 1;');
});

test('a down section alone is run as up by the tool, and told', () => {
  const migration = one('CREATE TABLE a ();\n\n-- Down Migration\nDROP TABLE a;');
  expect(words(migration.up.text)).toContain('DROP TABLE a;');
  expect(migration.sectionProblems).toMatchObject([{ line: 3, message: expect.stringContaining('as up') }]);
});

test('our own marker alone takes a file out of the transaction', () => {
  const ours = one('-- Up Migration\n-- lockstep: no-transaction\nSELECT 1;');
  expect(ours).toMatchObject({ execution: 'autocommit', directives: { noTransaction: true, problems: [] } });
  const theirs = one('-- Up Migration\n-- migrate:up transaction:false\nSELECT 1;');
  expect(theirs).toMatchObject({
    execution: 'transaction',
    directives: { noTransaction: false, problems: [{ line: 2 }] },
  });
});

test('a program has its place in the order and the history, and is nothing that Lockstep runs', () => {
  const { migrations, ignored } = read({
    '1_a.sql': '-- Up Migration\n',
    '2_b.js': 'exports.up = 1',
    '3_c.mts': '',
    'util.js': '',
  });
  expect(migrations.map(nodePgMigrate.identityOf)).toEqual(['1_a', '2_b', '3_c']);
  expect(migrations[1]).toMatchObject({
    up: { text: '', program: expect.stringMatching(/^[0-9a-f]{64}$/) },
    sectionProblems: [{ line: 1, message: expect.stringContaining('node-pg-migrate alone') }],
  });
  expect(ignored).toEqual([]);
});

test.each([
  ['sub/2_b.sql', 'sub-folders', 'migrations/2_b.sql'],
  ['b.sql', 'stops at it', 'migrations/2_b.sql'],
  ['2_b.sql.txt', '`.sql`', 'migrations/2_b.sql'],
  ['2_b\nc.sql', 'line break', 'migrations/2_b_c.sql'],
])('%s is told as left out: %s', (name, reason, suggestion) => {
  const { ignored } = read({ '1_a.sql': '-- Up Migration', [name]: '' });
  expect(ignored).toEqual([
    expect.objectContaining({ path: `migrations/${name}`, reason: expect.stringContaining(reason), suggestion }),
  ]);
});

test('its table holds a row for each name, however it is written', () => {
  const migration = one('-- Up Migration', "1_it's.SQL");
  const bookkeeping = bookkeepingOf(nodePgMigrate, undefined);
  const facts = recordFacts(migration, { role: 'deployer', previous: undefined });
  const table = '"public"."pgmigrations"';
  expect(bookkeeping?.record(migration, facts)).toBe(
    `INSERT INTO ${table} (name, run_on) VALUES ('1_it''s', pg_catalog.now())`,
  );
  expect(bookkeeping?.forget?.(migration, undefined)).toBe(`DELETE FROM ${table} WHERE name = '1_it''s'`);
});
