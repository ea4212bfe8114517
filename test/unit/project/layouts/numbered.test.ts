import { beforeAll, describe, expect, test } from 'vitest';
import { loadParser } from '../../../../src/project/sql.ts';
import type { Migration } from '../../../../src/project/types.ts';
import { projectOf } from '../../../support/project.ts';

beforeAll(loadParser);

const ids = (files: Record<string, string>) => projectOf(files).migrations.map(({ id }) => id);
const only = (files: Record<string, string | Buffer>): Migration => {
  const { migrations } = projectOf(files);
  expect(migrations.map(({ id }) => id)).toHaveLength(1);
  return migrations[0] as Migration;
};
const words = (text: string | undefined) => text?.replace(/\s+/g, ' ').trim();

test('the number decides the order, then the path; folders only tell names apart', () => {
  const files = ['10_b.sql', '9_a.sql', 'sub/9_a.sql', '2024/08_z.sql', 'V11__flyway.sql', '0012 größe.sql', '7.sql'];
  expect(ids(Object.fromEntries(files.map((name) => [name, 'SELECT 1;'])))).toEqual([
    '7',
    '2024/08_z',
    '9_a',
    'sub/9_a',
    '10_b',
    'V11__flyway',
    '0012 größe',
  ]);
});

test('a migration knows its parts', () => {
  expect(only({ '001_add users.sql': 'SELECT 1;\n' })).toMatchObject({
    id: '001_add users',
    version: '001',
    name: 'add users',
    path: 'migrations/001_add users.sql',
    checksum: 'b4e0497804e46e0a0b0b8c31975b062152d551bac49c3c2e80932567b4085dcd',
    down: undefined,
    execution: 'transaction',
  });
});

test('the id of an up script is that of the migration, unless there are both', () => {
  expect(ids({ '013_d.up.sql': '', '014_e.UP.sql': '', '015_scale_up.sql': '' })).toEqual([
    '013_d',
    '014_e',
    '015_scale_up',
  ]);
  expect(ids({ '013_d.up.sql': '', '013_d.sql': '' })).toEqual(['013_d', '013_d.up']);
});

test('a name with a line break in it is told as what it is', () => {
  const { migrations, ignored } = projectOf({ '015_new\nline.sql': '', '016_a.sql': '' });
  expect(migrations).toHaveLength(1);
  expect(ignored).toMatchObject([
    { reason: expect.stringContaining('line break'), suggestion: 'migrations/015_new_line.sql' },
  ]);
});

test('sample data among the migrations is a migration', () => {
  expect(ids({ '001_users.sql': '', '002_users_sample_data.sql': '', '003_seed.sql': '' })).toHaveLength(3);
});

