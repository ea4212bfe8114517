import { beforeAll, describe, expect, test } from 'vitest';
import { historyChanges } from '../../../../src/lint/rules/history.ts';
import { golangMigrate } from '../../../../src/project/layouts/golang-migrate.ts';
import { numbered } from '../../../../src/project/layouts/numbered.ts';
import { loadParser } from '../../../../src/project/sql.ts';
import type { Change, ChangeSet, Migration } from '../../../../src/project/types.ts';
import type { Policy } from '../../../../src/settings/types.ts';
import { added, changeSet, migration } from '../../../support/change-set.ts';

beforeAll(loadParser);

const before = migration('migrations/002_b.sql', 'CREATE TABLE b ();\nCREATE TABLE c ();\n');
const after = migration('migrations/002_b.sql', 'CREATE TABLE b ();\nCREATE TABLE c (\n  id int\n);\n');
const elsewhere = migration('migrations/003_b.sql', 'CREATE TABLE b ();\nCREATE TABLE c ();\n');

const edited: Change = { kind: 'modified', migration: after, before, edit: 'meaning' };
const deleted: Change = { kind: 'deleted', before };
const renamed: Change = { kind: 'renamed', migration: elsewhere, before, edit: 'none' };

function found(change: Change, accepted: Policy['historyAccept'] = []) {
  return historyChanges(changeSet([change], { base: [before] }), numbered, accepted);
}

test.each<[string, Change, object]>([
  ['an edited statement', edited, { rule: 'migration-edited', severity: 'block', line: 2, endLine: 4, statement: 1 }],
  ['an edited comment', { ...edited, edit: 'cosmetic' }, { rule: 'migration-edited-cosmetic', severity: 'warn' }],
  ['a deleted file', deleted, { rule: 'migration-deleted', severity: 'block', path: before.path }],
  ['a renamed file', renamed, { rule: 'migration-renamed', severity: 'block', path: elsewhere.path }],
])('%s', (_, change, expected) => expect(found(change)).toMatchObject([expected]));

test('what the tool says of the checksum is told', () => {
  expect(found({ ...edited, edit: 'cosmetic' })[0]?.message).toContain(numbered.checksumNote);
});

test('an edited down script matters more when the up script shares its file', () => {
  const twin = { ...after, down: { path: 'migrations/002_b.down.sql', text: 'DROP TABLE b' } };
  const shared = { ...after, down: { path: after.path, text: 'DROP TABLE b' } };
  expect(found({ kind: 'modified', migration: twin, before, edit: 'down' })).toMatchObject([
    { rule: 'migration-edited-down', severity: 'info', path: 'migrations/002_b.down.sql' },
  ]);
  expect(found({ kind: 'modified', migration: shared, before, edit: 'down' })).toMatchObject([{ severity: 'warn' }]);
});

test.each([
  ['an edited line', '\n\nDROP TABLE b;\nDROP TABLE c;', '\n\nDROP TABLE b;\nDROP TABLE IF EXISTS c;\n', 4],
  ['a new script', undefined, '\n\n\nDROP TABLE b;\n', 4],
  [
    'a part that has moved down, where it differs',
    'DROP TABLE b;\nDROP TABLE c;\n',
    '\n\nDROP TABLE b;\nDROP TABLE d;\n',
    4,
  ],
  ['the last line of one that has lost its end', '\nDROP TABLE b;\nDROP TABLE c;', '\nDROP TABLE b;\n', 2],
])('an edited down script is found at its first change: %s', (_, old, text, line) => {
  const path = 'migrations/002_b.down.sql';
  const was = { ...before, down: old === undefined ? undefined : { path, text: old } };
  const change: Change = {
    kind: 'modified',
    migration: { ...before, down: { path, text } },
    before: was,
    edit: 'down',
  };
  expect(found(change)).toMatchObject([{ rule: 'migration-edited-down', path, line, endLine: line }]);
});

describe('history.accept', () => {
  const accepted = [{ path: 'migrations/002_b.sql', reason: 'never left the branch' }];

  test.each([
    ['edited', edited],
    ['deleted', deleted],
    ['renamed', renamed],
  ])('releases what is %s, with its reason', (_, change) => {
    expect(found(change, accepted)).toMatchObject([
      { severity: 'block', suppressed: { reason: 'never left the branch' } },
    ]);
  });

  test('of another file releases nothing', () => {
    expect(found(deleted, [{ path: 'migrations/001_a.sql', reason: 'x' }])[0]?.suppressed).toBeUndefined();
  });

  test.each([
    ['edited', edited],
    ['deleted', deleted],
    ['renamed', renamed],
  ])('never: what is %s is not released, and nobody is told to', (_, change) => {
    const [one] = found(change, 'never');
    expect(one).toMatchObject({ severity: 'block' });
    expect(one?.suppressed).toBeUndefined();
    expect(`${one?.help} ${one?.suggestion}`).not.toMatch(/release|history|accept/);
  });
});

describe('what the history does not notice is no block', () => {
  const golang = (path: string): Migration => ({ ...migration(path, 'SELECT 1'), id: path, version: '000002' });

  test('a new name beside the same version, where the tool records the version', () => {
    const change: Change = {
      kind: 'renamed',
      before: golang('m/000002_a.up.sql'),
      migration: golang('m/000002_b.up.sql'),
      edit: 'none',
    };
    expect(historyChanges(changeSet([change]), golangMigrate, [])).toMatchObject([
      { rule: 'migration-renamed', severity: 'info', message: expect.stringContaining('records the version') },
    ]);
    expect(historyChanges(changeSet([change]), numbered, [])).toMatchObject([{ severity: 'block' }]);
  });

  const moved = ['001_a.sql', '002_b.sql'].map((name): Change & { kind: 'renamed' } => {
    const old = migration(`migrations/${name}`, 'SELECT 1');
    const path = `db/migrations/${name}`;
    return { kind: 'renamed', before: old, migration: { ...old, path, up: { path, text: 'SELECT 1' } }, edit: 'none' };
  });
  const inNewFolder = (changes: readonly Change[]): ChangeSet => ({
    ...changeSet(changes),
    directory: 'db/migrations',
  });

  test('a folder that moved is told once', () => {
    expect(historyChanges(inNewFolder(moved), numbered, [])).toMatchObject([
      {
        rule: 'migration-renamed',
        severity: 'info',
        path: 'db/migrations/001_a.sql',
        message: expect.stringMatching(/moved from migrations to db\/migrations.*None of them runs again/),
      },
    ]);
  });

  test('but an edit on the way is an edit', () => {
    const [first, second] = moved as [Change & { kind: 'renamed' }, Change];
    const found = historyChanges(inNewFolder([{ ...first, edit: 'meaning' }, second]), numbered, []);
    expect(found.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual([
      'info migration-renamed',
      'block migration-edited',
    ]);
  });
});

test('a file that the tool ignores is named, with the name to give it', () => {
  const ignored = [{ path: 'migrations/x.sql', reason: 'its name has no version', suggestion: 'migrations/003_x.sql' }];
  expect(historyChanges(changeSet([], { ignored }), numbered, [])).toMatchObject([
    {
      rule: 'migration-ignored',
      severity: 'block',
      path: 'migrations/x.sql',
      message: expect.stringContaining('its name has no version'),
      suggestion: 'migrations/003_x.sql',
    },
  ]);
});

test('a new migration is no change of history', () => {
  expect(found(added('migrations/004_d.sql', 'SELECT 1'))).toEqual([]);
});
