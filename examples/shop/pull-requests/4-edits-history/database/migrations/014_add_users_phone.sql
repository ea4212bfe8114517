-- 014: a phone number for questions about an order.

ALTER TABLE users ADD COLUMN phone TEXT;

-- Rollback
-- ALTER TABLE users DROP COLUMN phone;
