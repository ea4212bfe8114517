import { beforeAll, describe, expect, test } from 'vitest';
import { changeSet } from '../../../src/project/change-set.ts';
import { loadParser } from '../../../src/project/sql.ts';
import type { Change } from '../../../src/project/types.ts';
import { projectOf } from '../../support/project.ts';

beforeAll(loadParser);

type Files = Record<string, string | Buffer>;
/** The changes from `before` to `after`, in one line each; `tip` is what the base branch has become meanwhile. */
const changes = (before: Files, after: Files, tip: Files = before): string[] =>
  changeSet({ mergeBase: projectOf(before), tip: projectOf(tip), head: projectOf(after) }).changes.map(line);
const line = (change: Change): string => {
  switch (change.kind) {
    case 'added':
      return `added ${change.migration.id}`;
    case 'modified':
      return `modified ${change.migration.id} ${change.edit}`;
    case 'renamed':
      return `renamed ${change.before.id} to ${change.migration.id} ${change.edit}`;
    case 'deleted':
      return `deleted ${change.before.id}`;
  }
};

const a = 'CREATE TABLE a (b int);';
const b = 'CREATE TABLE b (c int);';

test.each<[string, Files, Files, string[]]>([
  ['nothing', { '1_a.sql': a }, { '1_a.sql': a }, []],
  ['new files, in their order', {}, { '10_b.sql': b, '9_a.sql': a }, ['added 9_a', 'added 10_b']],
  ['a deleted one, last', { '1_a.sql': a }, { '2_b.sql': b }, ['added 2_b', 'deleted 1_a']],
  ['a renamed one', { '1_a.sql': a }, { '2_a.sql': a }, ['renamed 1_a to 2_a none']],
  ['one moved to a sub-folder', { '1_a.sql': a }, { 'x/1_a.sql': a }, ['renamed 1_a to x/1_a none']],
  ['one renamed and tidied up', { '1_a.sql': a }, { '2_z.sql': `-- tidy\n${a}` }, ['renamed 1_a to 2_z cosmetic']],
  [
    'one renamed and edited, by its version',
    { '1_a.sql': `${a}\n${b}\nSELECT 1;` },
    { '1_z.sql': `${a}\n${b}\nSELECT 2;` },
    ['renamed 1_a to 1_z meaning'],
  ],
  ['another one in its place is none renamed', { '1_a.sql': a }, { '1_z.sql': b }, ['added 1_z', 'deleted 1_a']],
  ['a copy is new', { '1_a.sql': a }, { '1_a.sql': a, '2_a.sql': a }, ['added 2_a']],
  [
    'two with the same text, told apart by their names',
    { '1_a.sql': a, '2_z.sql': a },
    { '3_z.sql': a, '4_q.sql': a },
    ['renamed 1_a to 3_z none', 'renamed 2_z to 4_q none'],
  ],
  [
    'two with the same text, moved',
    { '1_a.sql': a, '2_z.sql': a },
    { 'x/1_a.sql': a, 'x/2_z.sql': a },
    ['renamed 1_a to x/1_a none', 'renamed 2_z to x/2_z none'],
  ],
  ['empty files are alike by chance', { '1_a.sql': '' }, { '2_b.sql': '' }, ['added 2_b', 'deleted 1_a']],
  [
    'an up file that becomes a pair',
    { '1_a.sql': a },
    { '1_a.up.sql': a, '1_a.down.sql': b },
    ['renamed 1_a to 1_a down'],
  ],
])('%s', (_, before, after, expected) => {
  expect(changes(before, after)).toEqual(expected);
});

