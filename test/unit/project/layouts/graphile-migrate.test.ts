import { beforeAll, describe, expect, test } from 'vitest';
import { bookkeepingOf } from '../../../../src/project/layouts/bookkeeping.ts';
import { detectLayout } from '../../../../src/project/layouts/detect.ts';
import { graphileMigrate } from '../../../../src/project/layouts/graphile-migrate.ts';
import { committedFile } from '../../../../src/project/layouts/graphile-migrate-file.ts';
import { recordFacts } from '../../../../src/project/layouts/record-facts.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import type { Migration } from '../../../../src/project/types.ts';
import { committedFiles } from '../../../support/graphile.ts';
import { projectOf, repoFiles } from '../../../support/project.ts';

beforeAll(loadParser);

const read = (files: Record<string, string>, placeholders: Record<string, string> = {}) =>
  projectOf(files, 'graphile-migrate', placeholders);
const one = (body: string) => read(committedFiles([body])).migrations[0] as Migration;
const FIRST = 'sha1:4f45642ec931df92e13364b7a3d95eb876d756b7';
const problems = (files: Record<string, string>) =>
  read(files).migrations.flatMap(({ sectionProblems = [] }) => sectionProblems);

describe('the hash is the one that the tool has made', () => {
  test.each([
    ['-', 'CREATE TABLE a (id int);\n', FIRST],
    [FIRST, "\n\n  CREATE TABLE b (name text DEFAULT 'ü');\r\n  \n", 'sha1:6ccf9201c35a32845e7aac39eb1a988045021bee'],
    ['-', 'CREATE TABLE a (id int);\r\nSELECT 1;\n', 'sha1:db60da6869f248ffd7f19c777fe055fd1a2fb786'],
  ])('after %s: %j', (previous, body, hash) => {
    const text = `--! Previous: ${previous}\n--! Hash: ${hash}\n--! Message: words\n\n${body}`;
    expect(committedFile(text)).toMatchObject({
      hash,
      computed: hash,
      previous: previous === '-' ? undefined : previous,
    });
    expect(committedFile(text).problem).toBeUndefined();
  });
});

describe('what the tool would refuse is told at its line', () => {
  const [text = ''] = Object.values(committedFiles(['CREATE TABLE a (id int);']));

  test.each<[string, string, number, string]>([
    ['another text', text.replace('int', 'bigint'), 2, 'the hash is sha1:'],
    ['a comment more', `${text}-- a comment\n`, 2, 'not the one that was committed'],
    ['line ends of Windows', text.replaceAll('\n', '\r\n'), 1, 'CRLF'],
    ['no headers', 'CREATE TABLE a (id int);\n', 1, '`--! Previous:`'],
    ['no hash', text.replace(/^--! Hash.*\n/m, ''), 1, '`--! Hash:`'],
    ['a header twice', text.replace(/^(--! Hash.*\n)/m, '$1$1'), 3, '`Hash` stands there twice'],
    ['no empty line', text.replace('\n\n', '\n'), 3, 'no empty line'],
    ['a right hash that need not be', text.replace('\n\n', '\n--! AllowInvalidHash\n\n'), 2, 'its hash is right'],
  ])('%s', (_, broken, line, message) => {
    expect(problems({ '000001.sql': broken })).toEqual([
      expect.objectContaining({ path: 'migrations/000001.sql', line, message: expect.stringContaining(message) }),
    ]);
  });

  test('a wrong hash that is allowed', () => {
    const allowed = text.replace('int', 'bigint').replace('\n\n', '\n--! AllowInvalidHash\n\n');
    expect(problems({ '000001.sql': allowed })).toEqual([]);
  });

  test('a link to another file than the one before', () => {
    const files = committedFiles(['SELECT 1;', 'SELECT 2;', 'SELECT 3;']);
    const { '000002.sql': _, ...rest } = files;
    expect(problems(rest)).toMatchObject([
      { path: 'migrations/000003.sql', message: expect.stringContaining('000001.sql, sha1:') },
    ]);
    expect(problems({ '000002.sql': files['000002.sql'] ?? '' })).toMatchObject([
      { message: expect.stringContaining('the one before it is none') },
    ]);
    expect(problems(files)).toEqual([]);
  });
});

test.each<[string, object]>([
  ['SELECT 1;', { execution: 'transaction', alwaysWrapped: true, directives: { noTransaction: false, problems: [] } }],
  ['--! no-transaction\nSELECT 1;', { execution: 'implicit', directives: { noTransaction: true, problems: [] } }],
  [
    '-- lockstep: no-transaction\nSELECT 1;',
    { execution: 'autocommit', directives: { noTransaction: true, problems: [] } },
  ],
  [
    '-- words\n--! no-transaction\nSELECT 1;',
    { execution: 'transaction', directives: { noTransaction: false, problems: [{ line: 5 }] } },
  ],
])('it runs as its first line says: %j', (body, expected) => {
  expect(one(body)).toMatchObject(expected);
});

