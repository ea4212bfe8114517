import { beforeAll, describe, expect, it, test } from 'vitest';
import { atlas } from '../../../../src/project/layouts/atlas.ts';
import { atlasSum } from '../../../../src/project/layouts/atlas-sum.ts';
import { bookkeepingOf } from '../../../../src/project/layouts/bookkeeping.ts';
import { recordFacts } from '../../../../src/project/layouts/record-facts.ts';
import { leftOut } from '../../../../src/project/left-out.ts';
import { sourceOf } from '../../../../src/project/source.ts';
import { loadParser, parseScript } from '../../../../src/project/sql.ts';
import type { Migration } from '../../../../src/project/types.ts';
import { projectOf, repoFiles } from '../../../support/project.ts';

beforeAll(loadParser);

type Files = Readonly<Record<string, string>>;

const sumOf = (files: Files): string =>
  atlasSum(
    Object.entries(files)
      .filter(([name]) => name.endsWith('.sql'))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, text]) => ({ name, bytes: Buffer.from(text) })),
  ).text;
/** Files with the atlas.sum that belongs to them. */
const read = (files: Files) => projectOf({ 'atlas.sum': sumOf(files), ...files }, 'atlas');
const one = (text: string) => read({ '1_a.sql': text }).migrations[0] as Migration;
const ids = (files: Files) => read(files).migrations.map(({ id }) => id);

/** https://github.com/ariga/atlas, cmd/atlas/internal/migrate/testdata/fixed and internal/integration/testdata/migrations/postgres. */
const VECTORS: readonly (readonly [Files, string])[] = [
  [
    {
      '1.sql': 'CREATE TABLE `users` (`id` int NOT NULL PRIMARY KEY);',
      '2.sql': 'ALTER TABLE `users` ADD COLUMN `happy` boolean NOT NULL DEFAULT true;',
      '3.sql':
        'CREATE TABLE `pets` (`id` int NOT NULL PRIMARY KEY);\nALTER TABLE `pets` ADD COLUMN `happy` boolean NULL;',
    },
    `h1:oNV0f9HzMMCf2pzF+sA6CmsSHGjdkWYmcTjoc/lWxLs=
1.sql h1:twN+zPVp8JzWEUcPPfNIT6/62Wa08dfxxZhT4gZxBzg=
2.sql h1:KHLlrSPwSjbp4+KrpQHwYZf8zlSIiAR7MS3H2yd1yeE=
3.sql h1:osHrPgu8uNgd6j09XCiyBQWWEh9aAmwjRgzdZZgm68M=
`,
  ],
  [
    {
      '1_initial.sql': 'CREATE SCHEMA IF NOT EXISTS "bc_test";\nCREATE TABLE "bc_test"."bc_tbl" ("col" INTEGER NULL);',
    },
    `h1:80V3wCzovMg2ot2hR0arbEjEfMfKWDeQNrXZJbFPF10=
1_initial.sql h1:53poyM34ShPWCVU41ldi4d9LUrzqPiQfBdEq//yH4Jo=
`,
  ],
];

describe('atlas.sum', () => {
  test.each(VECTORS)("is worked out as in Atlas' own tests", (files, sum) => expect(sumOf(files)).toBe(sum));

  it('leaves out what asks for it, but for its name', () => {
    const sum = sumOf({ '1.sql': '-- atlas:sum ignore\n', '2.sql': 'SELECT 2;' });
    expect(sum).not.toContain('1.sql');
    expect(sum).toBe(sumOf({ '1.sql': '-- atlas:sum ignore\nSELECT 1;', '2.sql': 'SELECT 2;' }));
    expect(sum).not.toBe(sumOf({ '2.sql': 'SELECT 2;' }));
  });

  const files = { '1_a.sql': 'SELECT 1;', '2_b.sql': 'SELECT 2;', '3_c.sql': 'SELECT 3;' };
  const broken = (now: Files, sum: string | undefined) =>
    projectOf(sum === undefined ? now : { ...now, 'atlas.sum': sum }, 'atlas').migrations.flatMap(
      ({ version, sectionProblems }) => (sectionProblems === undefined ? [] : [version]),
    );

  test.each<[string, Files, string | undefined, string[]]>([
    ['as it should be', files, sumOf(files), []],
    ['with line ends of Windows', files, sumOf(files).replaceAll('\n', '\r\n'), []],
    ['before an edit', { ...files, '2_b.sql': 'SELECT 2' }, sumOf(files), ['2', '3']],
    ['before a file came last', { ...files, '4_d.sql': '' }, sumOf(files), ['4']],
    ['before a file came first', { ...files, '0_d.sql': '' }, sumOf(files), ['0', '1', '2', '3']],
    ['with a file that is gone', { '1_a.sql': 'SELECT 1;', '2_b.sql': 'SELECT 2;' }, sumOf(files), ['2']],
    ['with another first line', files, sumOf(files).replace(/^h1:./, 'h1:_'), ['3']],
    ['that is not there', files, undefined, ['3']],
  ])('%s', (_, now, sum, versions) => expect(broken(now, sum)).toEqual(versions));
});

