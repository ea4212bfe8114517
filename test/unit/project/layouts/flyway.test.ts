import { beforeAll, describe, expect, it, test } from 'vitest';
import { bookkeepingOf } from '../../../../src/project/layouts/bookkeeping.ts';
import { flyway } from '../../../../src/project/layouts/flyway.ts';
import { recordFacts } from '../../../../src/project/layouts/record-facts.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import type { Migration } from '../../../../src/project/types.ts';
import { projectOf } from '../../../support/project.ts';

beforeAll(loadParser);

const read = (files: Record<string, string | Buffer>, placeholders: Record<string, string> = {}) =>
  projectOf(files, 'flyway', placeholders);
const one = (text: string, conf?: string) =>
  read({ 'V1__a.sql': text, ...(conf === undefined ? {} : { 'V1__a.sql.conf': conf }) }).migrations[0] as Migration;
const ids = (files: Record<string, string>) => read(files).migrations.map(({ id }) => id);

describe('which files', () => {
  test('versions by their parts, then what is repeatable by its name', () => {
    const names = ['R__b.sql', 'V10__x.sql', 'V2__x.sql', 'V1_10__x.sql', 'sub/V1.2__x.sql', 'R__a_a.sql', 'V1.sql'];
    expect(ids(Object.fromEntries(names.map((name) => [name, ''])))).toEqual([
      'V1',
      'sub/V1.2__x',
      'V1_10__x',
      'V2__x',
      'V10__x',
      'R__a_a',
      'R__b',
    ]);
  });

  test('a version is the same in all its ways to write it', () => {
    const { migrations } = read({ 'V01_0__a.sql': '', 'R__the_view.sql': '' });
    expect(migrations.map(flyway.identityOf)).toEqual(['1', 'R__the view']);
    expect(
      migrations.map(({ toolFacts, repeatable }) => [toolFacts?.version, toolFacts?.description, repeatable]),
    ).toEqual([
      ['01.0', 'a', undefined],
      ['', 'the view', true],
    ]);
  });

  test('an undo script is the down script of its version', () => {
    const { migrations, ignored } = read({ 'V1__a.sql': 'SELECT 1;', 'U1.0__x.sql': 'SELECT 2;', 'U2__b.sql': '' });
    expect(migrations.map(({ down }) => down?.text)).toEqual(['SELECT 2;']);
    expect(ignored).toMatchObject([{ path: 'migrations/U2__b.sql' }]);
  });

  test('a baseline script stands for versions that are gone, and for none that is there', () => {
    expect(ids({ 'B2__b.sql': '', 'B1__b.sql': '', 'V3__c.sql': '', 'R__r.sql': '' })).toEqual([
      'B2__b',
      'V3__c',
      'R__r',
    ]);
    expect(ids({ 'B2__b.sql': '', 'V1__a.sql': '', 'V2__b.sql': '', 'V3__c.sql': '' })).toEqual([
      'V1__a',
      'V2__b',
      'V3__c',
    ]);
  });

  test.each([
    ['V2_b.sql', 'migrations/V2__b.sql'],
    ['sub/v2__b.sql', 'migrations/sub/V2__b.sql'],
    ['2__b.sql', 'migrations/V2__b.sql'],
    ['V2__b.SQL', 'migrations/V2__b.sql'],
    ['R_b.sql', 'migrations/R__b.sql'],
    ['V2__b\nc.sql', 'migrations/V2__b_c.sql'],
    ['b.sql', undefined],
    ['afterMigrate.sql', undefined],
    ['beforeEachMigrate__x.sql', undefined],
  ])('%j is told as passed over, with the name %s', (name, suggestion) => {
    const { ignored, migrations } = read({ 'V1__a.sql': '', [name]: '' });
    expect(migrations).toHaveLength(1);
    expect(ignored.map(({ path }) => path)).toEqual([`migrations/${name}`]);
    expect(ignored[0]?.suggestion).toBe(suggestion);
  });

  test.each(['V1__a.sql.conf', 'V1__a.sql~', 'README.md', 'schema.sql'])('%s is no concern', (name) => {
    expect(read({ 'V1__a.sql': '', [name]: '' }).ignored).toEqual([]);
  });
});

