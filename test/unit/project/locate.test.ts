import { expect, test } from 'vitest';
import type { TreeEntry } from '../../../src/project/git-tree.ts';
import { chooseDirectory, nothingFound } from '../../../src/project/locate.ts';

const entries = (...paths: string[]): TreeEntry[] => paths.map((path) => ({ path, kind: 'file', oid: '1' }));

test.each<[string, string[], string, string | undefined]>([
  ['a usual place', ['migrations/001_a.sql'], '', 'migrations'],
  ['another one', ['db/migrate/2024_a.sql', 'README.md'], '', 'db/migrate'],
  ['not where no migrations are', ['sql/queries.sql', 'db/migrations/001_a.sql'], '', 'db/migrations'],
  ['the inner one, when only that holds some', ['migrations/sql/001_a.sql', 'migrations/run.ts'], '', 'migrations/sql'],
  ['the outer one, when both do', ['migrations/001_a.sql', 'migrations/sql/002_a.sql'], '', 'migrations'],
  ['migrations in sub-folders', ['migrations/2024/001_a.sql'], '', 'migrations'],
  ['a misspelt ending', ['migrations/001_a.SQL'], '', 'migrations'],
  ['the one below --cwd', ['migrations/1_a.sql', 'packages/api/sql/1_a.sql'], 'packages/api', 'packages/api/sql'],
  ['the root’s, when there is none below --cwd', ['migrations/1_a.sql'], 'packages/api', 'migrations'],
  ['none', ['src/001_a.sql', 'migrations/a.sql'], '', undefined],
])('%s is found', (_, paths, prefix, expected) => {
  expect(chooseDirectory(entries(...paths), prefix)).toBe(expected);
});

test('of several folders one must be named', () => {
  expect(() => chooseDirectory(entries('sql/1_a.sql', 'db/migrations/1_a.sql'), '')).toThrow(
    expect.objectContaining({
      code: 'migrations-ambiguous',
      message: expect.stringContaining('db/migrations, sql'),
      hint: expect.stringContaining(':\n  migrations:\n    directory: db/migrations'),
    }),
  );
});

test.each<[string, TreeEntry[], string | undefined, string, string]>([
  ['no folder', [], undefined, 'migrations-not-found', 'usual places'],
  ['an empty folder', [], 'db', 'migrations-not-found', 'no migrations in db'],
  ['a link', [{ path: 'db', kind: 'symlink', oid: '1' }], 'db', 'migrations-not-found', 'db is a symbolic link'],
  ['Prisma 8', entries('prisma-next.config.ts'), undefined, 'tool-not-supported', 'Prisma 8'],
  [
    'Prisma 8, by its files',
    entries('m/app/1/migration.json', 'm/app/1/ops.json'),
    'm',
    'tool-not-supported',
    'Prisma 8',
  ],
  ['Diesel', entries('migrations/2020-01-01-000000_a/up.sql'), undefined, 'tool-not-supported', 'Diesel'],
])('%s is told as such', (_, found, asked, code, message) => {
  expect(nothingFound(found, { directory: asked })).toMatchObject({ code, message: expect.stringContaining(message) });
});

test.each([
  ['Diesel', entries('migrations/2020-01-01-000000_a/up.sql')],
  ['Sqitch', entries('sqitch.plan')],
  ['Prisma 8', entries('prisma-next.config.ts')],
])('%s is told how Lockstep runs its command', (tool, found) => {
  expect(nothingFound(found, {}).hint).toMatch(
    new RegExp(`${tool}'s own command: \`tool: command\` and \`apply_command\``),
  );
});

test('a tool with a command of its own is looked for in its own usual places', () => {
  expect(nothingFound([], { tool: 'alembic' })).toMatchObject({
    message: 'No folder with migrations of Alembic was found in the usual places.',
    hint: expect.stringMatching(/usual places are .*alembic\/versions/),
  });
  expect(nothingFound([], { tool: 'django' }).hint).toContain('The usual places are the whole project.');
  expect(nothingFound([], { tool: 'auto' }).hint).toContain('supabase/migrations');
});
