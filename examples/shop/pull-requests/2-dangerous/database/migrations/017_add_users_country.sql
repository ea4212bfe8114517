-- 017: where a user lives, for the taxes.

ALTER TABLE users ADD COLUMN country TEXT NOT NULL;

-- Rollback
-- ALTER TABLE users DROP COLUMN country;
