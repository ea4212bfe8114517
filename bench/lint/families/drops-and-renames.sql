-- migration: drop-column-in-use
ALTER TABLE orders DROP COLUMN note;

-- migration: drop-column-nobody-reads-with-data
ALTER TABLE users DROP COLUMN legacy_code;

-- migration: drop-table-in-use
DROP TABLE sessions;

-- migration: drop-table-nobody-reads-with-data
DROP TABLE metrics_west;

-- migration: drop-view-in-use
DROP VIEW active_users;

-- migration: drop-materialized-view-in-use
DROP MATERIALIZED VIEW sales_by_user;

-- migration: drop-function-in-use
DROP FUNCTION price_with_tax(integer);

-- migration: drop-type-cascade
DROP TYPE order_status CASCADE;

-- migration: drop-column-cascade-takes-a-view
ALTER TABLE users DROP COLUMN name CASCADE;

-- migration: drop-default-that-inserts-need
ALTER TABLE orders ALTER COLUMN status DROP DEFAULT;

-- migration: drop-identity-that-inserts-need
ALTER TABLE items ALTER COLUMN id DROP IDENTITY;

-- migration: drop-sequence-cascade
DROP SEQUENCE audit_log_id_seq CASCADE;

-- migration: drop-partition-in-use
DROP TABLE events_2025;

-- migration: drop-policy-in-use
DROP POLICY documents_for_all ON documents;

-- migration: rename-column-in-use
ALTER TABLE users RENAME COLUMN name TO full_name;

-- migration: rename-table-in-use
ALTER TABLE items RENAME TO order_items;

-- migration: rename-view-in-use
ALTER VIEW active_users RENAME TO current_users;

-- migration: rename-view-column-in-use
ALTER VIEW active_users RENAME COLUMN name TO full_name;

-- migration: rename-function-in-use
ALTER FUNCTION price_with_tax(integer) RENAME TO gross_price;

-- migration: rename-enum-value-in-use
ALTER TYPE order_status RENAME VALUE 'paid' TO 'settled';

-- migration: move-table-to-another-schema
CREATE SCHEMA shop;
ALTER TABLE documents SET SCHEMA shop;

-- migration: swap-table-for-an-empty-one
CREATE TABLE sessions_new (LIKE sessions INCLUDING ALL);
ALTER TABLE sessions RENAME TO sessions_old;
ALTER TABLE sessions_new RENAME TO sessions;

-- migration: drop-unused-view
DROP VIEW old_report;

-- migration: drop-unused-function
DROP FUNCTION old_total(integer);

-- migration: drop-unused-trigger
DROP TRIGGER users_touch ON users;

-- migration: drop-what-this-deploy-made
CREATE TABLE scratch (id bigint PRIMARY KEY);
INSERT INTO scratch SELECT generate_series(1, 10);
DROP TABLE scratch;

-- migration: drop-view-and-make-it-anew
DROP VIEW active_users;
CREATE VIEW active_users AS SELECT id, email, name, created_at FROM users WHERE status = 'active';

-- migration: rename-table-behind-a-view
ALTER TABLE sessions RENAME TO user_sessions;
CREATE VIEW sessions AS SELECT id, user_id, data, expires_at FROM user_sessions;

-- migration: rename-unused-function
ALTER FUNCTION old_total(integer) RENAME TO older_total;

-- migration: rename-sequence
ALTER SEQUENCE audit_log_id_seq RENAME TO audit_log_numbers;

-- migration: rename-trigger
ALTER TRIGGER users_touch ON users RENAME TO users_set_updated_at;

-- migration: rename-enum-type
ALTER TYPE user_status RENAME TO account_status;

-- migration: drop-if-exists-of-nothing
DROP TABLE IF EXISTS forgotten;
