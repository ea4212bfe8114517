-- migration: not-null-unproven
ALTER TABLE products ALTER COLUMN description SET NOT NULL;

-- migration: not-null-over-nulls
ALTER TABLE users ALTER COLUMN phone SET NOT NULL;

-- migration: not-null-after-filling-in-one-go
UPDATE users SET phone = '' WHERE phone IS NULL;
ALTER TABLE users ALTER COLUMN phone SET NOT NULL;

-- migration: not-null-proven-in-the-same-transaction
ALTER TABLE products ADD CONSTRAINT products_description CHECK (description IS NOT NULL) NOT VALID;
ALTER TABLE products VALIDATE CONSTRAINT products_description;
ALTER TABLE products ALTER COLUMN description SET NOT NULL;
ALTER TABLE products DROP CONSTRAINT products_description;

-- migration: not-null-with-a-check-that-proves-nothing
ALTER TABLE products ADD CONSTRAINT products_description CHECK (description <> '') NOT VALID;
-- next file
ALTER TABLE products VALIDATE CONSTRAINT products_description;
-- next file
ALTER TABLE products ALTER COLUMN description SET NOT NULL;

-- migration: not-null-proof-not-yet-valid
ALTER TABLE products ADD CONSTRAINT products_description CHECK (description IS NOT NULL) NOT VALID;
-- next file
ALTER TABLE products ALTER COLUMN description SET NOT NULL;

-- migration: not-null-that-inserts-do-not-give
ALTER TABLE items ADD CONSTRAINT items_label CHECK (label IS NOT NULL) NOT VALID;
-- next file
ALTER TABLE items VALIDATE CONSTRAINT items_label;
-- next file
ALTER TABLE items ALTER COLUMN label SET NOT NULL;

-- migration: not-null-in-a-block
DO $$
BEGIN
  ALTER TABLE audit_log ALTER COLUMN changes DROP NOT NULL;
  ALTER TABLE audit_log ALTER COLUMN changes SET NOT NULL;
END
$$;

-- migration: not-null-proven-before
ALTER TABLE products ADD CONSTRAINT products_description CHECK (description IS NOT NULL) NOT VALID;
-- next file
ALTER TABLE products VALIDATE CONSTRAINT products_description;
-- next file
ALTER TABLE products ALTER COLUMN description SET NOT NULL;
ALTER TABLE products DROP CONSTRAINT products_description;

-- migration: not-null-proven-by-a-wider-check
ALTER TABLE products ADD CONSTRAINT products_weight CHECK (weight IS NOT NULL AND weight >= 0) NOT VALID;
-- next file
ALTER TABLE products VALIDATE CONSTRAINT products_weight;
-- next file
ALTER TABLE products ALTER COLUMN weight SET NOT NULL;

-- migration: not-null-of-what-is-not-null
ALTER TABLE users ALTER COLUMN name SET NOT NULL;

-- migration: not-null-dropped
ALTER TABLE orders ALTER COLUMN reference DROP NOT NULL;

-- migration: not-null-on-new-table
CREATE TABLE couriers (id bigint PRIMARY KEY, name text);
ALTER TABLE couriers ALTER COLUMN name SET NOT NULL;

-- migration: not-null-on-new-column-with-default
ALTER TABLE orders ADD COLUMN channel text DEFAULT 'web';
ALTER TABLE orders ADD CONSTRAINT orders_channel CHECK (channel IS NOT NULL) NOT VALID;
