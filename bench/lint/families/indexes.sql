-- migration: index-plain
CREATE INDEX orders_coupon ON orders (coupon);

-- migration: index-plain-if-not-exists
CREATE INDEX IF NOT EXISTS items_price ON items (price);

-- migration: index-unique
CREATE UNIQUE INDEX orders_reference_key ON orders (reference);

-- migration: index-unique-over-duplicates
CREATE UNIQUE INDEX users_nickname ON users (nickname);

-- migration: index-unique-concurrently-over-duplicates
CREATE UNIQUE INDEX CONCURRENTLY orders_coupon ON orders (coupon);

-- migration: index-on-expression
CREATE INDEX users_email_lower ON users (lower(email));

-- migration: index-gin
CREATE INDEX audit_log_changes ON audit_log USING gin (changes);

-- migration: index-partial
CREATE INDEX orders_unshipped ON orders (placed_at) WHERE status = 'paid';

-- migration: index-on-partitioned-parent
CREATE INDEX events_kind ON events (kind);

-- migration: index-reindexed-table
REINDEX TABLE orders;

-- migration: index-reindexed
REINDEX INDEX orders_reference;

-- migration: index-reindexed-explicitly-not-concurrently
REINDEX (CONCURRENTLY false) TABLE items;

-- migration: index-replaced-in-one-transaction
DROP INDEX orders_placed_at;
CREATE INDEX orders_placed_at ON orders (placed_at DESC, id);

-- migration: index-dropped-in-use
DROP INDEX CONCURRENTLY orders_user_id;

-- migration: index-dropped-in-use-in-a-transaction
DROP INDEX items_order_id;

-- migration: index-concurrently
CREATE INDEX CONCURRENTLY orders_coupon ON orders (coupon);

-- migration: index-concurrently-unique
CREATE UNIQUE INDEX CONCURRENTLY orders_reference_key ON orders (reference);

-- migration: index-concurrently-replaced
CREATE INDEX CONCURRENTLY orders_placed_at_2 ON orders (placed_at DESC, id);
DROP INDEX CONCURRENTLY orders_placed_at;

-- migration: index-of-partitions-one-by-one
CREATE INDEX events_kind ON ONLY events (kind);
-- next file
CREATE INDEX CONCURRENTLY events_2025_kind ON events_2025 (kind);
CREATE INDEX CONCURRENTLY events_2026_kind ON events_2026 (kind);
CREATE INDEX CONCURRENTLY events_rest_kind ON events_rest (kind);
-- next file
ALTER INDEX events_kind ATTACH PARTITION events_2025_kind;
ALTER INDEX events_kind ATTACH PARTITION events_2026_kind;
ALTER INDEX events_kind ATTACH PARTITION events_rest_kind;

-- migration: index-on-new-table
CREATE TABLE reviews (id bigint PRIMARY KEY, stars integer NOT NULL);
CREATE INDEX reviews_stars ON reviews (stars);

-- migration: index-on-table-of-earlier-file
CREATE TABLE reviews (id bigint PRIMARY KEY, stars integer NOT NULL);
-- next file
CREATE INDEX reviews_stars ON reviews (stars);

-- migration: index-on-table-that-this-deploy-fills
CREATE TABLE big_spenders AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;
CREATE UNIQUE INDEX big_spenders_user_id ON big_spenders (user_id);

-- migration: index-unused-dropped-concurrently
DROP INDEX CONCURRENTLY audit_log_logged_at;

-- migration: index-reindexed-concurrently
REINDEX INDEX CONCURRENTLY orders_reference;

-- migration: index-renamed
ALTER INDEX orders_reference RENAME TO orders_by_reference;

-- migration: index-fillfactor
ALTER INDEX orders_reference SET (fillfactor = 80);

-- migration: index-on-new-materialized-view
CREATE MATERIALIZED VIEW sales_by_day AS SELECT placed_at::date AS day, sum(total) AS total FROM orders GROUP BY 1;
CREATE UNIQUE INDEX sales_by_day_day ON sales_by_day (day);
