import { commandTrip } from '../../support/command-trip.ts';

const RUN = ['npx', '--no-install', 'typeorm'];

commandTrip({
  name: 'typeorm',
  held: ['src/migrations/1767430800000-FirstUser.js', 'src/migrations/1767517200000-OrderNote.js'],
  ids: ['Users1767258000000', 'Orders1767344400000', 'FirstUser1767430800000', 'OrderNote1767517200000'],
  apply: [...RUN, 'migration:run', '-d', 'src/data-source.js'],
  rollback: [...RUN, 'migration:revert', '-d', 'src/data-source.js'],
  rows: 'SELECT "timestamp", name FROM migrations ORDER BY "timestamp"',
  relation: 'public.migrations',
  sends: [
    [/^INSERT INTO users \(email\) VALUES \('ada''\$1@example.com'\)$/],
    [/^ALTER TABLE orders ADD COLUMN note text$/],
  ],
  transaction: 'single',
});
