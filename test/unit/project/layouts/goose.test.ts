import { beforeAll, describe, expect, it, test } from 'vitest';
import { bookkeepingOf } from '../../../../src/project/layouts/bookkeeping.ts';
import { goose } from '../../../../src/project/layouts/goose.ts';
import { recordFacts } from '../../../../src/project/layouts/record-facts.ts';
import { leftOut } from '../../../../src/project/left-out.ts';
import { sourceOf } from '../../../../src/project/source.ts';
import { loadParser, parseScript } from '../../../../src/project/sql.ts';
import type { Migration } from '../../../../src/project/types.ts';
import { projectOf, repoFiles } from '../../../support/project.ts';

beforeAll(loadParser);

const read = (files: Record<string, string>, placeholders: Record<string, string> = {}) =>
  projectOf(files, 'goose', placeholders);
const one = (text: string, placeholders: Record<string, string> = {}) =>
  read({ '1_a.sql': text }, placeholders).migrations[0] as Migration;
const words = (text: string | undefined) => text?.replace(/\s+/g, ' ').trim();
const empty = '-- +goose Up\n';

describe('which files', () => {
  test('numbers before the first underscore, in their order; what is Go has its place', () => {
    const { migrations } = read({
      '10_b.sql': empty,
      '9_a.sql': empty,
      '0011_c.go': 'package x',
      '0011_c_test.go': '',
      'helpers.go': '',
    });
    expect(migrations.map(({ id }) => id)).toEqual(['9_a', '10_b', '0011_c']);
    expect(migrations.map(goose.identityOf)).toEqual(['9', '10', '11']);
    expect(migrations[2]).toMatchObject({
      up: { text: '', program: expect.any(String) },
      sectionProblems: [{ message: expect.stringContaining('A program') }],
    });
  });

  test.each([
    ['sub/2_b.sql', 'migrations/2_b.sql'],
    ['2-b.sql', 'migrations/2_b.sql'],
    ['2_b.SQL', 'migrations/2_b.sql'],
    ['b.sql', 'migrations/2_b.sql'],
    ['0_b.sql', 'migrations/2_b.sql'],
    ['9223372036854775808_b.sql', undefined],
    ['2_b\nc.sql', 'migrations/2_b_c.sql'],
  ])('%j is told as passed over, with the name %s', (name, suggestion) => {
    const { ignored, migrations } = read({ '1_a.sql': empty, [name]: empty });
    expect(migrations).toHaveLength(1);
    expect(ignored.map(({ path }) => path)).toEqual([`migrations/${name}`]);
    expect(ignored[0]?.suggestion).toBe(suggestion);
  });
});

describe('sections', () => {
  it('are the scripts, with places as in the file', () => {
    const text = '-- a note\n-- +goose Up\r\nSELECT 1;\r\n-- +goose Down\nSELECT 2;\nSELECT 3;';
    const { up, down } = one(text);
    expect(words(up.text)).toBe('-- +goose Up SELECT 1;');
    expect(words(down?.text)).toBe('-- +goose Down SELECT 2; SELECT 3;');
    expect(up.text).toHaveLength(text.length);
    expect(parseScript(up).statements?.[0]).toMatchObject({ line: 3, column: 1 });
    expect(one('-- +GOOSE up\nSELECT 1;').down).toBeUndefined();
  });

  it('what stands between StatementBegin and StatementEnd needs no semicolon', () => {
    const body = 'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN 1;\nEND\n$$';
    const text = `-- +goose Up\n-- +goose StatementBegin\n${body}\n-- +goose StatementEnd\nSELECT 2;\n-- +goose Down\n`;
    const migration = one(text);
    expect(migration.sectionProblems).toBeUndefined();
    expect(parseScript(migration.up).statements?.map(({ kind, line }) => [kind, line])).toEqual([
      ['CreateFunctionStmt', 3],
      ['SelectStmt', 9],
    ]);
    expect(migration.up.text).toHaveLength(text.length);
    const [file] = repoFiles({ 'migrations/1_a.sql': text });
    expect(file && leftOut(sourceOf(file, {}), migration)).toEqual([]);
  });

  test.each([
    ['SELECT 1;', [1, 1], 'above'],
    ['', [1], 'without `-- +goose Up`'],
    ['SELECT 0;\n-- +goose Up\nSELECT 1;', [1], 'above'],
    ['-- +goose Up\nSELECT 1', [2], 'no `;`'],
    ['-- +goose Up\nSELECT 1; SELECT\n2\n-- +goose Down\nSELECT 3;', [2], 'no `;`'],
    ['-- +goose Up\n  -- +goose Down\n', [2], 'begin its line'],
    ['-- +goose Up\n-- +goose Upp\n', [2], '+goose Upp'],
    ['-- +goose Up\nSELECT 1;\n-- +goose Up\n', [3], 'second'],
    ['-- +goose Down\n', [1], 'behind the section'],
    ['-- +goose Up\n-- +goose StatementBegin\nSELECT 1;', [3], 'misses'],
    ['-- +goose Up\n-- +goose StatementEnd\n', [2], 'without its begin'],
    ['-- +goose Up\nDO $$\nBEGIN\n  PERFORM 1;\nEND\n$$;', [2], 'cuts this statement'],
  ])('what goose refuses is told: %j', (text, lines, message) => {
    const problems = one(text).sectionProblems ?? [];
    expect(problems.map(({ line }) => line)).toEqual(lines);
    expect(problems.map((problem) => problem.message).join('\n')).toContain(message);
  });

  test.each([
    '-- All files have a -- +goose Up annotation.\n-- +goose Up\nSELECT 1;\n',
    '-- +goose Up\nSELECT 1; -- done\n\n-- note\nSELECT 2;\n',
    "-- +goose Up\nSELECT 'a\nb';\n",
    '-- +goose Up\nSELECT 1; SELECT 2;\n-- +goose Down\n',
    '-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\nSELECT 2;\n-- +goose StatementEnd',
  ])('what goose runs is no problem: %j', (text) => expect(one(text).sectionProblems).toBeUndefined());
});