describe('a down script', () => {
  const up = 'CREATE TABLE a ();';
  const down = 'DROP TABLE a;';

  test.each<[string, Record<string, string>]>([
    ['001_x.down.sql', { '001_x.sql': up, '001_x.down.sql': down }],
    ['001_x_down.sql', { '001_x.sql': up, '001_x_down.sql': down }],
    ['001_x-down.sql', { '001_x.sql': up, '001_x-down.sql': down }],
    ['001_x.rollback.sql', { '001_x.sql': up, '001_x.rollback.sql': down }],
    ['001_x_rollback.sql', { '001_x.sql': up, '001_x_rollback.sql': down }],
    ['001_x_up.sql with 001_x_down.sql', { '001_x_up.sql': up, '001_x_down.sql': down }],
    ['001_x.up.sql with 001_x.down.sql', { '001_x.up.sql': up, '001_x.down.sql': down }],
    ['down/001_x.sql', { '001_x.sql': up, 'down/001_x.sql': down }],
    ['rollbacks/001_x.sql', { '001_x.sql': up, 'rollbacks/001_x.sql': down }],
    ['up/001_x.sql with down/001_x.sql', { 'up/001_x.sql': up, 'down/001_x.sql': down }],
    ['rollback/001_x.down.sql', { '001_x.sql': up, 'rollback/001_x.down.sql': down }],
    ['rollback/001_rollback_x.sql, by its number', { '001_x.sql': up, 'rollback/001_rollback_x.sql': down }],
    ['001_down.sql', { '001_x.sql': up, '001_down.sql': down }],
    ['001_drop_a.down.sql, by its number', { '001_create_a.sql': up, '001_drop_a.down.sql': down }],
    ['U001__x.sql', { 'V001__x.sql': up, 'U001__x.sql': down }],
    ['U001_x.sql', { '001_x.sql': up, 'U001_x.sql': down }],
    ['-- migrate:up/down', { '001_x.sql': `-- migrate:up\n${up}\n-- migrate:down\n${down}\n` }],
    ['-- Up/Down Migration', { '001_x.sql': `-- Up Migration\n${up}\n-- Down Migration\n${down}\n` }],
    ['-- +goose Up/Down', { '001_x.sql': `-- +goose Up\n${up}\n-- +goose Down\n${down}\n` }],
    ['-- +migrate Up/Down', { '001_x.sql': `-- +migrate Up\n${up}\n-- +migrate Down\n${down}\n` }],
    ['-- up/-- down', { '001_x.sql': `-- up\n${up}\n-- down\n${down}\n` }],
    ['-- UP:/-- DOWN:', { '001_x.sql': `-- UP:\r\n${up}\r\n-- DOWN:\r\n${down}\r\n` }],
    ['a lone -- migrate:down', { '001_x.sql': `${up}\n-- migrate:down\n${down}\n` }],
    ["tern's divider", { '001_x.sql': `${up}\n---- create above / drop below ----\n${down}\n` }],
    ['-- Rollback in comments', { '001_x.sql': `${up}\n-- Rollback\n-- ${down}\n` }],
    ['/* Rollback */', { '001_x.sql': `${up}\n/* Rollback\n${down}\n*/` }],
    ['-- Down Migration with SQL in comments', { '001_x.sql': `${up}\n-- Down Migration\n-- ${down}\n` }],
  ])('is found as %s', (_, files) => {
    const migration = only(files);
    expect(words(migration.down?.text)).toMatch(/^(?:--.*)?DROP TABLE a;$/);
    expect(words(migration.up.text)).toMatch(/CREATE TABLE a \(\);/);
    if (migration.down?.path === migration.path)
      expect(migration.down.text).toHaveLength(files['001_x.sql']?.length ?? -1);
    else expect(migration.up.text).toBe(up);
    expect(projectOf(files).ignored).toEqual([]);
  });

  test('in a file of its own wins over one in comments', () => {
    const files = { '001_x.sql': `${up}\n-- Rollback\n-- DROP TABLE b;`, '001_x.down.sql': down };
    expect(only(files).down?.path).toBe('migrations/001_x.down.sql');
  });

  test('of a section is not part of the up script', () => {
    const { up: script } = only({ '001_x.sql': `-- up\n${up}\n-- down\n${down}\n` });
    expect(script.text).not.toContain('DROP');
  });

  test('may be empty', () => {
    expect(only({ '001_x.sql': `-- up\n${up}\n-- down\n` }).down?.text.trim()).toBe('-- down');
  });

  test('is not what merely sounds like one', () => {
    const files = { '001_scale_down.sql': up, '002_scale_up.sql': up, '003_allow_rollback.sql': up };
    expect(ids(files)).toEqual(['001_scale_down', '002_scale_up', '003_allow_rollback']);
  });

  test('without its up script is told, and so is a second one', () => {
    const files = { '001_x.sql': up, '001_x.down.sql': down, 'down/001_x.sql': down, '002_y.down.sql': down };
    expect(projectOf(files).ignored).toEqual([
      expect.objectContaining({ path: 'migrations/002_y.down.sql', reason: 'A down script without its up script' }),
      expect.objectContaining({ path: 'migrations/down/001_x.sql', reason: expect.stringContaining('second') }),
    ]);
  });

  test('that prose rules out makes the migration irreversible', () => {
    const { directives, down: script } = only({ '001_x.sql': `${up}\n-- Rollback: not possible\n` });
    expect(script).toBeUndefined();
    expect(directives.irreversible).toEqual(expect.objectContaining({ reason: 'not possible', line: 2 }));
  });

  test('below a lone -- down is a problem to be told: the SQL runs with the rest', () => {
    const migration = only({ '001_x.sql': `${up}\n-- down\n${down}\n` });
    expect(migration.directives.problems).toEqual([expect.objectContaining({ line: 2 })]);
    expect(migration.up.text).toContain('DROP');
  });
});

