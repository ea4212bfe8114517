-- migration: domain-check-added
ALTER DOMAIN sku ADD CONSTRAINT sku_not_empty CHECK (VALUE <> '');

-- migration: domain-check-that-rows-violate
ALTER DOMAIN percentage ADD CONSTRAINT percentage_below_100 CHECK (VALUE < 100);

-- migration: domain-not-null
ALTER DOMAIN percentage SET NOT NULL;

-- migration: domain-check-validated-in-the-same-transaction
ALTER DOMAIN sku ADD CONSTRAINT sku_not_empty CHECK (VALUE <> '') NOT VALID;
ALTER DOMAIN sku VALIDATE CONSTRAINT sku_not_empty;

-- migration: refresh-that-stops-readers
REFRESH MATERIALIZED VIEW sales_by_user;

-- migration: materialized-view-made-anew
DROP MATERIALIZED VIEW sales_by_user;
CREATE MATERIALIZED VIEW sales_by_user AS
  SELECT user_id, count(*) AS orders, sum(total) AS total, max(placed_at) AS last FROM orders GROUP BY user_id;
CREATE UNIQUE INDEX sales_by_user_user_id ON sales_by_user (user_id);

-- migration: materialized-view-emptied
REFRESH MATERIALIZED VIEW sales_by_user WITH NO DATA;

-- migration: row-security-without-policy
ALTER TABLE products ENABLE ROW LEVEL SECURITY;

-- migration: row-security-restricted-further
CREATE POLICY documents_of_owner ON documents AS RESTRICTIVE
  USING (owner_id::text = current_setting('shop.user_id', true));

-- migration: row-security-policy-narrowed
ALTER POLICY documents_for_all ON documents USING (revision > 1000);

-- migration: trigger-that-fails
CREATE FUNCTION audit_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.checked_at := now(); RETURN NEW; END $$;
CREATE TRIGGER audit_log_check BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_check();

-- migration: trigger-that-refuses
CREATE FUNCTION items_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'items are frozen'; END $$;
CREATE TRIGGER items_frozen BEFORE INSERT OR UPDATE ON items FOR EACH ROW EXECUTE FUNCTION items_are_frozen();

-- migration: view-loses-a-column
DROP VIEW active_users;
CREATE VIEW active_users AS SELECT id, email FROM users WHERE status = 'active';

-- migration: function-takes-other-arguments
DROP FUNCTION price_with_tax(integer);
CREATE FUNCTION price_with_tax(price integer, rate numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT price * rate';

-- migration: function-replaced-by-one-that-fails
CREATE OR REPLACE FUNCTION price_with_tax(price integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN price + tax_of(price);
END
$$;

-- migration: domain-check-not-valid
ALTER DOMAIN sku ADD CONSTRAINT sku_not_empty CHECK (VALUE <> '') NOT VALID;

-- migration: domain-default
ALTER DOMAIN percentage SET DEFAULT 0;

-- migration: domain-new-with-check
CREATE DOMAIN stars AS integer CHECK (VALUE BETWEEN 0 AND 5);

-- migration: refresh-concurrently
REFRESH MATERIALIZED VIEW CONCURRENTLY sales_by_user;

-- migration: materialized-view-new
CREATE MATERIALIZED VIEW sales_by_coupon AS SELECT coupon, sum(total) AS total FROM orders GROUP BY coupon;

-- migration: materialized-view-new-without-data
CREATE MATERIALIZED VIEW sales_by_day AS SELECT placed_at::date AS day, sum(total) FROM orders GROUP BY 1 WITH NO DATA;

-- migration: row-security-with-policy
ALTER TABLE products ENABLE ROW LEVEL SECURITY;
CREATE POLICY products_for_all ON products USING (true) WITH CHECK (true);

-- migration: row-security-one-more-policy
CREATE POLICY documents_for_readers ON documents FOR SELECT USING (revision > 0);

-- migration: row-security-on-new-table
CREATE TABLE drafts (id bigint PRIMARY KEY, owner_id bigint NOT NULL);
ALTER TABLE drafts ENABLE ROW LEVEL SECURITY;
CREATE POLICY drafts_of_owner ON drafts USING (owner_id::text = current_setting('shop.user_id', true));

-- migration: row-security-taken-away
ALTER TABLE documents DISABLE ROW LEVEL SECURITY;

-- migration: trigger-that-works
CREATE FUNCTION trim_title() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := trim(NEW.title); RETURN NEW; END $$;
CREATE TRIGGER products_trim BEFORE INSERT OR UPDATE ON products FOR EACH ROW EXECUTE FUNCTION trim_title();

-- migration: trigger-disabled
ALTER TABLE users DISABLE TRIGGER users_touch;

-- migration: view-gains-a-column
CREATE OR REPLACE VIEW active_users AS SELECT id, email, name, nickname FROM users WHERE status = 'active';

-- migration: view-new
CREATE VIEW open_orders AS SELECT id, user_id, total FROM orders WHERE status <> 'shipped';

-- migration: function-replaced
CREATE OR REPLACE FUNCTION price_with_tax(price integer) RETURNS integer LANGUAGE sql IMMUTABLE AS
  'SELECT price + price / 4';

-- migration: function-overloaded
CREATE FUNCTION price_with_tax(price integer, rate numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT price * rate';

-- migration: enum-value-added
ALTER TYPE order_status ADD VALUE 'refunded' AFTER 'shipped';

-- migration: enum-value-added-then-used
ALTER TYPE order_status ADD VALUE IF NOT EXISTS 'refunded' AFTER 'shipped';
-- next file
ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'refunded';

-- migration: comments
COMMENT ON COLUMN users.phone IS 'As the user wrote it';
COMMENT ON TABLE orders IS 'One row for each basket that was paid';

-- migration: sequence-new
CREATE SEQUENCE invoice_numbers AS bigint START 1000;