describe('checksums', () => {
  const checksum = (content: string | Buffer) => read({ 'V1__a.sql': content }).migrations[0]?.toolFacts?.checksum;

  // By Python's zlib over the lines; Java's CRC32 says the same.
  it.each([
    'create table a(i int);\n',
    'create table a(i int);\r\n',
    'create table a(i int);',
    '\uFEFFcreate table a(i int);\r',
  ])('of %j is that of its lines', (text) => expect(checksum(text)).toBe('-731837914'));

  it('of a repeatable script, is that of the text with its values; without them it is accepted too', () => {
    const facts = (values: Record<string, string>) =>
      read({ 'R__a.sql': `create table \${Name}(i int);` }, values).migrations[0]?.toolFacts;
    expect(facts({ name: 'a' })).toMatchObject({ checksum: '-731837914' });
    expect(facts({ name: 'a' })?.plainChecksum).toBe(facts({})?.checksum);
    expect(read({ 'V1__a.sql': `create table \${Name}(i int);` }, { Name: 'a' }).migrations[0]).toMatchObject({
      up: { text: 'create table a(i int);' },
      toolFacts: { checksum: facts({})?.checksum },
    });
  });
});

describe('placeholders', () => {
  it('without a value are refused, but not in comments, nor where they are switched off', () => {
    const text = `-- \${a}\nSELECT 1;\nSELECT \${b};`;
    expect(one(text).sectionProblems).toMatchObject([{ line: 3, message: expect.stringContaining(`\${b}`) }]);
    expect(one(text, 'placeholderReplacement=false').sectionProblems).toBeUndefined();
    expect(read({ 'V1__a.sql': text }, { b: '1' }).migrations[0]?.sectionProblems).toBeUndefined();
  });
});

describe('transactions', () => {
  it.each([
    ['SELECT 1;', undefined, 'transaction', undefined],
    ['SELECT 1;', 'executeInTransaction=false\n', 'autocommit', undefined],
    ['SELECT 1;', '# x\r\n executeInTransaction = FALSE \r\n', 'autocommit', undefined],
    ['VACUUM;', 'executeInTransaction=true', 'transaction', true],
    ['-- lockstep: no-transaction\nSELECT 1;', undefined, 'autocommit', undefined],
  ])('%j with the settings %j', (text, conf, execution, alwaysWrapped) => {
    expect(one(text, conf).execution).toBe(execution);
    expect(one(text, conf).alwaysWrapped).toBe(alwaysWrapped);
  });

  it.each([
    'CREATE INDEX CONCURRENTLY i ON t (a);',
    '/* x */ create\n unique index concurrently i on t (a);',
    'DROP INDEX CONCURRENTLY i;',
    'VACUUM t;',
    'REINDEX SCHEMA public;',
    'ALTER SYSTEM SET work_mem = 1;',
  ])('Flyway itself leaves out the transaction for %j, and refuses it beside another statement', (text) => {
    expect(one(text)).toMatchObject({ directives: { problems: [] } });
    expect(one(text).sectionProblems).toBeUndefined();
    expect(one(`SELECT 1;\n${text}`).sectionProblems).toMatchObject([{ message: expect.stringContaining('mixes') }]);
    expect(one(`SELECT 1;\n${text}`, 'executeInTransaction=false').sectionProblems).toBeUndefined();
  });

  it.each(['REINDEX TABLE CONCURRENTLY t;', 'ALTER TABLE t DETACH PARTITION p CONCURRENTLY;'])(
    'Flyway does not know that %j refuses one',
    (text) =>
      expect(one(text).directives.problems).toMatchObject([{ line: 1, message: expect.stringContaining('opens') }]),
  );

  it('markers of other tools mean nothing', () => {
    expect(one('-- atlas:txmode none\nSELECT 1;')).toMatchObject({
      execution: 'transaction',
      directives: { noTransaction: false, problems: [{ line: 1 }] },
    });
  });
});

