-- migration: storage-cluster
CLUSTER orders USING orders_placed_at;

-- migration: storage-vacuum-full
VACUUM FULL orders;

-- migration: storage-vacuum-full-with-options
VACUUM (FULL, ANALYZE) users;

-- migration: storage-set-logged
ALTER TABLE sessions SET LOGGED;

-- migration: storage-set-unlogged
ALTER TABLE audit_log SET UNLOGGED;

-- migration: storage-set-logged-of-what-is-logged
ALTER TABLE audit_log SET LOGGED;

-- migration: storage-same-tablespace
ALTER TABLE orders SET TABLESPACE pg_default;

-- migration: storage-same-access-method
ALTER TABLE orders SET ACCESS METHOD heap;

-- migration: storage-vacuum
VACUUM orders;

-- migration: storage-vacuum-analyze
VACUUM (ANALYZE) audit_log;

-- migration: storage-analyze
ANALYZE users;

-- migration: storage-fillfactor
ALTER TABLE orders SET (fillfactor = 90);

-- migration: storage-autovacuum
ALTER TABLE audit_log SET (autovacuum_vacuum_scale_factor = 0.01);

-- migration: storage-statistics-target
ALTER TABLE orders ALTER COLUMN reference SET STATISTICS 1000;

-- migration: storage-extended-statistics
CREATE STATISTICS orders_status_currency ON status, currency FROM orders;

-- migration: storage-of-column
ALTER TABLE documents ALTER COLUMN body SET STORAGE EXTERNAL;

-- migration: storage-replica-identity
ALTER TABLE users REPLICA IDENTITY FULL;

-- migration: storage-cluster-mark
ALTER TABLE orders CLUSTER ON orders_placed_at;