describe('which files', () => {
  it('all of the folder, in the order of their names as text', () => {
    const { migrations } = read({ '9_a.sql': '', '10_b_c.sql': '', '20250101.sql': '', 'schema.sql': '' });
    expect(migrations.map(({ version, toolFacts }) => [version, toolFacts?.description])).toEqual([
      ['10', 'b_c'],
      ['20250101', ''],
      ['9', 'a'],
      ['schema', ''],
    ]);
  });

  test.each([
    ['sub/2_b.sql', 'migrations/2_b.sql'],
    ['2_b.SQL', 'migrations/2_b.sql'],
    ['2_b\nc.sql', 'migrations/2_b_c.sql'],
  ])('%j is told as passed over, with the name %s', (name, suggestion) => {
    const { ignored } = projectOf({ '1_a.sql': '', [name]: '' }, 'atlas');
    expect(ignored).toEqual([expect.objectContaining({ path: `migrations/${name}`, suggestion })]);
  });

  it('a checkpoint runs where the files before it are gone', () => {
    const checkpoint = '-- atlas:checkpoint\n\nSELECT 1;';
    expect(ids({ '1_a.sql': '', '2_b.sql': checkpoint, '3_c.sql': '' })).toEqual(['1_a', '3_c']);
    expect(ids({ '2_b.sql': checkpoint, '3_c.sql': '' })).toEqual(['2_b', '3_c']);
    expect(ids({ '1_a.sql': checkpoint, '2_b.sql': checkpoint, '3_c.sql': '' })).toEqual(['2_b', '3_c']);
  });
});

describe('directives', () => {
  test.each([
    ['-- atlas:txmode none\n\nSELECT 1;', 'autocommit', 0, 0],
    ['-- a note\n-- atlas:txmode none\n   \nSELECT 1;', 'autocommit', 0, 0],
    ['-- atlas:txmode none\r\n\r\nSELECT 1;', 'autocommit', 0, 0],
    ['-- atlas:txmode none', 'autocommit', 0, 0],
    ['-- atlas:txmode file\n\nSELECT 1;', 'transaction', 0, 0],
    ['-- atlas:txmode none\nSELECT 1;', 'transaction', 1, 0],
    ['SELECT 1;\n-- atlas:txmode none\n', 'transaction', 1, 0],
    ['-- +goose NO TRANSACTION\n\nSELECT 1;', 'transaction', 1, 0],
    ['-- lockstep: no-transaction\nSELECT 1;', 'autocommit', 0, 0],
    ['-- atlas:txmode all\n\nSELECT 1;', 'transaction', 0, 1],
    ['-- atlas:txmode none\n-- atlas:txmode file\n\nSELECT 1;', 'autocommit', 0, 1],
    ['-- atlas:txtar\n\n-- checks.sql --\nSELECT 1;', 'transaction', 0, 1],
    ['-- atlas:delimiter //\n\nSELECT 1//', 'transaction', 0, 1],
    ['-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;', 'transaction', 0, 1],
  ])('%j', (text, execution, problems, refusals) => {
    const { directives, sectionProblems = [], ...migration } = one(text);
    expect(migration).toMatchObject({ execution, alwaysWrapped: true });
    expect(directives.problems).toHaveLength(problems);
    expect(sectionProblems).toHaveLength(refusals);
  });

  test.each([
    '-- atlas:delimiter \\n\\n\\n\n\nCREATE TABLE a ()\n\n\nCREATE TABLE b (); -- done\n\n\n-- nothing\n\n\n\nCREATE TABLE c ()',
    '-- atlas:delimiter -- end\n\nCREATE TABLE a () -- note\n-- end\nCREATE TABLE b ();\n-- end\nCREATE TABLE c ()\n-- end\n',
  ])('statements may have a delimiter of their own: %j', (text) => {
    const migration = one(text);
    expect(parseScript(migration.up).statements?.map(({ kind, line }) => [kind, line])).toEqual(
      ['CREATE TABLE a', 'CREATE TABLE b', 'CREATE TABLE c'].map((sql) => [
        'CreateStmt',
        text.slice(0, text.indexOf(sql)).split('\n').length,
      ]),
    );
    const [file] = repoFiles({ 'migrations/1_a.sql': text });
    expect(file && leftOut(sourceOf(file, {}), migration)).toEqual([]);
  });
});