describe('an edit', () => {
  test.each<[string, string | Buffer, string | Buffer, string]>([
    ['of a column', a, 'CREATE TABLE a (b bigint);', 'meaning'],
    ['of comments', a, `-- why\n${a}`, 'cosmetic'],
    ['of white space and case', a, 'create table a(\n  b int\n);', 'cosmetic'],
    ['of the line endings', `${a}\nDO $$ BEGIN\nEND $$;`, `${a}\r\nDO $$ BEGIN\r\nEND $$;`, 'cosmetic'],
    ['of the byte order mark', a, `\ufeff${a}`, 'cosmetic'],
    ['of a list in brackets', 'SELECT ARRAY[1,2] = b;', 'SELECT ARRAY[1, 2]  =  b;', 'cosmetic'],
    ['of a string', "SELECT 'a';", "SELECT 'b';", 'meaning'],
    ['of a number that looks like a place', 'SELECT 1;', 'SELECT 2;', 'meaning'],
    ['of a tablespace’s place', "CREATE TABLESPACE t LOCATION '/a';", "CREATE TABLESPACE t LOCATION '/b';", 'meaning'],
    ['of white space in a function body', 'DO $$ BEGIN END $$;', 'DO $$  BEGIN END $$;', 'meaning'],
    ['of what does not parse', 'SELEC 1;', 'SELEC  1;', 'meaning'],
    ['of what is no text', Buffer.from('a\0'), Buffer.from('ab\0'), 'meaning'],
    ['of the down section', `-- up\n${a}\n-- down\n`, `-- up\n${a}\n-- down\nDROP TABLE a;`, 'down'],
    [
      'of comments in the down section',
      `-- up\n${a}\n-- down\nSELECT 1;`,
      `-- up\n${a}\n-- down\nSELECT 1; --`,
      'cosmetic',
    ],
    ['of the rollback block', `${a}\n-- Rollback: DROP TABLE b;`, `${a}\n-- Rollback: DROP TABLE a;`, 'down'],
  ])('%s is told as such', (_, before, after, edit) => {
    expect(changes({ '1_a.sql': before }, { '1_a.sql': after })).toEqual([`modified 1_a ${edit}`]);
  });

  test.each<[string, Files, Files, string]>([
    ['of the down file', { '1_a.down.sql': 'SELECT 1;' }, { '1_a.down.sql': 'SELECT 2;' }, 'down'],
    ['of comments in it', { '1_a.down.sql': 'SELECT 1;' }, { '1_a.down.sql': 'SELECT 1; --' }, 'cosmetic'],
    ['that adds it', {}, { '1_a.down.sql': 'SELECT 1;' }, 'down'],
    ['that takes it away', { '1_a.down.sql': 'SELECT 1;' }, {}, 'down'],
    ['that moves it', { '1_a.down.sql': 'SELECT 1;' }, { 'down/1_a.sql': 'SELECT 1;' }, 'cosmetic'],
  ])('%s is one of the migration', (_, before, after, edit) => {
    expect(changes({ '1_a.sql': a, ...before }, { '1_a.sql': a, ...after })).toEqual([`modified 1_a ${edit}`]);
  });
});

describe('what stands at the base’s tip already', () => {
  test.each<[string, Files, Files, Files, string[]]>([
    ['is no news', {}, { '1_a.sql': a, '2_b.sql': b }, { '1_a.sql': a }, ['added 2_b']],
    ['is news with other content', {}, { '1_a.sql': a }, { '1_a.sql': b }, ['added 1_a']],
    ['may be an edit that was made there, too', { '1_a.sql': a }, { '1_a.sql': b }, { '1_a.sql': b }, []],
    ['may be gone there, too', { '1_a.sql': a }, {}, {}, []],
    ['and only there is no deletion here', {}, {}, { '1_a.sql': a }, []],
    ['may be a rename that was made there, too', { '1_a.sql': a }, { '2_a.sql': a }, { '2_a.sql': a }, []],
    ['and was edited there is not edited here', { '1_a.sql': a }, { '1_a.sql': a }, { '1_a.sql': b }, []],
  ])('%s', (_, before, after, tip, expected) => {
    expect(changes(before, after, tip)).toEqual(expected);
  });
});

test('files that nothing runs are told when they are new or edited', () => {
  const head = { '1_a.sql': a, 'old.sql': 'x', 'edited.sql': 'y', 'new.sql': 'z', 'tip.sql': 't' };
  const { ignored, base } = changeSet({
    mergeBase: projectOf({ 'old.sql': 'x', 'edited.sql': 'x' }),
    tip: projectOf({ 'old.sql': 'x', 'edited.sql': 'x', 'tip.sql': 't' }),
    head: projectOf(head),
  });
  expect(ignored.map(({ path }) => path)).toEqual(['migrations/edited.sql', 'migrations/new.sql']);
  expect(base.ignored).toHaveLength(3);
});
