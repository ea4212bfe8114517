-- 017: the product's name in the address of its page.

ALTER TABLE products ADD COLUMN slug TEXT;

-- Rollback
-- ALTER TABLE products DROP COLUMN slugs;
