import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { ruleNames } from '../../src/lint/catalogue.ts';
import { parseSuppression } from '../../src/lint/suppress.ts';
import { comments } from '../../src/project/comments.ts';
import { readDirectives } from '../../src/project/directives.ts';
import { layoutNamed, layoutNames, layouts } from '../../src/project/layouts/detect.ts';
import { numbered } from '../../src/project/layouts/numbered.ts';
import { loadParser, parseScript } from '../../src/project/sql.ts';
import type { Migration, RepoFile } from '../../src/project/types.ts';

/** docs/directives.md promises that certain files and comments are read: each of its examples is. */
const page = readFileSync(fileURLToPath(new URL('../../docs/directives.md', import.meta.url)), 'utf8');

function examples(kind: string): string[] {
  return [...page.matchAll(new RegExp(`\`\`\`sql ${kind}\\n([\\s\\S]*?)\`\`\``, 'g'))].flatMap(([, sql]) => sql ?? []);
}

function read(files: Readonly<Record<string, string>>): readonly Migration[] {
  const list = Object.entries(files).map(([path, text]): RepoFile => ({ path: `m/${path}`, bytes: Buffer.from(text) }));
  const project = numbered.read('m', list, { placeholders: {} });
  expect(project.ignored).toEqual([]);
  return project.migrations;
}

const rows = [...page.matchAll(/^\| `([^`]+\.sql)` \| `([^`]+\.sql)`/gm)].map(([, up = '', down = '']) => [up, down]);

describe('docs/directives.md', () => {
  beforeAll(loadParser);

  it('has a row for each layout, with the order in which it runs', () => {
    const found = [...page.matchAll(/^\| `([\w-]+)` \| .* \| ([^|]*) \|$/gm)];
    const rowOf = new Map(found.map(([, name = '', order = '']) => [name, order]));
    expect(layoutNames.filter((name) => !rowOf.has(name))).toEqual([]);
    for (const { name, order } of layouts)
      expect(rowOf.get(name), name).toMatch(order === 'lexical' ? /as text/ : /by number|as the journal/);
  });

  it.each([
    ['flyway', 'V1__x.sql'],
    ['numbered', '1_x.sql'],
    ['golang-migrate', '1_x.up.sql'],
    ['dbmate', '1_x.sql'],
    ['goose', '1_x.sql'],
    ['node-pg-migrate', '1_x.sql'],
    ['graphile-migrate', '000001-x.sql'],
    ['supabase', '20250101000000_x.sql'],
    ['atlas', '1_x.sql'],
  ])('says whether %s reads sub-folders', (tool, name) => {
    const [, told = ''] = /^Sub-folders are read with ([^.]*)\./m.exec(page) ?? [];
    const text = '-- migrate:up\n-- +goose Up\nSELECT 1;\n';
    const files = [{ path: `m/sub/${name}`, bytes: Buffer.from(text) }];
    const { migrations } = layoutNamed(tool).read('m', files, { placeholders: {} });
    expect(migrations.length > 0).toBe(told.includes(`\`${tool}\``));
  });

  test('its directives are understood', () => {
    const [text = ''] = examples('directives');
    expect(readDirectives({ path: 'x', comments: comments(text) })).toEqual({
      noTransaction: true,
      phase: 'contract',
      why: 'the old name has had no reader since release 42',
      irreversible: { reason: 'the values are gone', line: 3 },
      problems: [],
    });
  });

  it('lists the directives with their values as they are read', () => {
    const listed = [...page.matchAll(/^\| `(-- lockstep: [^`]*)`/gm)].map(([, comment = '']) => comment);
    expect(listed).toHaveLength(6);
    for (const comment of listed) {
      expect(readDirectives({ path: 'x', comments: comments(comment) }).problems, comment).toEqual([]);
    }
  });

  test.each(examples('no-transaction').flatMap((text) => text.trim().split('\n')))(
    'the marker %s means no transaction',
    (marker) => {
      const [migration] = read({ '001_x.sql': `${marker}\nSELECT 1;\n` });
      expect(migration?.execution).toBe('autocommit');
    },
  );

  test.each(examples('down'))('a down script is read in:\n%s', (text) => {
    const [migration] = read({ '001_x.sql': text });
    const kinds = [migration?.up, migration?.down].map(
      (script) => script && parseScript(script).statements?.map(({ kind }) => kind),
    );
    expect(kinds).toEqual([['CreateStmt'], ['DropStmt']]);
  });

  test.each(rows)('%s has its down script in %s', (up, down) => {
    const migrations = read({ [up]: 'SELECT 1;', [down]: 'SELECT 2;' });
    expect(migrations.map((migration) => [migration.path, migration.down?.path])).toEqual([[`m/${up}`, `m/${down}`]]);
  });

  it('has a row for each form of a down file', () => {
    expect(rows.length).toBeGreaterThanOrEqual(10);
  });

  test('prose in a rollback block is a reason', () => {
    const [text = ''] = examples('irreversible');
    const [migration] = read({ '001_x.sql': text });
    expect(migration?.directives.irreversible?.reason).toBe('restore the table from the backup of the day.');
  });

  test.each(examples('ignore'))('its comments release what they name:\n%s', (text) => {
    const found = comments(text).map((comment) => parseSuppression(comment));
    expect(found.flatMap((one) => one?.rules ?? []).filter((rule) => !ruleNames.includes(rule))).toEqual([]);
    expect(found.length).toBeGreaterThan(0);
    expect(found).not.toContain(undefined);
  });

  it('names files as they may be called', () => {
    const [, cell = ''] = /^\| `numbered` \| (.*?) \|/m.exec(page) ?? [];
    const names = [...cell.matchAll(/`(\w[^`]*\.sql)`/g)].flatMap(([, name]) => name ?? []);
    expect(names).toHaveLength(6);
    expect(read(Object.fromEntries(names.map((name) => [name, 'SELECT 1;'])))).toHaveLength(6);
  });
});
