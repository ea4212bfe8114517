-- migration: check-valid-at-once
ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 0);

-- migration: check-that-rows-violate
ALTER TABLE items ADD CONSTRAINT items_amount CHECK (amount > 0);

-- migration: check-validated-in-the-same-transaction
ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total;

-- migration: check-that-inserts-violate
ALTER TABLE orders ADD CONSTRAINT orders_note CHECK (note IS NOT NULL) NOT VALID;

-- migration: foreign-key-valid-at-once
ALTER TABLE items ADD CONSTRAINT items_order FOREIGN KEY (order_id) REFERENCES orders;

-- migration: foreign-key-over-orphans
ALTER TABLE items ADD CONSTRAINT items_supplier FOREIGN KEY (supplier_id) REFERENCES users;

-- migration: foreign-key-validated-in-the-same-transaction
ALTER TABLE items ADD CONSTRAINT items_product FOREIGN KEY (product_id) REFERENCES products NOT VALID;
ALTER TABLE items VALIDATE CONSTRAINT items_product;

-- migration: foreign-key-of-a-log-to-users
ALTER TABLE audit_log ADD FOREIGN KEY (row_id) REFERENCES users (id) ON DELETE CASCADE;

-- migration: foreign-key-to-a-new-empty-table
CREATE TABLE suppliers (id bigint PRIMARY KEY, name text NOT NULL);
ALTER TABLE items ADD FOREIGN KEY (supplier_id) REFERENCES suppliers;

-- migration: foreign-key-of-a-partitioned-table
ALTER TABLE events ADD FOREIGN KEY (user_id) REFERENCES users;

-- migration: unique-valid-at-once
ALTER TABLE orders ADD CONSTRAINT orders_reference_key UNIQUE (reference);

-- migration: unique-over-duplicates
ALTER TABLE users ADD CONSTRAINT users_nickname_key UNIQUE (nickname);

-- migration: primary-key-built-in-place
ALTER TABLE audit_log ADD PRIMARY KEY (id);

-- migration: primary-key-replaced
ALTER TABLE sessions DROP CONSTRAINT sessions_pkey;
ALTER TABLE sessions ADD PRIMARY KEY (user_id, id);

-- migration: primary-key-from-index-of-nullable-column
ALTER TABLE metrics_south ALTER COLUMN value DROP NOT NULL;
-- next file
CREATE UNIQUE INDEX CONCURRENTLY metrics_south_pkey ON metrics_south (value);
-- next file
ALTER TABLE metrics_south ADD CONSTRAINT metrics_south_pkey PRIMARY KEY USING INDEX metrics_south_pkey;

-- migration: exclusion-constraint
ALTER TABLE items ADD CONSTRAINT items_apart EXCLUDE USING btree (id WITH =, order_id WITH =);

-- migration: unique-dropped-that-upserts-need
ALTER TABLE tags DROP CONSTRAINT tags_name_key;

-- migration: check-not-valid
ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 0) NOT VALID;

-- migration: check-not-valid-then-validated
ALTER TABLE orders ADD CONSTRAINT orders_total CHECK (total >= 0) NOT VALID;
-- next file
ALTER TABLE orders VALIDATE CONSTRAINT orders_total;

-- migration: foreign-key-not-valid
ALTER TABLE items ADD CONSTRAINT items_order FOREIGN KEY (order_id) REFERENCES orders NOT VALID;

-- migration: foreign-key-not-valid-then-validated
ALTER TABLE items ADD CONSTRAINT items_product FOREIGN KEY (product_id) REFERENCES products NOT VALID;
-- next file
ALTER TABLE items VALIDATE CONSTRAINT items_product;

-- migration: foreign-key-of-a-new-table
CREATE TABLE reviews (id bigint PRIMARY KEY, user_id bigint NOT NULL);
ALTER TABLE reviews ADD FOREIGN KEY (user_id) REFERENCES users;
CREATE INDEX reviews_user_id ON reviews (user_id);

-- migration: unique-from-index
CREATE UNIQUE INDEX CONCURRENTLY orders_reference_key ON orders (reference);
-- next file
ALTER TABLE orders ADD CONSTRAINT orders_reference_key UNIQUE USING INDEX orders_reference_key;

-- migration: primary-key-from-index
CREATE UNIQUE INDEX CONCURRENTLY audit_log_pkey ON audit_log (id);
-- next file
ALTER TABLE audit_log ADD CONSTRAINT audit_log_pkey PRIMARY KEY USING INDEX audit_log_pkey;

-- migration: constraint-dropped
ALTER TABLE orders DROP CONSTRAINT orders_quantity_positive;

-- migration: check-widened
ALTER TABLE orders DROP CONSTRAINT orders_quantity_positive;
ALTER TABLE orders ADD CONSTRAINT orders_quantity_positive CHECK (quantity >= 0) NOT VALID;

-- migration: foreign-key-made-deferrable
ALTER TABLE orders ALTER CONSTRAINT orders_user_id_fkey DEFERRABLE INITIALLY IMMEDIATE;

-- migration: constraint-renamed
ALTER TABLE orders RENAME CONSTRAINT orders_quantity_positive TO orders_quantity_is_positive;

-- migration: exclusion-on-new-table
CREATE TABLE bookings (id bigint PRIMARY KEY, during tstzrange NOT NULL);
ALTER TABLE bookings ADD CONSTRAINT bookings_apart EXCLUDE USING gist (during WITH &&);
