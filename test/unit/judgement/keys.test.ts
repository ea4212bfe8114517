import { describe, expect, it, test } from 'vitest';
import { columnOf, foreignKey, indexShape } from '../../../src/judgement/keys.ts';
import type { CatalogObject } from '../../../src/postgres/catalog/catalog.ts';

const object = (kind: 'index' | 'constraint', facts: Readonly<Record<string, string>>): CatalogObject => ({
  kind,
  schema: 'public',
  path: kind === 'index' ? ['public', 'i'] : ['public', 't', 'i'],
  name: 'public.i',
  table: 'public.t',
  facts,
});

const index = (definition: string, facts: Readonly<Record<string, string>> = {}) =>
  indexShape(object('index', { definition, ...facts }));
const constraint = (type: string, definition: string, facts: Readonly<Record<string, string>> = {}) =>
  object('constraint', { type, definition, ...facts });

describe('an index', () => {
  test.each([
    ['btree (a)', { method: 'btree', columns: ['a'], include: [], predicate: undefined }],
    ['btree (a, b DESC NULLS LAST) INCLUDE (c, d)', { columns: ['a', 'b DESC NULLS LAST'], include: ['c', 'd'] }],
    ['gin (tags jsonb_path_ops) WITH (fastupdate=off)', { method: 'gin', columns: ['tags jsonb_path_ops'] }],
    [
      "btree (lower(concat(a, ', )')), \"x, (y\") WHERE ((s = 'a'::text) AND (b IS NOT NULL))",
      {
        columns: ["lower(concat(a, ', )'))", '"x, (y"'],
        predicate: "((s = 'a'::text) AND (b IS NOT NULL))",
      },
    ],
    ['btree (a) NULLS NOT DISTINCT WHERE (a > 0)', { nullsNotDistinct: true, predicate: '(a > 0)' }],
  ])('%s', (definition, expected) => {
    expect(index(definition)).toMatchObject({ unique: false, valid: true, ...expected });
  });

  it('is unique, invalid or not ready as its facts say', () => {
    expect(index('btree (a)', { unique: 'unique' })?.unique).toBe(true);
    expect(index('btree (a)', { validity: 'invalid' })?.valid).toBe(false);
    expect(index('btree (a)', { readiness: 'not ready' })?.valid).toBe(false);
  });

  test.each([
    ['primary key', 'PRIMARY KEY (a, b)', { unique: true, method: 'btree', columns: ['a', 'b'] }],
    ['unique', 'UNIQUE NULLS NOT DISTINCT (a) INCLUDE (b)', { nullsNotDistinct: true, columns: ['a'], include: ['b'] }],
    ['exclude', 'EXCLUDE USING gist (room WITH =, during WITH &&)', { unique: false, method: 'gist' }],
  ])('stands behind a constraint: %s', (type, definition, expected) => {
    expect(indexShape(constraint(type, definition))).toMatchObject(expected);
  });

  it('stands behind no other constraint', () => {
    expect(indexShape(constraint('check', 'CHECK (a > 0)'))).toBeUndefined();
    expect(indexShape(constraint('foreign key', 'FOREIGN KEY (a) REFERENCES u(id)'))).toBeUndefined();
  });
});

test.each([
  ['a', 'a'],
  ['a DESC', 'a'],
  ['"Order" text_pattern_ops', 'Order'],
  ['"a""b"', 'a"b'],
  ['lower(a)', undefined],
  ['(a + b)', undefined],
])('the column of %s is %s', (part, column) => expect(columnOf(part)).toBe(column));

test.each([
  [
    'FOREIGN KEY (user_id) REFERENCES public.users(id)',
    { columns: ['user_id'], references: 'public.users', referenced: ['id'], onDelete: undefined },
  ],
  [
    'FOREIGN KEY (a, "B") REFERENCES app."My Users"(x, y) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE',
    { columns: ['a', 'B'], references: 'app."My Users"', referenced: ['x', 'y'], onDelete: 'SET NULL' },
  ],
  [
    'FOREIGN KEY (id, PERIOD valid) REFERENCES public.rooms(id, PERIOD valid)',
    { columns: ['id', 'valid'], referenced: ['id', 'valid'] },
  ],
])('%s', (definition, expected) => {
  expect(foreignKey(constraint('foreign key', definition))).toMatchObject({ table: 'public.t', ...expected });
});
