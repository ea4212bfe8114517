import { commandTrip } from '../support/command-trip.ts';

commandTrip({
  name: 'alembic',
  debian: true,
  held: ['alembic/versions/7d6e5f4a3b2c_first_customer.py', 'alembic/versions/0a1b2c3d4e5f_order_note.py'],
  ids: ['9f0c1a2b3c4d', '1b2c3d4e5f60', '7d6e5f4a3b2c', '0a1b2c3d4e5f'],
  apply: ['alembic', 'upgrade', 'heads'],
  rollback: ['alembic', 'downgrade', '-1'],
  rows: 'SELECT version_num FROM alembic_version ORDER BY 1',
  relation: 'public.alembic_version',
  sends: [
    [/^INSERT INTO customers \(email\) VALUES \('ada@example.com'\)$/],
    [/^ALTER TABLE orders ADD COLUMN note TEXT$/],
  ],
  transaction: 'single',
});
