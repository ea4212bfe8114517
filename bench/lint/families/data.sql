-- migration: update-all-rows
UPDATE orders SET currency = 'EUR';

-- migration: update-many-rows
UPDATE orders SET note = 'old' WHERE status = 'pending';

-- migration: update-where-true
UPDATE users SET nickname = name WHERE true;

-- migration: update-from-another-table
UPDATE items SET price = p.price FROM products p WHERE p.id = items.product_id;

-- migration: update-through-cte
WITH changed AS (UPDATE products SET weight = 1 WHERE weight IS NOT NULL RETURNING id)
SELECT count(*) FROM changed;

-- migration: update-in-batches-of-one-transaction
DO $$
DECLARE
  first bigint;
  last bigint := (SELECT max(id) FROM orders);
BEGIN
  FOR first IN SELECT generate_series(1, last, 5000) LOOP
    UPDATE orders SET coupon = 'none' WHERE id >= first AND id < first + 5000;
  END LOOP;
END
$$;

-- migration: update-without-transaction-but-at-once
-- lockstep: no-transaction
UPDATE documents SET revision = revision + 1;

-- migration: update-in-two-files-after-the-column
ALTER TABLE users ADD COLUMN display_name text;
-- next file
UPDATE users SET display_name = name WHERE display_name IS NULL;

-- migration: upsert-of-all-rows
INSERT INTO sessions (id, user_id) SELECT id, id FROM users
ON CONFLICT (id) DO UPDATE SET data = 'again';

-- migration: merge-of-all-rows
MERGE INTO products USING (SELECT product_id, count(*) AS sold FROM items GROUP BY product_id) s ON s.product_id = products.id
WHEN MATCHED THEN UPDATE SET weight = s.sold;

-- migration: rows-locked-for-update
CREATE TABLE order_copies AS SELECT id, total FROM orders FOR UPDATE;

-- migration: delete-what-is-read
DELETE FROM sessions WHERE id % 2 = 0;

-- migration: delete-all
DELETE FROM documents;

-- migration: truncate-in-use
TRUNCATE sessions;

-- migration: truncate-cascade
TRUNCATE countries CASCADE;

-- migration: truncate-nobody-reads-with-data
TRUNCATE metrics_west;

-- migration: update-in-committed-batches
-- lockstep: no-transaction
DO $$
DECLARE
  first bigint;
  last bigint := (SELECT max(id) FROM orders);
BEGIN
  FOR first IN SELECT generate_series(1, last, 500) LOOP
    UPDATE orders SET coupon = 'none' WHERE id >= first AND id < first + 500;
    COMMIT;
  END LOOP;
END
$$;

-- migration: update-in-batches-of-a-procedure
CREATE PROCEDURE fill_weights() LANGUAGE plpgsql AS $$
DECLARE
  first bigint;
  last bigint := (SELECT max(id) FROM products);
BEGIN
  FOR first IN SELECT generate_series(1, last, 500) LOOP
    UPDATE products SET weight = 0 WHERE id >= first AND id < first + 500 AND weight IS NULL;
    COMMIT;
  END LOOP;
END
$$;
-- next file
-- lockstep: no-transaction
CALL fill_weights();

-- migration: update-one-row
UPDATE users SET name = 'Shop' WHERE id = 1;

-- migration: update-a-few-by-key
UPDATE products SET title = 'Voucher' WHERE id IN (1, 2, 3);

-- migration: update-bounded-range
UPDATE orders SET coupon = 'first' WHERE id BETWEEN 1 AND 500;

-- migration: update-lookup-table
UPDATE countries SET name = upper(name) WHERE code IN ('DE', 'FR');

-- migration: insert-a-few-rows
INSERT INTO tags (name) VALUES ('new'), ('sale') ON CONFLICT (name) DO NOTHING;

-- migration: insert-many-into-new-table
CREATE TABLE user_names (user_id bigint PRIMARY KEY, name text NOT NULL);
INSERT INTO user_names SELECT id, name FROM users;

-- migration: delete-one-row
DELETE FROM tags WHERE name = 'tag 40';

-- migration: delete-a-few-by-key
DELETE FROM audit_log WHERE id IN (1, 2, 3);

-- migration: truncate-own-new-table
CREATE TABLE imports (id bigint PRIMARY KEY);
INSERT INTO imports SELECT generate_series(1, 100);
TRUNCATE imports;

-- migration: sequence-set
SELECT setval('audit_log_id_seq', (SELECT max(id) + 1000 FROM audit_log));