describe('transactions', () => {
  test.each([
    [empty, 'transaction', []],
    [`-- +goose no transaction\n${empty}`, 'autocommit', []],
    [`-- lockstep: no-transaction\n${empty}`, 'autocommit', []],
    [`-- atlas:txmode none\n${empty}`, 'transaction', [1]],
  ] as const)('%j', (text, execution, lines) => {
    const { directives, ...migration } = one(text);
    expect(migration).toMatchObject({ execution, alwaysWrapped: true });
    expect(directives.noTransaction).toBe(execution === 'autocommit');
    expect(directives.problems.map(({ line }) => line)).toEqual(lines);
  });
});

describe('values of the environment', () => {
  const text = (value: string) =>
    `-- +goose Up\n-- +goose ENVSUB ON\nSELECT '${value}';\n-- +goose ENVSUB OFF\nSELECT $$a$$;\n`;

  it('are those of the settings; one that has none is told', () => {
    expect(words(one(text(`\${REGION}`), { REGION: 'eu' }).up.text)).toContain("SELECT 'eu';");
    expect(one(text(`\${REGION}`), { REGION: 'eu' }).sectionProblems).toBeUndefined();
    expect(one(text(`\${REGION:-eu}`)).sectionProblems).toMatchObject([
      { line: 3, message: expect.stringContaining('give REGION a value') },
    ]);
    expect(one(text('$REGION')).sectionProblems).toMatchObject([
      { line: 3, message: expect.stringContaining(`write \`\${REGION}\``) },
    ]);
    // Who has written it so is asked for the value alone.
    const [asked] = one(text(`\${REGION}`)).sectionProblems ?? [];
    expect(asked).toMatchObject({ message: expect.not.stringContaining('write') });
    expect(asked?.help).toContain('    REGION: value');
    expect(one(text('$$x')).sectionProblems).toMatchObject([{ message: expect.stringContaining('ENVSUB OFF') }]);
  });
});

test('its table has a row for each version, and its lock a key', () => {
  const migration = read({ '0007_a.sql': empty }).migrations[0] as Migration;
  const bookkeeping = bookkeepingOf(goose, undefined);
  const facts = recordFacts(migration, { role: 'deployer', previous: undefined });
  const table = '"public"."goose_db_version"';
  expect(bookkeeping?.record(migration, facts)).toBe(`INSERT INTO ${table} (version_id, is_applied) VALUES (7, true)`);
  expect(bookkeeping?.forget?.(migration, undefined)).toBe(`DELETE FROM ${table} WHERE version_id = 7`);
  const rows = [
    { version: '0', is_applied: true },
    { version: '7', is_applied: true },
    { version: '8', is_applied: true },
    { version: '8', is_applied: false },
  ];
  expect(bookkeeping?.history(rows, [migration])).toEqual({ applied: ['7'], failed: [] });
  expect(bookkeeping?.lock?.keys('any')).toEqual([4_097_083_626n]);
});
