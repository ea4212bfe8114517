import { expect } from 'vitest';
import { runsExample } from '../../support/example.ts';
import { npmTool, roundTrip } from '../../support/round-trip.ts';

const options = ['--no-dump-schema', '--migrations-dir', 'db/migrations'];

roundTrip({
  name: 'dbmate',
  files: (migrations) =>
    Object.fromEntries(
      migrations.map(({ index, name, up, down }) => [
        `db/migrations/2025010100000${index}_${name}.sql`,
        `-- migrate:up\n${up}\n\n-- migrate:down\n${down}\n`,
      ]),
    ),
  migrate: (repo, url) => npmTool('dbmate', [...options, 'migrate'], repo, url),
  rollback: (repo, url) => npmTool('dbmate', [...options, 'rollback'], repo, url),
  rows: 'SELECT * FROM public.schema_migrations ORDER BY version',
  varying: [],
});

runsExample({
  name: 'dbmate',
  tool: 'dbmate',
  newest: ['db/migrations/20250103000000_index_loans_book_id.sql'],
  down: 'reversed',
  agrees: (repo, { url }) =>
    expect(npmTool('dbmate', [...options, 'status'], repo, `${url}?sslmode=disable`)).toContain('Pending: 0'),
});
