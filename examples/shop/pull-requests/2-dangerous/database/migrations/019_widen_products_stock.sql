-- 019: we have started to sell screws.

ALTER TABLE products ALTER COLUMN stock TYPE BIGINT;

-- Rollback
-- ALTER TABLE products ALTER COLUMN stock TYPE INTEGER;
