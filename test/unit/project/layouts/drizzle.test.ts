import { beforeAll, describe, expect, test } from 'vitest';
import { bookkeepingOf } from '../../../../src/project/layouts/bookkeeping.ts';
import { drizzle } from '../../../../src/project/layouts/drizzle.ts';
import { recordFacts } from '../../../../src/project/layouts/record-facts.ts';
import { loadParser, parseScript } from '../../../../src/project/sql.ts';
import type { Migration } from '../../../../src/project/types.ts';
import { projectOf } from '../../../support/project.ts';

beforeAll(loadParser);

type Entry = readonly [tag: string, when: number, sql?: string];

const journal = (entries: readonly Entry[]) =>
  JSON.stringify({ entries: entries.map(([tag, when]) => ({ tag, when })) });
const filesOf = (entries: readonly Entry[]): Record<string, string> => ({
  ...Object.fromEntries(entries.flatMap(([tag, , sql = `SELECT '${tag}';`]) => [[`${tag}.sql`, sql]])),
  'meta/_journal.json': journal(entries),
});
const read = (files: Record<string, string>) => projectOf(files, 'drizzle');
const one = (sql: string) => read(filesOf([['0000_a', 1, sql]])).migrations[0] as Migration;

test('the journal is the order, whatever the names say', () => {
  const { migrations } = read(
    filesOf([
      ['0001_b', 5],
      ['0000_a', 3],
      ['0002_c', 9],
    ]),
  );
  expect(migrations.map(({ id, version }) => [id, version])).toEqual([
    ['0001_b', '5'],
    ['0000_a', '3'],
    ['0002_c', '9'],
  ]);
});

test('what the journal does not name never runs; a down script beside its migration is one', () => {
  const files = {
    ...filesOf([['0000_a', 1]]),
    '0000_a.down.sql': 'SELECT 2;',
    '0001_b.sql': '',
    '0002_c.down.sql': '',
  };
  const { migrations, ignored } = read(files);
  expect(migrations).toMatchObject([{ id: '0000_a', down: { path: 'migrations/0000_a.down.sql' } }]);
  expect(ignored.map(({ path }) => path)).toEqual(['migrations/0001_b.sql', 'migrations/0002_c.down.sql']);
});

test.each([
  ['CREATE TABLE a (i int)\n--> statement-breakpoint\nCREATE TABLE b (i int)'],
  ['CREATE TABLE a (i int);\n--> statement-breakpoint\nCREATE TABLE b (i int);'],
  ['CREATE TABLE a (i int); -- no more\n--> statement-breakpoint CREATE TABLE b (i int);'],
  ['CREATE TABLE a (i int)--> statement-breakpointCREATE TABLE b (i int)\n--> statement-breakpoint\n'],
])('a mark divides statements as Drizzle does, with places kept: %j', (sql) => {
  const { up } = one(sql);
  expect(up.text).toHaveLength(sql.length);
  expect(
    parseScript(up).statements?.map(({ kind, start }) => [kind, sql.slice(start).trimStart().slice(0, 14)]),
  ).toEqual([
    ['CreateStmt', 'CREATE TABLE a'],
    ['CreateStmt', 'CREATE TABLE b'],
  ]);
});

test('Drizzle has no word for a file without a transaction; ours is for Lockstep alone', () => {
  expect(one('-- lockstep: no-transaction\nSELECT 1;').execution).toBe('autocommit');
  const foreign = one('-- atlas:txmode none\nSELECT 1;');
  expect(foreign).toMatchObject({ execution: 'transaction', directives: { noTransaction: false } });
  expect(foreign.directives.problems).toMatchObject([{ line: 1 }]);
});

test.each([
  ['{', 1, 'no JSON'],
  ['{"entries": 1}', 1, 'no `entries`'],
  ['<<<<<<< HEAD\n{}', 1, 'merge conflict'],
  ['{"entries": [{"tag": "0000_a"}]}', 1, 'entry 1'],
  ['{"entries": [{"tag": "0000_a", "when": 1},\n{"tag": "0001_b", "when": 2}]}', 2, 'no 0001_b.sql'],
])('a journal that Drizzle refuses is told with the last migration: %j', (text, line, message) => {
  const { migrations } = read({ '0000_a.sql': 'SELECT 1;', 'meta/_journal.json': text });
  expect(migrations.at(-1)?.sectionProblems).toMatchObject([
    { path: 'migrations/meta/_journal.json', line, message: expect.stringContaining(message) },
  ]);
});

describe('its table', () => {
  const bookkeeping = bookkeepingOf(drizzle, undefined);
  const history = (entries: readonly Entry[], rows: readonly (readonly [hash: string, when: number])[]) => {
    const { migrations } = read(filesOf(entries));
    const hashOf = (tag: string): string => migrations.find(({ id }) => id === tag)?.checksum ?? tag;
    return bookkeeping?.history(
      rows.map(([hash, when]) => ({ hash: hashOf(hash), created_at: String(when) })),
      migrations,
    );
  };

  test('a row is known by hash and time, else by hash, else by time: then it was edited', () => {
    const entries: Entry[] = [
      ['0000_a', 1],
      ['0001_b', 2],
      ['0002_c', 3],
    ];
    expect(
      history(entries, [
        ['0000_a', 1],
        ['0001_b', 7],
        ['else', 3],
        ['gone', 4],
      ]),
    ).toEqual({
      applied: ['1', '2', '3', '4'],
      failed: [],
      edited: ['3'],
      passedOver: [],
    });
  });

  test('two of the same text are two', () => {
    const entries: Entry[] = [
      ['0000_a', 1, ''],
      ['0001_b', 2, ''],
    ];
    expect(history(entries, [['0001_b', 2]])).toMatchObject({ applied: ['2'], passedOver: ['1'] });
  });

  test('two of the same time are two, and the second would be skipped', () => {
    const entries: Entry[] = [
      ['0000_a', 1],
      ['0001_b', 1],
    ];
    expect(history(entries, [['0000_a', 1]])).toMatchObject({ applied: ['1'], passedOver: ['1 0001_b'] });
  });

  test('the hash of a checkout with other line breaks is no edit', () => {
    const entries: Entry[] = [['0000_a', 1, 'SELECT 1;\r\nSELECT 2;\r\n']];
    const unix = read(filesOf([['0000_a', 1, 'SELECT 1;\nSELECT 2;\n']])).migrations[0]?.checksum ?? '';
    expect(history(entries, [[unix, 1]])).toMatchObject({ applied: ['1'], edited: [] });
  });

  test('a row holds the hash and the time of the journal', () => {
    const migration = one('SELECT 1;');
    const facts = recordFacts(migration, { role: 'deployer', previous: undefined });
    expect(bookkeeping?.record(migration, facts)).toBe(
      `INSERT INTO "drizzle"."__drizzle_migrations" (hash, created_at) VALUES ('${migration.checksum}', 1)`,
    );
  });
});
