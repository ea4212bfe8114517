-- migration: type-integer-to-bigint
ALTER TABLE users ALTER COLUMN age TYPE bigint;

-- migration: type-integer-to-numeric
ALTER TABLE products ALTER COLUMN weight TYPE numeric(10, 3);

-- migration: type-text-to-bounded-varchar
ALTER TABLE items ALTER COLUMN label TYPE varchar(200);

-- migration: type-varchar-narrowed
ALTER TABLE users ALTER COLUMN legacy_code TYPE varchar(10);

-- migration: type-numeric-rescaled
ALTER TABLE users ALTER COLUMN balance TYPE numeric(14, 4);

-- migration: type-timestamp-to-timestamptz-elsewhere
SET TimeZone = 'Europe/Berlin';
ALTER TABLE products ALTER COLUMN listed_at TYPE timestamptz;

-- migration: type-timestamp-to-timestamptz-indexed
SET TimeZone = 'UTC';
ALTER TABLE users ALTER COLUMN created_at TYPE timestamptz;

-- migration: type-timestamptz-precision-cut
ALTER TABLE orders ALTER COLUMN shipped_at TYPE timestamptz(0);

-- migration: type-timestamptz-to-date
ALTER TABLE items ALTER COLUMN starts_at TYPE date;

-- migration: type-enum-to-text
ALTER TABLE orders
  ALTER COLUMN status DROP DEFAULT,
  ALTER COLUMN status TYPE text,
  ALTER COLUMN status SET DEFAULT 'pending';

-- migration: type-text-to-integer-on-any-text
ALTER TABLE orders ALTER COLUMN external_number TYPE integer USING external_number::integer;

-- migration: type-text-to-jsonb
ALTER TABLE documents ALTER COLUMN body DROP DEFAULT;
ALTER TABLE documents ALTER COLUMN body TYPE jsonb USING to_jsonb(body);

-- migration: type-collation-of-indexed-column
ALTER TABLE orders ALTER COLUMN reference TYPE text COLLATE "C";

-- migration: type-of-partitioned-parent
ALTER TABLE events ALTER COLUMN user_id TYPE numeric;

-- migration: type-beside-other-changes
ALTER TABLE orders
  ADD COLUMN channel text,
  ALTER COLUMN quantity TYPE bigint,
  ALTER COLUMN note SET DEFAULT '';

-- migration: type-varchar-widened
ALTER TABLE orders ALTER COLUMN currency TYPE varchar(10);

-- migration: type-varchar-to-text
ALTER TABLE users ALTER COLUMN legacy_code TYPE text;

-- migration: type-text-to-unbounded-varchar
ALTER TABLE items ALTER COLUMN label TYPE varchar;

-- migration: type-numeric-widened
ALTER TABLE users ALTER COLUMN balance TYPE numeric(14, 2);

-- migration: type-timestamp-to-timestamptz-at-utc
SET TimeZone = 'UTC';
ALTER TABLE products ALTER COLUMN listed_at TYPE timestamptz;

-- migration: type-text-to-domain-without-check
ALTER TABLE items ALTER COLUMN label TYPE sku;

-- migration: type-same-again
ALTER TABLE products ALTER COLUMN weight TYPE integer;

-- migration: type-collation-without-index
ALTER TABLE documents ALTER COLUMN title TYPE text COLLATE "C";

-- migration: type-of-new-table
CREATE TABLE couriers (id bigint PRIMARY KEY, load integer NOT NULL);
ALTER TABLE couriers ALTER COLUMN load TYPE bigint;
