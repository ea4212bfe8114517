import { beforeAll, expect, test } from 'vitest';
import { targetsOf } from '../../../../src/judgement/surprise/targets.ts';
import { loadParser, parseSql } from '../../../../src/project/sql.ts';

beforeAll(loadParser);

test.each([
  ['drop table if exists a, s.b cascade', ['table a? !', 'table s.b? !']],
  ['drop index concurrently s.i', ['index s.i']],
  ['drop function f(int, s.t[])', ['function f(integer, t[])']],
  ['drop routine f', ['function f']],
  ['drop trigger t on s.a', ['trigger s.a.t']],
  ['drop type s.t', ['enum s.t']],
  ['drop schema if exists s', ['schema s?']],
  [
    'alter table only s.t drop column if exists c cascade, drop constraint k, add d int',
    ['column s.t.c? !', 'constraint s.t.k'],
  ],
  ['alter table t add constraint k unique using index i', ['index i']],
  ['alter domain d drop constraint c', ['domain constraint d.c']],
  ['alter table t rename to u', ['table t -> u']],
  ['alter table if exists s.t rename column a to b', ['column s.t.a? -> s.t.b']],
  ['alter type t rename attribute a to b', ['attribute t.a -> t.b']],
  ['alter table t rename constraint a to b', ['constraint t.a -> t.b']],
  ['alter type s.t rename to u', ['enum s.t -> s.u']],
  ['alter trigger a on t rename to b', ['trigger t.a -> t.b']],
  ['alter function f(int) rename to g', ['function f(integer) -> g']],
  ['alter table t set schema s', ['table t -> s.t']],
  ['alter schema a rename to b', ['schema a -> b']],
  ['drop operator s.=== (int, text)', ['operator s.===(integer, text)']],
  ['drop operator class if exists s.c using btree cascade', ['operator class s.c? !']],
  ['drop operator family f using hash', ['operator family f']],
  ['drop conversion s.c', ['conversion s.c']],
  ['drop text search parser s.p', ['text search parser s.p']],
  ['drop language l', ['language l']],
  ['create table t (a int)', []],
])('what a statement names: %s', (sql, expected) => {
  const [statement] = parseSql(sql).statements ?? [];
  const words = statement ? targetsOf(statement) : [];
  expect(
    words.map(({ kinds, path, args, ifExists, cascade, becomes }) =>
      [
        `${kinds[0]} ${path.join('.')}${args === undefined ? '' : `(${args})`}${ifExists ? '?' : ''}`,
        ...(cascade ? ['!'] : []),
        ...(becomes ? [`-> ${becomes.join('.')}`] : []),
      ].join(' '),
    ),
  ).toEqual(expected);
});
