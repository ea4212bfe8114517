// What the application of the measurement asks, as the code before the migration does. `reads` tells whether a wait counts as
// a reader's. $1 is a key that exists.

const read = (sql, also = {}) => ({ sql, reads: true, ...also });
const write = (sql, also = {}) => ({ sql, reads: false, ...also });

/** `needs`: an answer without a row is an error. `tables`: whose migrations this client watches closely. */
const USED = [
  {
    tables: ['users', 'user_status'],
    queries: [
      read('SELECT id, email, name, age, status, balance, created_at FROM users WHERE id = $1', { needs: true }),
      read('SELECT * FROM users WHERE id = $1', { needs: true }),
    ],
  },
  {
    tables: ['users', 'user_status'],
    queries: [
      write("UPDATE users SET name = name || '.', balance = balance + 1 WHERE id = $1", { needs: true }),
      write("INSERT INTO users (email, name) VALUES (gen_random_uuid() || '@shop.test', 'New ' || $1)"),
    ],
  },
  {
    tables: ['orders', 'order_status'],
    queries: [
      read('SELECT id, user_id, status, total, quantity, note FROM orders WHERE user_id = $1', { needs: true }),
      read("SELECT id, placed_at FROM orders WHERE id = $1 AND status IN ('pending', 'paid', 'shipped')", {
        needs: true,
      }),
    ],
  },
  {
    tables: ['orders', 'order_status'],
    queries: [
      write("UPDATE orders SET note = 'seen' WHERE id = $1", { needs: true }),
      write('INSERT INTO orders (user_id, total, reference) VALUES ($1, 10, gen_random_uuid())'),
      write("INSERT INTO orders (user_id, status, total, reference) VALUES ($1, 'paid', 10, gen_random_uuid())"),
    ],
  },
  // One that writes to two tables in one transaction, in its own order.
  {
    tables: ['orders', 'users'],
    isTransaction: true,
    queries: [
      write('UPDATE orders SET total = total + 1 WHERE id = $1'),
      write('UPDATE users SET balance = balance + 1 WHERE id = $1'),
    ],
  },
  {
    tables: ['items'],
    queries: [
      read('SELECT id, product_id, amount, price FROM items WHERE order_id = $1', { needs: true }),
      write('UPDATE items SET amount = amount + 1 WHERE id = $1', { needs: true }),
      write('INSERT INTO items (order_id, product_id, price) VALUES ($1, $1, 100)'),
    ],
  },
  {
    tables: ['products', 'sku', 'percentage', 'price_with_tax'],
    queries: [
      read('SELECT id, code, title, price, price_with_tax(price) FROM products WHERE id = $1', { needs: true }),
      write('UPDATE products SET price = price + 1 WHERE id = $1', { needs: true }),
      write(`INSERT INTO products (code, title, price, weight, description)
        VALUES (gen_random_uuid()::text, 'New ' || $1, 1, 1, 'new')`),
    ],
  },
  {
    tables: ['events'],
    queries: [
      read('SELECT id, kind, payload FROM events WHERE user_id = $1', { needs: true }),
      write("INSERT INTO events (user_id, kind, happened_on) VALUES ($1, 'seen', '2026-03-01')"),
      write("INSERT INTO events (user_id, kind, happened_on) VALUES ($1, 'seen', '2025-03-01')"),
    ],
  },
  {
    tables: ['metrics'],
    queries: [
      read("SELECT value FROM metrics WHERE region = 'north' AND name <> $1::text LIMIT 1", { needs: true }),
      write("INSERT INTO metrics (region, name, value) VALUES ('north', 'new', $1)"),
      write("INSERT INTO metrics_south (region, name, value) VALUES ('south', 'new', 1000000000 + $1 * random())"),
    ],
  },
  {
    tables: ['audit_log'],
    queries: [write("INSERT INTO audit_log (table_name, row_id) VALUES ('users', $1)")],
  },
  {
    tables: ['sessions'],
    queries: [
      read('SELECT id, user_id, data FROM sessions WHERE id = $1', { needs: true }),
      write("UPDATE sessions SET data = 'seen' WHERE id = $1", { needs: true }),
    ],
  },
  {
    tables: ['documents'],
    queries: [
      read('SELECT id, title, body, revision FROM documents WHERE id = $1', { needs: true }),
      write('UPDATE documents SET revision = revision + 1 WHERE id = $1', { needs: true }),
      write("INSERT INTO documents (owner_id, title) VALUES ($1, 'New')"),
    ],
  },
  {
    tables: ['tags', 'countries'],
    queries: [
      read('SELECT id, name FROM tags WHERE name = $1', { needs: true, key: () => 'tag 7' }),
      write('INSERT INTO tags (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET name = excluded.name', {
        key: () => 'tag 7',
      }),
    ],
  },
  {
    tables: ['active_users', 'sales_by_user'],
    queries: [
      read('SELECT id, email, name FROM active_users WHERE id = $1', { needs: true }),
      read('SELECT user_id, orders, total FROM sales_by_user WHERE user_id = $1', { needs: true }),
    ],
  },
];

/** Readers and writers apart, so that both are seen to wait; each runs its queries in turn. */
export const CLIENTS = USED.flatMap((client) => {
  if (client.isTransaction) return [client];
  const parts = [true, false].map((reads) => client.queries.filter((query) => query.reads === reads));
  return parts.filter((queries) => queries.length > 0).map((queries) => ({ ...client, queries }));
});
