import { after, before } from 'node:test';
import pg from 'pg';

if (!process.env.DATABASE_URL) {
  throw new Error('DATABASE_URL is not set: the tests need a database with all migrations applied');
}

/**
 * Connects before a file's tests and disconnects after them. The function it returns runs a test in a transaction that
 * is rolled back: a test makes the rows it needs, and leaves none.
 */
export function useDatabase() {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  before(async () => {
    await client.connect();
    const { rows } = await client.query('SELECT rolsuper OR rolbypassrls AS free FROM pg_roles WHERE rolname = current_user');
    if (rows[0].free) throw new Error('No policy holds for a superuser: connect as the ordinary role that owns the tables');
  });
  after(() => client.end());
  return async function rolledBack(test) {
    await client.query('BEGIN');
    try {
      await test(client);
    } finally {
      await client.query('ROLLBACK');
    }
  };
}

/** A product with a price and a stock of the test's own. */
export async function createProduct(client, { sku, priceCents, stock }) {
  await client.query('INSERT INTO products (sku, name, price_cents, stock) VALUES ($1, $1, $2, $3)', [sku, priceCents, stock]);
}
