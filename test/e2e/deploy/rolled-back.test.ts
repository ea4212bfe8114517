import { expect, it } from 'vitest';
import { change, lockstep, project, type Target, targets } from '../../support/deploy.ts';

/** What is known of a migration's statements goes with its row: nothing of it speaks when the migration is undone or renamed. */

const target = targets();

function indexesOf(table: string, { rows }: Target) {
  return rows<{ name: string; valid: boolean }>(
    `SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index WHERE indrelid = '${table}'::regclass`,
  );
}

it('what its tool has rolled back is done anew, also without a transaction', async () => {
  const shop = await target();
  const repo = project({
    '1_c.up.sql': 'CREATE TABLE c (id int);\n',
    '1_c.down.sql': 'DROP TABLE c;\n',
    '2_i.up.sql': 'CREATE INDEX CONCURRENTLY c_id ON c (id);\n',
    '2_i.down.sql': 'DROP INDEX c_id;\n',
  });
  const first = await lockstep('apply', repo, shop);
  expect(first.report, first.printed).toMatchObject({ result: 'applied', project: { tool: 'golang-migrate' } });
  // `migrate down 1`
  await shop.admin.query('DROP INDEX c_id; UPDATE schema_migrations SET version = 1');
  const again = await lockstep('apply', repo, shop);
  expect(again.report.migrations, again.printed).toMatchObject([
    { id: '2_i', status: 'applied', up: { statements: [{ index: 0 }] } },
  ]);
  expect(await indexesOf('c', shop)).toEqual([{ name: 'c_id', valid: true }]);
  expect(await shop.rows('SELECT * FROM schema_migrations')).toEqual([{ version: '2', dirty: false }]);
});

it('one that got another name after it was applied is not taken for one that was begun', async () => {
  const shop = await target();
  const index = 'CREATE INDEX CONCURRENTLY t_id ON t (id);\n';
  const repo = project({ '001_t.sql': 'CREATE TABLE t (id int);\n', '002_index.sql': index });
  expect((await lockstep('apply', repo, shop)).report.result).toBe('applied');
  change(
    repo,
    { '002_index.sql': null, '002_t_index.sql': index },
    'history:\n  accept:\n    - path: migrations/002_index.sql\n      reason: a better name\n',
  );
  const renamed = await lockstep('apply', repo, shop);
  expect(renamed.report.result, renamed.printed).toBe('noop');
  change(repo, { '003_u.sql': 'CREATE TABLE u ();\n' }, '');
  const next = await lockstep('apply', repo, shop);
  expect(next.closed, next.printed).toEqual([]);
  expect(next.report.migrations).toMatchObject([{ id: '003_u', status: 'applied' }]);
  expect(await shop.rows('SELECT id FROM lockstep.migrations ORDER BY id')).toEqual([
    { id: '001_t' },
    { id: '002_t_index' },
    { id: '003_u' },
  ]);
  expect(await indexesOf('t', shop)).toEqual([{ name: 't_id', valid: true }]);
});
