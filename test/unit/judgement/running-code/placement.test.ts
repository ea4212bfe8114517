import { beforeAll, expect, test } from 'vitest';
import { alters, type Blame, isOfKind, Placement } from '../../../../src/judgement/running-code/placement.ts';
import type { Catalog, CatalogObject } from '../../../../src/postgres/catalog/catalog.ts';
import { keyOf } from '../../../../src/postgres/catalog/catalog.ts';
import { loadParser, parseSql } from '../../../../src/project/sql.ts';

beforeAll(loadParser);

const column: CatalogObject = {
  kind: 'column',
  schema: 'public',
  path: ['public', 'users', 'nick'],
  name: 'public.users.nick',
  table: 'public.users',
  facts: {},
};
const table: CatalogObject = {
  kind: 'table',
  schema: 'public',
  path: ['public', 'users'],
  name: 'public.users',
  facts: {},
};
const catalog: Catalog = {
  objects: new Map([table, column].map((object) => [keyOf(object), object])),
  columnOrder: new Map(),
  cluster: '',
  identities: new Map(),
};

/** The number of the statement, from 1. */
function laidTo(sql: string, blame: Blame): number | undefined {
  const { statements = [] } = parseSql(sql);
  const found = new Placement(statements, catalog, ['public']).find(blame);
  return found && found.index + 1;
}

test.each<[string, string, Blame, number | undefined]>([
  [
    'the statement that names its target, be it called otherwise by then',
    'select 1; alter table users rename to people; alter table people drop column nick; create index nick on people (id)',
    { target: column, words: [['nick']] },
    3,
  ],
  [
    'the last one that holds all the words and does such a thing',
    'alter table users add column b int; alter table users add column a int; alter table users alter a set default 1; comment on column users.a is null',
    { words: [['users', 'a']], does: alters('AT_AddColumn') },
    2,
  ],
  [
    'words in any case, whole words alone',
    'create index on users_old (id); CREATE INDEX ON Users (id)',
    { words: [['users']] },
    2,
  ],
  [
    'names that need quotes',
    'create table "my table" (id int); create table my (id int)',
    { words: [['my table']] },
    1,
  ],
  [
    'the second choice of words',
    'create table notes (id int); create table tags (id int)',
    { words: [['notes_id_fkey'], ['notes']], does: isOfKind('CreateStmt') },
    1,
  ],
  [
    'a block that mentions it, where no statement does',
    "select 1; do $$ begin execute 'select 1'; end $$; do $$ begin execute 'alter table users add a int'; end $$",
    { words: [['users', 'a']], does: alters('AT_AddColumn') },
    3,
  ],
  ['the first one, where nothing fits', 'create table a (id int); create table b (id int)', { words: [['x']] }, 1],
  ['rows are not to blame', 'insert into users values (1); create table b (id int)', { words: [['users']] }, 2],
  ['nothing, in an empty script', '', { words: [['x']] }, undefined],
])('%s', (_, sql, blame, expected) => expect(laidTo(sql, blame)).toBe(expected));
