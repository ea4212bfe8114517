import { expect } from 'vitest';
import { runsExample } from '../../support/example.ts';

/** The tool itself cannot be had from npm: its table, its number and its lock are tested by their own vectors. */

const folder = 'db/migrations/000003_index_loans_book_id';

runsExample({
  name: 'golang-migrate',
  tool: 'golang-migrate',
  newest: [`${folder}.up.sql`, `${folder}.down.sql`],
  down: 'reversed',
  agrees: async (_repo, shop) => {
    expect(await shop.rows('SELECT version::int, dirty FROM schema_migrations')).toEqual([
      { version: 3, dirty: false },
    ]);
  },
});