describe('a transaction', () => {
  test.each<[string, Record<string, string>, string, string | undefined]>([
    ['is the rule', { '1_x.sql': 'SELECT 1;' }, 'transaction', undefined],
    ['is not for -- lockstep: no-transaction', { '1_x.sql': '-- lockstep: no-transaction\n' }, 'autocommit', undefined],
    ['nor for another tool’s marker', { '1_x.sql': '-- atlas:txmode none\n' }, 'autocommit', undefined],
    [
      'is a matter of each file',
      { '1_x.sql': '-- lockstep: no-transaction\n', '1_x.down.sql': '' },
      'autocommit',
      'transaction',
    ],
    [
      'also the other way round',
      { '1_x.sql': '', '1_x.down.sql': '-- lockstep: no-transaction\n' },
      'transaction',
      'autocommit',
    ],
    [
      'is a matter of each section with dbmate’s markers',
      { '1_x.sql': '-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down\nSELECT 2;' },
      'autocommit',
      'transaction',
    ],
    [
      'is the same for a down script in comments',
      { '1_x.sql': '-- lockstep: no-transaction\nSELECT 1;\n-- Rollback\n-- SELECT 2;' },
      'autocommit',
      undefined,
    ],
  ])('%s', (_, files, execution, downExecution) => {
    const migration = only(files);
    expect(migration.execution).toBe(execution);
    expect(migration.downExecution).toBe(downExecution);
  });
});

describe('a file that nothing runs and that looks like a migration is told', () => {
  test.each([
    ['add_users.sql', '013_add_users.sql'],
    ['R__view.sql', '013_view.sql'],
    ['sub/add.sql', 'sub/013_add.sql'],
    ['013_x.SQL', '013_x.sql'],
    ['013_x.sql.txt', '013_x.sql'],
    ['013_x.sql~', '013_x.sql'],
    ['013_x.sql.bak', '013_x.sql'],
    ['2fa.sql', '013_fa.sql'],
  ])('%s should be %s', (name, suggestion) => {
    const { migrations, ignored } = projectOf({ '012_x.sql': '', [name]: '' });
    expect(migrations).toHaveLength(1);
    expect(ignored).toEqual([
      expect.objectContaining({ path: `migrations/${name}`, suggestion: `migrations/${suggestion}` }),
    ]);
  });

  test('one underscore among Flyway’s two', () => {
    const { migrations, ignored } = projectOf({ 'V1__a.sql': '', 'V2_b.sql': '' });
    expect(migrations.map(({ id }) => id)).toEqual(['V1__a']);
    expect(ignored).toEqual([expect.objectContaining({ suggestion: 'migrations/V2__b.sql' })]);
  });

  test.each([
    'README.md',
    '.gitkeep',
    '.001_x.sql.swp',
    'schema.sql',
    'structure.sql',
    'atlas.sum',
    'meta/_journal.json',
    '012_x.sql~',
    '012_x.sql.bak',
    '012_x.ts',
  ])('but %s is no concern', (name) => {
    expect(projectOf({ '012_x.sql': '', [name]: '' }).ignored).toEqual([]);
  });
});

test('a file that is no text hides no other', () => {
  const { migrations } = projectOf({ '1_a.sql': Buffer.from('SELECT 1;\0'), '2_b.sql': 'SELECT 2;' });
  expect(migrations[0]?.up).toEqual({
    path: 'migrations/1_a.sql',
    text: '',
    unreadable: { reason: 'nul-byte', line: 1, column: 10 },
  });
  expect(migrations[1]?.up.text).toBe('SELECT 2;');
});

test('placeholders are replaced, and the checksum stays that of the file', () => {
  const { migrations } = projectOf({ '1_a.sql': 'GRANT a TO :OWNER;' }, 'numbered', { OWNER: 'app' });
  expect(migrations[0]?.up.text).toBe('GRANT a TO app;');
  expect(migrations[0]?.checksum).toBe(only({ '1_a.sql': 'GRANT a TO :OWNER;' }).checksum);
});
