import { commandTrip } from '../support/command-trip.ts';

const migration = (name: string): string => `db/migrate/${name}.rb`;

commandTrip({
  name: 'rails',
  debian: true,
  held: [migration('20260103090000_first_customer'), migration('20260104090000_add_note_to_orders')],
  ids: ['20260101090000', '20260102090000', '20260103090000', '20260104090000'],
  apply: ['bin/rails', 'db:migrate'],
  rollback: ['bin/rails', 'db:rollback'],
  rows: 'SELECT version FROM schema_migrations ORDER BY version',
  relation: 'public.schema_migrations',
  sends: [
    [/^INSERT INTO customers \(email\) VALUES \('ada@example.com'\)$/],
    [/^ALTER TABLE "orders" ADD "note" text$/],
  ],
  transaction: 'single',
});
