import { beforeAll, expect, test } from 'vitest';
import { bookkeepingOf } from '../../../../src/project/layouts/bookkeeping.ts';
import { dbmate } from '../../../../src/project/layouts/dbmate.ts';
import { recordFacts } from '../../../../src/project/layouts/record-facts.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import type { Migration } from '../../../../src/project/types.ts';
import { projectOf } from '../../../support/project.ts';

beforeAll(loadParser);

const read = (files: Record<string, string>) => projectOf(files, 'dbmate');
const one = (text: string) => read({ '1_a.sql': text }).migrations[0] as Migration;
const words = (text: string | undefined) => text?.replace(/\s+/g, ' ').trim();

test('files run in the order of their names as text', () => {
  const text = '-- migrate:up\n-- migrate:down\n';
  expect(read({ '9_a.sql': text, '10_b.sql': text }).migrations.map(({ id }) => id)).toEqual(['10_b', '9_a']);
});

test('sections are the scripts; several of a kind are joined', () => {
  const text =
    '-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n--migrate:up\nSELECT 3;\n-- migrate:down\nSELECT 4;';
  const { up, down } = one(text);
  expect(words(up.text)).toBe('-- migrate:up SELECT 1; --migrate:up SELECT 3;');
  expect(words(down?.text)).toBe('-- migrate:down SELECT 2; -- migrate:down SELECT 4;');
  expect(up.text).toHaveLength(text.length);
});

test('each section says for itself whether it is a transaction', () => {
  const migration = one('-- migrate:up transaction:false\r\nSELECT 1;\r\n-- migrate:down\r\nSELECT 2;\r\n');
  expect(migration).toMatchObject({
    execution: 'implicit',
    downExecution: 'transaction',
    directives: { problems: [] },
  });
  expect(one('-- migrate:up\n-- migrate:down').downExecution).toBeUndefined();
});

test('our own marker makes Lockstep run the file statement by statement', () => {
  const migration = one('-- migrate:up\n-- lockstep: no-transaction\nSELECT 1;\n-- migrate:down\nSELECT 2;\n');
  expect(migration).toMatchObject({ execution: 'autocommit', directives: { noTransaction: true } });
  expect(migration.downExecution).toBeUndefined();
});

test.each([
  ['SELECT 1;', [1]],
  ['-- migrate:up\nSELECT 1;', [1]],
  ['-- migrate:up\n-- atlas:txmode none\n-- migrate:down', [2]],
  ['-- migrate:up\n-- lockstep: no-transaction\n-- migrate:down', []],
])('what dbmate refuses or does not read is told: %j', (text, lines) => {
  expect(one(text).directives.problems.map(({ line }) => line)).toEqual(lines);
});

test.each([
  ['SELECT 1;', 'a file without `-- migrate:up`'],
  ['-- migrate:down\nSELECT 2;\n-- migrate:up\nSELECT 1;', 'first section is not `-- migrate:up`'],
])('a file that dbmate refuses has broken sections: %j', (text, message) => {
  expect(one(text).sectionProblems).toMatchObject([{ line: 1, message: expect.stringContaining(message) }]);
  expect(one('-- migrate:up\n-- migrate:down').sectionProblems).toBeUndefined();
});

test.each([
  ['sub/2_b.sql', 'migrations/2_b.sql'],
  ['2_b.SQL', 'migrations/2_b.sql'],
  ['b.sql', 'migrations/2_b.sql'],
  ['2_b\nc.sql', 'migrations/2_b_c.sql'],
])('%s is told as passed over, with the name %s', (name, suggestion) => {
  const { ignored } = read({ '1_a.sql': '-- migrate:up\n-- migrate:down', [name]: '' });
  expect(ignored).toEqual([expect.objectContaining({ path: `migrations/${name}`, suggestion })]);
});

test('its table holds a row for each version', () => {
  const migration = one('-- migrate:up\n-- migrate:down');
  const bookkeeping = bookkeepingOf(dbmate, undefined);
  const table = '"public"."schema_migrations"';
  const facts = recordFacts(migration, { role: 'deployer', previous: undefined });
  expect(bookkeeping?.record(migration, facts)).toBe(`INSERT INTO ${table} (version) VALUES ('1')`);
  expect(bookkeeping?.forget?.(migration, undefined)).toBe(`DELETE FROM ${table} WHERE version = '1'`);
});
