-- What fills the base schema for the measurement: :rows rows in each table that may be large. The data has what real data
-- has: duplicates, NULLs, references to nothing, texts that are no numbers.

INSERT INTO countries VALUES ('DE', 'Germany'), ('FR', 'France'), ('PL', 'Poland');
INSERT INTO tags (name) SELECT 'tag ' || n FROM generate_series(1, 40) n;

INSERT INTO users (email, name, nickname, phone, age, country_code, balance, legacy_code, bio)
SELECT 'user' || n || '@shop.test', 'Name ' || n, CASE WHEN n % 5 > 0 THEN 'nick ' || n % 1000 END,
  CASE WHEN n % 3 > 0 THEN '030 ' || n END, 18 + n % 60, (ARRAY['DE', 'FR', 'PL'])[1 + n % 3], n % 100,
  'L' || n, repeat(md5(n::text), 3)
FROM generate_series(1, :rows) n;

INSERT INTO products (code, title, price, discount, weight, description)
SELECT 'SKU' || n, 'Product ' || n, 100 + n % 900, n % 101, n % 50, repeat(md5(n::text), 3)
FROM generate_series(1, :rows) n;

INSERT INTO orders (user_id, status, total, quantity, reference, coupon, note, external_number, placed_at)
SELECT n, (ARRAY['pending', 'paid', 'shipped'])[1 + n % 3]::order_status, n % 500, 1 + n % 9, md5(n::text),
  CASE WHEN n % 4 = 0 THEN 'C' || n % 50 END, CASE WHEN n % 2 = 0 THEN repeat(md5(n::text), 3) END,
  CASE WHEN n % 100 = 0 THEN 'unknown' ELSE n::text END, now() - n * interval '1 minute'
FROM generate_series(1, :rows) n;

INSERT INTO items (order_id, product_id, supplier_id, amount, price, starts_at, label)
SELECT n, n, CASE WHEN n % 2 = 0 THEN n + 1000000000 END, n % 7, 100 + n % 900, now() + n * interval '1 day', repeat(md5(n::text), 3)
FROM generate_series(1, :rows) n;

INSERT INTO events (user_id, kind, payload, happened_on)
SELECT 1 + n % :rows, 'kind ' || n % 9, jsonb_build_object('text', repeat(md5(n::text), 3)),
  date '2025-01-01' + CASE n % 4 WHEN 0 THEN 0 WHEN 1 THEN 400 WHEN 2 THEN -800 ELSE 900 END
FROM generate_series(1, :rows * 2) n;

INSERT INTO metrics SELECT 'north', 'name ' || n % 50, n FROM generate_series(1, :rows) n;
INSERT INTO metrics_south SELECT 'south', 'name ' || n % 50, n FROM generate_series(1, :rows) n;
INSERT INTO metrics_west SELECT 'west', 'name ' || n % 50, n FROM generate_series(1, :rows) n;

INSERT INTO audit_log (table_name, row_id, actor, changes, logged_at)
SELECT 'users', n, CASE WHEN n % 10 > 0 THEN 'someone' END, jsonb_build_object('text', repeat(md5(n::text), 3)),
  now() - n * interval '1 minute'
FROM generate_series(1, :rows) n;

INSERT INTO sessions SELECT n, n, repeat(md5(n::text), 3) FROM generate_series(1, :rows) n;
INSERT INTO documents (owner_id, title, body) SELECT n, 'Title ' || n, repeat(md5(n::text), 3) FROM generate_series(1, :rows) n;

REFRESH MATERIALIZED VIEW sales_by_user;

-- The application is not the owner, as it should be.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO app;
