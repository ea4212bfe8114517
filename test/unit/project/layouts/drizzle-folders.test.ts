import { beforeAll, describe, expect, test } from 'vitest';
import { bookkeepingOf } from '../../../../src/project/layouts/bookkeeping.ts';
import { drizzleFolders } from '../../../../src/project/layouts/drizzle-folders.ts';
import { recordFacts } from '../../../../src/project/layouts/record-facts.ts';
import { loadParser, parseScript } from '../../../../src/project/sql.ts';
import { projectOf } from '../../../support/project.ts';

beforeAll(loadParser);

const read = (folders: Record<string, string>) =>
  projectOf(
    Object.fromEntries(Object.entries(folders).map(([name, sql]) => [`${name}/migration.sql`, sql])),
    'drizzle-1',
  ).migrations;

test('folders are migrations, by name; marks divide their statements', () => {
  const migrations = read({
    '20250102000000_b': 'SELECT 1\n--> statement-breakpoint\nSELECT 2',
    '20250101000000_a': '',
  });
  expect(migrations.map(({ id, name }) => [id, name])).toEqual([
    ['20250101000000_a', 'a'],
    ['20250102000000_b', 'b'],
  ]);
  expect(migrations[1]).toMatchObject({ execution: 'transaction', toolFacts: { createdAt: '1735776000000' } });
  expect(migrations[1] && parseScript(migrations[1].up).statements).toHaveLength(2);
});

test('a name without the time is what Drizzle fails on', () => {
  expect(read({ init: '' })[0]?.sectionProblems).toMatchObject([
    { message: expect.stringContaining('begin with the time') },
  ]);
});

describe('its table', () => {
  const bookkeeping = bookkeepingOf(drizzleFolders, undefined);
  const [a, b, c] = ['20250101000000_a', '20250101000000_b', '20250102000000_c'];
  const known = read({ [a]: 'SELECT 1;', [b]: 'SELECT 2;', [c]: 'SELECT 3;' });
  const hash = (id: string) => known.find((migration) => migration.id === id)?.checksum;

  test('a row is known by its name', () => {
    const rows = [
      { id: 1, hash: hash(a), created_at: '1', name: a },
      { id: 2, hash: 'else', created_at: '2', name: b },
      { id: 3, hash: 'gone', created_at: '3', name: null },
    ];
    expect(bookkeeping?.history(rows, known)).toEqual({ applied: [a, b, '3'], failed: [], edited: [b] });
  });

  test('rows of 0.x get the name of their second, or of their hash', () => {
    const [first, last] = [Date.UTC(2025, 0, 1, 0, 0, 0, 999), Date.UTC(2025, 0, 2, 0, 0, 0, 5)].map(String);
    const rows = [
      { id: 1, hash: hash(b), created_at: first },
      { id: 2, hash: 'edited', created_at: last },
      { id: 3, hash: hash(a), created_at: '4' },
      { id: 4, hash: 'gone', created_at: '5' },
    ];
    expect(bookkeeping?.earlier?.history(rows, known)).toMatchObject({ applied: [b, c, a, '5'], edited: [c] });
    const upgrade = bookkeeping?.earlier?.upgrade(rows, known).split(';\n');
    expect(upgrade).toHaveLength(5);
    expect(upgrade?.[2]).toContain(`SET name = '${b}', applied_at = NULL WHERE id = 1`);
  });

  test('a row holds hash, time and name', () => {
    const [migration] = known;
    const facts = migration && recordFacts(migration, { role: 'deployer', previous: undefined });
    expect(migration && facts && bookkeeping?.record(migration, facts)).toContain(
      `VALUES ('${hash(a)}', 1735689600000, '${a}')`,
    );
  });
});
