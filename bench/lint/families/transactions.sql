-- migration: schema-and-backfill-in-one-transaction
ALTER TABLE users ADD COLUMN display_name text;
UPDATE users SET display_name = name;

-- migration: schema-backfill-and-not-null
ALTER TABLE products ADD COLUMN slug text;
UPDATE products SET slug = lower(title);
ALTER TABLE products ALTER COLUMN slug SET NOT NULL;

-- migration: two-tables-in-use
ALTER TABLE users ADD COLUMN vip boolean NOT NULL DEFAULT false;
ALTER TABLE orders ADD COLUMN vip boolean NOT NULL DEFAULT false;

-- migration: lock-over-a-copy
ALTER TABLE tags ADD COLUMN color text;
CREATE TABLE orders_2020 AS SELECT * FROM orders ORDER BY total;

-- migration: lock-over-an-update-elsewhere
ALTER TABLE tags ADD COLUMN color text;
UPDATE products SET title = title || '!';

-- migration: lock-over-a-count
ALTER TABLE users ADD COLUMN visits integer;
SELECT count(DISTINCT label) FROM items;

-- migration: lock-over-a-new-view-of-data
ALTER TABLE orders ADD COLUMN channel text;
CREATE MATERIALIZED VIEW sales_by_coupon AS
  SELECT coupon, channel, count(*), sum(total) FROM orders GROUP BY coupon, channel;

-- migration: lock-over-a-validation-elsewhere
ALTER TABLE items ADD CONSTRAINT items_product FOREIGN KEY (product_id) REFERENCES products NOT VALID;
-- next file
ALTER TABLE tags ADD COLUMN color text;
ALTER TABLE items VALIDATE CONSTRAINT items_product;

-- migration: trigger-then-backfill
CREATE TRIGGER sessions_check BEFORE DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
UPDATE products SET weight = coalesce(weight, 0) + 1;

-- migration: lock-table-exclusive-then-read
LOCK TABLE orders IN ACCESS EXCLUSIVE MODE;
CREATE TABLE order_totals AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;

-- migration: lock-table-share-then-read
LOCK TABLE items IN SHARE MODE;
CREATE TABLE item_totals AS SELECT order_id, sum(price) AS total FROM items GROUP BY order_id;

-- migration: lock-over-a-sleep
ALTER TABLE users ADD COLUMN visits integer;
SELECT pg_sleep(0.5);

-- migration: several-scans-of-one-table
ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 0) NOT VALID;
ALTER TABLE orders ADD CONSTRAINT orders_currency CHECK (currency <> '') NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total, VALIDATE CONSTRAINT orders_currency;

-- migration: slow-first-lock-last
CREATE TABLE order_totals AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;
ALTER TABLE orders ADD COLUMN channel text;

-- migration: several-changes-of-one-table
ALTER TABLE users ADD COLUMN vip boolean NOT NULL DEFAULT false;
ALTER TABLE users ALTER COLUMN nickname SET DEFAULT '';
ALTER TABLE users ALTER COLUMN country_code SET DEFAULT 'DE';

-- migration: two-tables-in-two-files
ALTER TABLE users ADD COLUMN vip boolean NOT NULL DEFAULT false;
-- next file
ALTER TABLE orders ADD COLUMN vip boolean NOT NULL DEFAULT false;

-- migration: column-and-new-table
CREATE TABLE stores (id bigint PRIMARY KEY, name text NOT NULL);
ALTER TABLE orders ADD COLUMN store_id bigint;

-- migration: column-and-a-few-rows-elsewhere
ALTER TABLE users ADD COLUMN locale text;
INSERT INTO countries VALUES ('ES', 'Spain'), ('IT', 'Italy');

-- migration: copy-into-a-new-table
CREATE TABLE order_totals (user_id bigint PRIMARY KEY, total numeric NOT NULL);
INSERT INTO order_totals SELECT user_id, sum(total) FROM orders GROUP BY user_id;

-- migration: count-alone
SELECT count(DISTINCT label) FROM items;

-- migration: lock-table-access-share
LOCK TABLE orders IN ACCESS SHARE MODE;
CREATE TABLE order_totals AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;

-- migration: lock-table-without-waiting
LOCK TABLE audit_log IN SHARE UPDATE EXCLUSIVE MODE;
ALTER TABLE audit_log ALTER COLUMN actor SET STATISTICS 500;

-- migration: timeout-and-column
SET lock_timeout = '2s';
SET statement_timeout = '10s';
ALTER TABLE orders ADD COLUMN channel text;

-- migration: timeout-for-this-transaction-and-constraint
SET LOCAL lock_timeout = '1s';
ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 0) NOT VALID;

-- migration: timeout-does-not-make-a-build-harmless
SET lock_timeout = '2s';
CREATE INDEX orders_coupon ON orders (coupon);

-- migration: timeout-does-not-make-a-rewrite-harmless
SET lock_timeout = '2s';
SET statement_timeout = '1min';
ALTER TABLE orders ALTER COLUMN quantity TYPE bigint;
