-- migration: new-table
CREATE TABLE stores (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT now()
);

-- migration: new-table-with-references
CREATE TABLE favourites (
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  product_id bigint NOT NULL REFERENCES products,
  PRIMARY KEY (user_id, product_id)
);
CREATE INDEX favourites_product_id ON favourites (product_id);

-- migration: new-table-with-everything-inline
CREATE TABLE coupons (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  code text NOT NULL UNIQUE CHECK (code <> ''),
  percent percentage NOT NULL CHECK (percent BETWEEN 1 AND 100),
  code_lower text GENERATED ALWAYS AS (lower(code)) STORED,
  EXCLUDE USING btree (code WITH =)
);

-- migration: new-table-then-constraints
CREATE TABLE shipments (id bigint, order_id bigint, weight integer, carrier text);
ALTER TABLE shipments ADD PRIMARY KEY (id);
ALTER TABLE shipments ALTER COLUMN order_id SET NOT NULL;
ALTER TABLE shipments ADD CHECK (weight > 0);
ALTER TABLE shipments ADD UNIQUE (carrier, id);
ALTER TABLE shipments ADD COLUMN token uuid DEFAULT gen_random_uuid();

-- migration: new-table-like-another
CREATE TABLE orders_archive (LIKE orders INCLUDING ALL);

-- migration: new-temporary-table
CREATE TEMPORARY TABLE picks (id bigint) ON COMMIT DROP;
INSERT INTO picks SELECT id FROM users WHERE id < 100;
CREATE INDEX picks_id ON picks (id);
UPDATE picks SET id = id + 1;

-- migration: new-unlogged-table
CREATE UNLOGGED TABLE cache (key text PRIMARY KEY, value jsonb NOT NULL);
ALTER TABLE cache SET LOGGED;

-- migration: new-table-filled-and-updated
CREATE TABLE statuses (id integer PRIMARY KEY, name text NOT NULL, rank integer);
INSERT INTO statuses VALUES (1, 'new', NULL), (2, 'old', NULL);
UPDATE statuses SET rank = id;
ALTER TABLE statuses ALTER COLUMN rank SET NOT NULL;

-- migration: new-table-changed-in-a-later-file
CREATE TABLE stores (id integer PRIMARY KEY, name text);
-- next file
ALTER TABLE stores ALTER COLUMN id TYPE bigint;
ALTER TABLE stores ADD CONSTRAINT stores_name_key UNIQUE (name);
-- next file
ALTER TABLE stores RENAME COLUMN name TO title;

-- migration: new-table-filled-then-indexed-in-a-later-file
CREATE TABLE user_names (user_id bigint, name text);
INSERT INTO user_names SELECT id, name FROM users;
-- next file
CREATE INDEX user_names_user_id ON user_names (user_id);

-- migration: new-table-renamed
CREATE TABLE stores (id bigint PRIMARY KEY);
ALTER TABLE stores RENAME TO shops;

-- migration: new-table-that-exists
CREATE TABLE IF NOT EXISTS tags (id integer PRIMARY KEY, name text NOT NULL UNIQUE);

-- migration: new-child-by-inheritance
CREATE TABLE stores (id bigint PRIMARY KEY, name text);
CREATE TABLE outlets (discount integer) INHERITS (stores);

-- migration: expand-over-several-files
ALTER TABLE orders ADD COLUMN store_id bigint;
-- next file
CREATE INDEX CONCURRENTLY orders_store_id ON orders (store_id);
-- next file
CREATE TABLE stores (id bigint PRIMARY KEY, name text NOT NULL);
-- next file
ALTER TABLE orders ADD CONSTRAINT orders_store FOREIGN KEY (store_id) REFERENCES stores NOT VALID;
-- next file
ALTER TABLE orders VALIDATE CONSTRAINT orders_store;

-- migration: new-table-referenced-at-once-by-a-large-one
CREATE TABLE product_copies (id bigint PRIMARY KEY);
INSERT INTO product_copies SELECT id FROM products;
-- next file
ALTER TABLE items ADD FOREIGN KEY (product_id) REFERENCES product_copies;

-- migration: new-column-referenced-at-once
CREATE TABLE stores (id bigint PRIMARY KEY);
INSERT INTO stores VALUES (1);
-- next file
ALTER TABLE orders ADD COLUMN store_id bigint NOT NULL DEFAULT 1;
-- next file
ALTER TABLE orders ADD FOREIGN KEY (store_id) REFERENCES stores;