describe('its table', () => {
  const [first, view] = read({ 'V1__a.sql': 'SELECT 1;', 'R__v.sql': 'SELECT 2;' }).migrations as [
    Migration,
    Migration,
  ];
  const bookkeeping = bookkeepingOf(flyway, undefined);
  const sql = { version: '1', description: 'a', type: 'SQL', checksum: null as number | null, success: true };
  const repeatable = { ...sql, version: null, description: 'v' };
  const history = (...rows: object[]) => bookkeeping?.history(rows as never, [first, view]);
  const crc = (migration: Migration) => Number(migration.toolFacts?.checksum);

  it('the newest row of a version counts', () => {
    expect(history(sql)).toMatchObject({ applied: ['1'], failed: [], edited: [] });
    expect(history(sql, { ...sql, type: 'UNDO_SQL' })).toMatchObject({ applied: [] });
    expect(history(sql, { ...sql, type: 'DELETE' })).toMatchObject({ applied: [] });
    expect(history({ ...sql, success: false })).toMatchObject({ applied: [], failed: [{ identity: '1' }] });
    expect(history({ ...sql, version: '1.0' })).toMatchObject({ applied: ['1'] });
  });

  it('a checksum or a description that is another one is an edit; of a repeatable one, a reason to run it', () => {
    expect(history({ ...sql, checksum: crc(first) })?.edited).toEqual([]);
    expect(history({ ...sql, checksum: 7 })?.edited).toEqual(['1']);
    expect(history({ ...sql, description: 'b' })?.edited).toEqual(['1']);
    expect(history({ ...repeatable, checksum: crc(view) })?.applied).toEqual(['R__v']);
    expect(history({ ...repeatable, checksum: 7 })).toMatchObject({ applied: [], edited: [] });
    expect(history({ ...repeatable, checksum: crc(view) }, { ...repeatable, checksum: 7 })?.applied).toEqual([]);
  });

  it('what is no file of SQL is not missed', () => {
    expect(history({ ...sql, version: '5', type: 'JDBC' }, { ...sql, version: null, type: 'SCHEMA' })?.applied).toEqual(
      [],
    );
    expect(history({ ...sql, version: '5' })?.applied).toEqual(['5']);
  });

  it('a baseline script is for databases without a version', () => {
    const known = read({ 'B3__b.sql': '', 'V4__c.sql': '' }).migrations;
    const said = (...rows: object[]) => bookkeeping?.history(rows as never, known).applied;
    expect(said()).toEqual([]);
    expect(said({ ...sql, version: '2' })).toEqual(['3']);
    expect(said({ ...sql, version: '2' }, { ...sql, version: '3' })).toEqual(['3']);
    expect(said({ ...sql, version: '3', type: 'SQL_BASELINE' })).toEqual(['3']);
  });

  it('is written with the next rank; what failed goes away first', () => {
    const facts = recordFacts(first, { role: "d'r", previous: undefined, milliseconds: '12' });
    const table = '"public"."flyway_schema_history"';
    const row = `VALUES ((SELECT coalesce(max(installed_rank), 0) + 1 FROM ${table}), '1', 'a', 'SQL', 'V1__a.sql', ${crc(first)}, 'd''r', least(12, 2147483647)::int, true)`;
    // The row has the version as its file had it: 01_0 is 1 all the same.
    const removed = new RegExp(`^DELETE FROM ${table} WHERE .*regexp_replace\\(version, .* = '1' AND NOT success$`);
    expect(bookkeeping?.record(first, facts)).toMatch(/^INSERT/);
    expect(bookkeeping?.record(first, facts)).toContain(row);
    const [away, inserted] = bookkeeping?.record(first, { ...facts, begun: true }).split(';\n') ?? [];
    expect([away, inserted]).toEqual([expect.stringMatching(removed), expect.stringMatching(/^INSERT/)]);
    expect(bookkeeping?.begin?.(first, facts)).toContain(row.replace('true', 'false'));
    expect(bookkeeping?.settle?.({ identity: '1', migration: first, as: 'rolled-back', facts })).toMatch(removed);
    expect(bookkeeping?.settle?.({ identity: '1', migration: first, as: 'applied', facts })).toContain(row);
    expect(bookkeeping?.settle?.({ identity: "R__it's", migration: undefined, as: 'rolled-back', facts })).toContain(
      "version IS NULL AND description = 'it''s' AND NOT success",
    );
  });

  it('its lock has the key that Flyway gives it', () => {
    expect(bookkeeping?.lock).toMatchObject({ waitsBlocking: false });
    // https://github.com/flyway/flyway/issues/1654
    expect(bookkeeping?.lock?.keys('any')).toEqual([77_433_833_903_597n]);
  });
});

it('thousands of undo scripts are found without comparing each with each', () => {
  const numbers = Array.from({ length: 5_000 }, (_, index) => String(20240101000000 + index));
  const pairs = numbers.flatMap((number) => [
    [`V${number}__x.sql`, 'SELECT 1;'],
    [`U${number}.0__y.sql`, 'SELECT 2;'],
  ]);
  const since = performance.now();
  const { migrations } = read(Object.fromEntries(pairs) as Record<string, string>);
  expect(performance.now() - since).toBeLessThan(5_000);
  expect(migrations.every(({ version, down }) => down?.path.endsWith(`U${version}.0__y.sql`))).toBe(true);
});
