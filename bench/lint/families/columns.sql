-- migration: column-random-default
ALTER TABLE users ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();

-- migration: column-clock-default
ALTER TABLE orders ADD COLUMN seen_at timestamptz DEFAULT clock_timestamp();

-- migration: column-random-inside-an-array
ALTER TABLE items ADD COLUMN dice double precision[] DEFAULT ARRAY[random(), random()];

-- migration: column-serial
ALTER TABLE products ADD COLUMN position serial;

-- migration: column-identity
ALTER TABLE sessions ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;

-- migration: column-generated-stored
ALTER TABLE users ADD COLUMN email_lower text GENERATED ALWAYS AS (lower(email)) STORED;

-- migration: column-of-checked-domain
CREATE DOMAIN stars AS integer CHECK (VALUE BETWEEN 0 AND 5);
ALTER TABLE products ADD COLUMN rating stars;

-- migration: column-required-without-default
ALTER TABLE orders ADD COLUMN warehouse text NOT NULL;

-- migration: column-required-default-taken-away
ALTER TABLE orders ADD COLUMN channel text NOT NULL DEFAULT 'web';
ALTER TABLE orders ALTER COLUMN channel DROP DEFAULT;

-- migration: column-primary-key
ALTER TABLE audit_log ADD COLUMN entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;

-- migration: column-unique-inline
ALTER TABLE users ADD COLUMN slug text UNIQUE;

-- migration: column-check-inline
ALTER TABLE products ADD COLUMN stock integer CHECK (stock >= 0);

-- migration: column-check-inline-with-default
ALTER TABLE orders ADD COLUMN attempts integer NOT NULL DEFAULT 1 CHECK (attempts > 0);

-- migration: column-reference-with-default
ALTER TABLE orders ADD COLUMN country_code varchar(2) NOT NULL DEFAULT 'DE' REFERENCES countries;

-- migration: column-default-function-of-ours
CREATE FUNCTION next_ticket() RETURNS text LANGUAGE sql AS 'SELECT md5(random()::text)';
ALTER TABLE documents ADD COLUMN ticket text DEFAULT next_ticket();

-- migration: column-nullable
ALTER TABLE users ADD COLUMN middle_name text;

-- migration: column-constant-default
ALTER TABLE orders ADD COLUMN channel text DEFAULT 'web';

-- migration: column-required-constant-default
ALTER TABLE orders ADD COLUMN gift boolean NOT NULL DEFAULT false;

-- migration: column-now-default
ALTER TABLE items ADD COLUMN noticed_at timestamptz NOT NULL DEFAULT now();

-- migration: column-empty-json-default
ALTER TABLE products ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}';

-- migration: column-array-default
ALTER TABLE products ADD COLUMN labels text[] NOT NULL DEFAULT ARRAY['new', 'shop'];

-- migration: column-of-new-enum
CREATE TYPE channel AS ENUM ('web', 'shop');
ALTER TABLE orders ADD COLUMN channel channel NOT NULL DEFAULT 'web';

-- migration: column-of-unchecked-domain
ALTER TABLE items ADD COLUMN product_code sku;

-- migration: column-reference-nullable
ALTER TABLE orders ADD COLUMN country_code varchar(2) REFERENCES countries;

-- migration: column-random-default-for-new-rows-alone
ALTER TABLE users ADD COLUMN token uuid;
ALTER TABLE users ALTER COLUMN token SET DEFAULT gen_random_uuid();

-- migration: column-with-unproven-check
ALTER TABLE products ADD COLUMN stock integer;
ALTER TABLE products ADD CONSTRAINT products_stock CHECK (stock >= 0) NOT VALID;

-- migration: column-several-in-one-statement
ALTER TABLE audit_log
  ADD COLUMN reason text,
  ADD COLUMN source text NOT NULL DEFAULT 'app',
  ADD COLUMN important boolean NOT NULL DEFAULT false;

-- migration: column-if-not-exists
ALTER TABLE users ADD COLUMN IF NOT EXISTS phone text;

-- migration: column-on-partitioned-parent
ALTER TABLE events ADD COLUMN source text NOT NULL DEFAULT 'web';

-- migration: column-default-changed
ALTER TABLE orders ALTER COLUMN currency SET DEFAULT 'USD';
