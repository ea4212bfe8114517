-- migration: block-rewrites
DO $$ BEGIN ALTER TABLE users ALTER COLUMN age TYPE bigint; END $$;

-- migration: block-builds-index
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_class WHERE relname = 'orders_coupon') THEN
    CREATE INDEX orders_coupon ON orders (coupon);
  END IF;
END
$$;

-- migration: block-loops-over-tables
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['users', 'orders', 'items'] LOOP
    EXECUTE format('ALTER TABLE %I ADD COLUMN tenant_id uuid DEFAULT gen_random_uuid()', name);
  END LOOP;
END
$$;

-- migration: block-updates-all
DO $$ BEGIN UPDATE orders SET note = ''; END $$;

-- migration: block-drops-column-in-use
DO $$ BEGIN EXECUTE 'ALTER TABLE orders DROP COLUMN note'; END $$;

-- migration: block-renames-table-in-use
DO $$ BEGIN EXECUTE 'ALTER TABLE items RENAME TO order_items'; END $$;

-- migration: block-locks-and-reads
DO $$
DECLARE
  n bigint;
BEGIN
  LOCK TABLE documents IN ACCESS EXCLUSIVE MODE;
  SELECT count(DISTINCT body) INTO n FROM documents;
END
$$;

-- migration: block-truncates
DO $$ BEGIN EXECUTE 'TRUNCATE ' || quote_ident('sessions'); END $$;

-- migration: function-rewrites
CREATE FUNCTION widen() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE orders ALTER COLUMN quantity TYPE bigint; END $$;
SELECT widen();
DROP FUNCTION widen();

-- migration: function-updates-all
CREATE FUNCTION fill_nicknames() RETURNS void LANGUAGE sql AS 'UPDATE users SET nickname = name WHERE nickname IS NULL';
SELECT fill_nicknames();

-- migration: procedure-builds-constraint
CREATE PROCEDURE tighten() LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'ALTER TABLE items ADD CONSTRAINT items_order FOREIGN KEY (order_id) REFERENCES orders';
END
$$;
CALL tighten();

-- migration: function-in-an-earlier-file-called-later
CREATE FUNCTION tidy() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE products ALTER COLUMN description SET NOT NULL; END $$;
-- next file
SELECT tidy();

-- migration: block-adds-column
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM information_schema.columns WHERE table_name = 'orders' AND column_name = 'channel') THEN
    ALTER TABLE orders ADD COLUMN channel text NOT NULL DEFAULT 'web';
  END IF;
END
$$;

-- migration: block-makes-enum
DO $$
BEGIN
  CREATE TYPE channel AS ENUM ('web', 'shop');
EXCEPTION WHEN duplicate_object THEN NULL;
END
$$;

-- migration: block-makes-table-and-index
DO $$
BEGIN
  CREATE TABLE reviews (id bigint PRIMARY KEY, stars integer);
  CREATE INDEX reviews_stars ON reviews (stars);
  ALTER TABLE reviews ALTER COLUMN stars TYPE bigint;
END
$$;

-- migration: block-says-something
DO $$ BEGIN RAISE NOTICE 'ALTER TABLE users DROP COLUMN name'; END $$;

-- migration: block-updates-one-row
DO $$ BEGIN UPDATE users SET name = 'Shop' WHERE id = 1; END $$;

-- migration: block-executes-harmless-text
DO $$ BEGIN EXECUTE 'ALTER TABLE users ALTER COLUMN nickname SET DEFAULT ' || quote_literal('nobody'); END $$;

-- migration: function-that-nobody-calls-yet
CREATE FUNCTION rebuild() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE orders SET note = '';
  ALTER TABLE orders ALTER COLUMN quantity TYPE bigint;
END
$$;

-- migration: function-makes-a-table
CREATE FUNCTION prepare() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE reviews (id bigint PRIMARY KEY); END $$;
SELECT prepare();
DROP FUNCTION prepare();

-- migration: comment-that-sounds-dangerous
-- DROP TABLE users; CREATE INDEX x ON orders (note);
COMMENT ON TABLE users IS 'Never run TRUNCATE users; or ALTER TABLE users ALTER COLUMN age TYPE bigint;';
