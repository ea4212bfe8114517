import { expect, test } from 'vitest';
import { type Catalog, type CatalogObject, joinNames, keyOf } from '../../../../src/postgres/catalog/catalog.ts';
import { compare, isSame } from '../../../../src/postgres/catalog/compare.ts';

type Entry = readonly [
  kind: CatalogObject['kind'],
  path: readonly string[],
  facts: Readonly<Record<string, string>>,
  identity?: string,
];

function catalog(cluster: string, entries: readonly Entry[]): Catalog {
  const objects = new Map<string, CatalogObject>();
  const identities = new Map<string, string>();
  const columnOrder = new Map<string, string[]>();
  for (const [kind, path, facts, identity] of entries) {
    const table = path.length > 2 ? joinNames(path.slice(0, 2)) : undefined;
    const object = { kind, schema: path[0] ?? '', path, name: joinNames(path), facts, ...(table && { table }) };
    objects.set(keyOf(object), object);
    if (identity) identities.set(keyOf(object), identity);
    if (kind === 'column' && table) columnOrder.set(table, [...(columnOrder.get(table) ?? []), path[2] ?? '']);
  }
  return { cluster, objects, identities, columnOrder };
}

const USERS: readonly Entry[] = [
  ['table', ['public', 'users'], { owner: 'a' }, '1'],
  ['column', ['public', 'users', 'id'], { type: 'integer' }, '1.1'],
  ['column', ['public', 'users', 'nick'], { type: 'text' }, '1.2'],
  ['constraint', ['public', 'users', 'short'], { definition: 'CHECK (length(nick) < 9)' }, '2'],
  ['view', ['public', 'nicks'], { definition: 'SELECT users.nick FROM public.users' }, '3'],
];
const PEOPLE: readonly Entry[] = [
  ['table', ['public', 'people'], { owner: 'a' }, '1'],
  ['column', ['public', 'people', 'id'], { type: 'integer' }, '1.1'],
  ['column', ['public', 'people', 'alias'], { type: 'text' }, '1.2'],
  ['constraint', ['public', 'people', 'short'], { definition: 'CHECK (length(alias) < 9)' }, '2'],
  ['view', ['public', 'nicks'], { definition: 'SELECT people.alias FROM public.people' }, '3'],
];

test('in one cluster a rename is seen as one, and nothing that only follows it', () => {
  const { added, dropped, changed, renamed } = compare(catalog('c', USERS), catalog('c', PEOPLE));
  expect([added, dropped, changed]).toEqual([[], [], []]);
  expect(renamed.map(({ before, after }) => `${before.name} -> ${after.name}`)).toEqual([
    'public.users -> public.people',
    'public.users.nick -> public.people.alias',
  ]);
});

test('a role that is renamed hides no table that moves between schemas of the same names', () => {
  const schemas: readonly Entry[] = [
    ['schema', ['app'], {}, '3'],
    ['schema', ['web'], {}, '4'],
  ];
  const before = catalog('c', [...schemas, ['role', ['app'], {}, '1'], ['table', ['app', 't'], {}, '2']]);
  const after = catalog('c', [...schemas, ['role', ['web'], {}, '1'], ['table', ['web', 't'], {}, '2']]);
  expect(compare(before, after).renamed.map(({ after: { kind, name } }) => `${kind} ${name}`)).toEqual([
    'role web',
    'table web.t',
  ]);
});

test('between two clusters the same identity means nothing', () => {
  const { added, dropped, renamed } = compare(catalog('c', USERS), catalog('d', PEOPLE));
  expect(added.map(({ name }) => name)).toEqual([
    'public.people',
    'public.people.id',
    'public.people.alias',
    'public.people.short',
  ]);
  expect(dropped).toHaveLength(4);
  expect(renamed).toEqual([]);
});

test('dropped and made again is the same: identities do not count', () => {
  const again = USERS.map(([kind, path, facts]): Entry => [kind, path, facts, `new ${path.join()}`]);
  expect(isSame(compare(catalog('c', USERS), catalog('c', again)))).toBe(true);
});

test('two tables that change names are two changed tables', () => {
  const before: readonly Entry[] = [
    ['table', ['public', 'a'], { comment: 'first' }, '1'],
    ['table', ['public', 'b'], { comment: 'second' }, '2'],
  ];
  const after: readonly Entry[] = [
    ['table', ['public', 'a'], { comment: 'second' }, '2'],
    ['table', ['public', 'b'], { comment: 'first' }, '1'],
  ];
  expect(compare(catalog('c', before), catalog('c', after)).changed.map(({ after: { name } }) => name)).toEqual([
    'public.a',
    'public.b',
  ]);
});

test('another order of columns is told apart, and is no difference', () => {
  const columns = (...names: readonly string[]): readonly Entry[] =>
    names.map((name): Entry => ['column', ['public', 't', name], { type: 'text' }]);
  const difference = compare(catalog('c', columns('a', 'gone', 'b', 'c')), catalog('c', columns('c', 'a', 'new', 'b')));
  expect(difference.reordered).toEqual([{ table: 'public.t', before: ['a', 'b', 'c'], after: ['c', 'a', 'b'] }]);
  const same = compare(catalog('c', columns('a', 'b')), catalog('c', columns('b', 'a')));
  expect([isSame(same), same.reordered.length]).toEqual([true, 1]);
});

test.each([
  ['plpgsql', 'begin\n  return 1;\nend', 'begin\n\treturn 1; \r\n\nend', true],
  ['plpgsql', 'begin\n  return 1;\nend', 'begin\n  return 2;\nend', false],
  ['plpython3u', 'if x:\n  return 1  ', 'if x:\n  return 1', true],
  ['plpython3u', 'if x:\n  return 1', 'if x:\nreturn 1', false],
])('white space in %s functions: %j and %j', (language, before, after, same) => {
  const make = (definition: string): Catalog => catalog('c', [['function', ['public', 'f'], { language, definition }]]);
  expect(isSame(compare(make(before), make(after)))).toBe(same);
});

test('the same values compare equal however often: a catalog with itself', () => {
  expect(isSame(compare(catalog('c', USERS), catalog('c', USERS)))).toBe(true);
});