test('a commented rollback is its down script', () => {
  const { down, directives } = one('CREATE TABLE a ();\n\n-- Rollback\n-- DROP TABLE a;');
  expect(down?.text.trim()).toBe('DROP TABLE a;');
  expect(directives.irreversible).toBeUndefined();
  expect(one('SELECT 1;').down).toBeUndefined();
  expect(one('SELECT 1;\n-- Rollback: the rows are gone').directives.irreversible).toMatchObject({
    reason: 'the rows are gone',
  });
});

test('names of the database are put in, and do not change the hash', () => {
  const files = committedFiles(['GRANT CONNECT ON DATABASE :DATABASE_NAME TO :DATABASE_OWNER;']);
  const own = graphileMigrate.ownPlaceholders?.({ name: 'shop', owner: 'deployer' }) ?? {};
  const { migrations } = read(files, own);
  expect(migrations[0]?.up.text).toContain('GRANT CONNECT ON DATABASE shop TO deployer;');
  expect(migrations[0]?.sectionProblems).toBeUndefined();
});

describe('where the files lie', () => {
  const committed = (folder: string) =>
    Object.fromEntries(
      Object.entries(committedFiles(['SELECT 1;', 'SELECT 2;'], ['a'])).map(([name, text]) => [folder + name, text]),
    );

  test.each(['', 'committed/'])('%j in the folder: what is being written is left alone', (folder) => {
    const { migrations, ignored } = read({
      ...committed(folder),
      'current.sql': 'SELECT 3;',
      ...(folder === '' ? {} : { 'current/1-a.sql': '', 'afterReset.sql': '', 'fixtures/x.sql': '' }),
    });
    expect(migrations.map(({ id, name }) => [id, name])).toEqual([
      ['000001-a', 'a'],
      ['000002', ''],
    ]);
    expect(migrations.map(graphileMigrate.identityOf)).toEqual(['000001.sql', '000002.sql']);
    expect(ignored).toEqual([]);
  });

  test.each(['m', 'm/committed'])('they are recognised in %s', (folder) => {
    const files = repoFiles({ 'm/committed/000001.sql': committed('')['000001-a.sql'] ?? '' });
    expect(detectLayout(folder, files)?.name).toBe('graphile-migrate');
  });

  test.each([
    ['000003_c.sql', 'migrations/000003-c.sql'],
    ['000003-é.sql', 'migrations/000003.sql'],
    ['c.sql', 'migrations/000003-c.sql'],
    ['000003-c.SQL', 'migrations/000003-c.sql'],
    ['old/000003.sql', 'migrations/000003.sql'],
  ])('%s is told as passed over, with the name %s', (name, suggestion) => {
    const { ignored } = read({ ...committed(''), [name]: '' });
    expect(ignored).toEqual([expect.objectContaining({ path: `migrations/${name}`, suggestion })]);
  });
});

describe('its table', () => {
  const { migrations } = read(committedFiles(['SELECT 1;', 'SELECT 2;', 'SELECT 3;']));
  const bookkeeping = bookkeepingOf(graphileMigrate, undefined);
  const rows = migrations.map(({ toolFacts, version }) => ({ filename: `${version}.sql`, hash: toolFacts?.hash }));

  test('refers to the row before', () => {
    const record = (index: number): string | undefined => {
      const migration = migrations[index] as Migration;
      return bookkeeping?.record(migration, recordFacts(migration, { role: 'deployer', previous: undefined }));
    };
    expect(record(0)).toContain(`VALUES ('${rows[0]?.hash}', NULL, '000001.sql')`);
    expect(record(1)).toContain(
      `VALUES ('${rows[1]?.hash}', (SELECT hash FROM "graphile_migrate"."migrations" WHERE hash = '${rows[0]?.hash}'), '000002.sql')`,
    );
  });

  test('tells what is edited since, and what the tool never looks at again', () => {
    const edited = rows.map((row, index) => (index === 0 ? { ...row, hash: 'sha1:0' } : row));
    expect(bookkeeping?.history(edited, migrations)).toEqual({
      applied: ['000001.sql', '000002.sql', '000003.sql'],
      failed: [],
      edited: ['000001.sql'],
      passedOver: [],
    });
    const late = bookkeeping?.history(rows.slice(1), migrations);
    expect(late).toMatchObject({ edited: [], passedOver: ['000001.sql'] });
  });

  test('tells an edit of the text under an old hash', () => {
    const files = committedFiles(['SELECT 1;']);
    const { migrations: tampered } = read({ '000001.sql': `${files['000001.sql']}-- more\n` });
    expect(bookkeeping?.history(rows.slice(0, 1), tampered)).toMatchObject({ edited: ['000001.sql'] });
  });
});