describe('its table', () => {
  const { migrations } = read({ '1_a.sql': 'SELECT 1;', '2_b.sql': 'SELECT 1; SELECT 2;', '3_c.sql': '' });
  const [first, second] = migrations as [Migration, Migration];
  const bookkeeping = bookkeepingOf(atlas, undefined);
  const hashOf = ({ toolFacts }: Migration) => toolFacts?.hash ?? '';
  const row = (version: string, more: object = {}) => ({
    version,
    type: 2,
    applied: 1,
    total: 1,
    hash: '',
    operator: 'Atlas CLI v0.38.0',
    ...more,
  });
  const history = (known: readonly Migration[], ...rows: object[]) => bookkeeping?.history(rows as never, known);

  it('what is older than a baseline is applied, than a first run is late', () => {
    expect(history(migrations, row('2', { type: 1, applied: 0, total: 0 }))).toMatchObject({
      applied: ['1', '2'],
      assumed: ['1'],
      passedOver: [],
    });
    expect(history(migrations, row('2', { type: 4 }))?.assumed).toEqual(['1']);
    expect(history(migrations, row('2'))).toMatchObject({ applied: ['2'], assumed: [], passedOver: ['1'] });
    expect(history(migrations)).toEqual({ applied: [], failed: [] });
  });

  it('one that is half-done has failed; one that is not begun is pending', () => {
    expect(history(migrations, row('1', { applied: 1, total: 3 }))?.failed).toEqual([
      { identity: '1', says: '1 of 3 statements were applied' },
    ]);
    expect(history(migrations, row('1', { applied: 1, total: 3, operator: 'Lockstep 1.0' }))?.failed).toEqual([
      { identity: '1' },
    ]);
    expect(history(migrations, row('1', { applied: 0 }))).toMatchObject({ applied: [], failed: [] });
  });

  it('a checkpoint is for databases without a revision', () => {
    const checkpoint = '-- atlas:checkpoint\n\nSELECT 1;';
    const gone = read({ '2_b.sql': checkpoint, '3_c.sql': '' }).migrations;
    expect(history(gone, row('1'))?.applied).toEqual(['2']);
    expect(history(gone, row('2'), row('3'))).toMatchObject({ applied: ['2', '3'], assumed: [] });
    const there = read({ '1_a.sql': '', '2_b.sql': checkpoint, '3_c.sql': '' }).migrations;
    expect(history(there, row('2'))?.applied).toEqual(['1']);
    expect(history(there, row('1'), row('3'))?.applied).toEqual(['1', '3']);
  });

  it('another hash is an edit, of the first file alone and where none is missing before it', () => {
    const rows = migrations.map((migration) => row(migration.version, { hash: hashOf(migration) }));
    expect(history(migrations, ...rows)?.edited).toEqual([]);
    const others = rows.map((one, index) => (index === 0 ? one : { ...one, hash: 'x' }));
    expect(history(migrations, ...others)?.edited).toEqual(['2']);
    expect(history(migrations, ...others.slice(1))?.edited).toEqual([]);
  });

  it('is written as Atlas writes it', () => {
    const facts = recordFacts(second, { role: 'deployer', previous: first, milliseconds: '12' });
    const record = bookkeeping?.record(second, facts) ?? '';
    expect(record).toContain(
      `VALUES ('2', 'b', 2, 2, 2, pg_catalog.clock_timestamp(), (12)::bigint * 1000000, '', '', '${hashOf(second)}', 'null'::jsonb, 'Lockstep `,
    );
    expect(record).toContain(
      'ON CONFLICT (version) DO UPDATE SET description = EXCLUDED.description, type = EXCLUDED.type',
    );
    const resolved = bookkeeping?.record(second, { ...facts, how: 'resolved' });
    expect(resolved).toContain("VALUES ('2', 'b', 4, 0, 0,");
    expect(resolved).toContain('type = 6,');
    // A hash that is none: Atlas stops there.
    expect(bookkeeping?.begin?.(second, facts)).toContain(`'["h1:lockstep"]'::jsonb`);
    expect(bookkeeping?.begin?.(second, facts)).toContain("VALUES ('2', 'b', 2, 1, 3,");
    const removed = `DELETE FROM "atlas_schema_revisions"."atlas_schema_revisions" WHERE version = '2'`;
    expect(bookkeeping?.forget?.(second, first)).toBe(removed);
    expect(bookkeeping?.settle?.({ identity: '2', migration: undefined, as: 'rolled-back', facts })).toBe(removed);
    expect(bookkeeping?.settle?.({ identity: '2', migration: second, as: 'applied', facts })).toBe(record);
  });

  it('its lock has the key of Atlas', () => {
    expect(bookkeeping?.lock).toMatchObject({ waitsBlocking: false });
    expect(bookkeeping?.lock?.keys('any')).toEqual([2_686_470_616n]);
  });
});
