-- 014: now the old rows, too. It reads the whole table, and lets everybody else read and write meanwhile.

ALTER TABLE users VALIDATE CONSTRAINT users_display_name_present;

-- Rollback
-- ALTER TABLE users DROP CONSTRAINT users_display_name_present;
-- ALTER TABLE users ADD CONSTRAINT users_display_name_present CHECK (display_name IS NOT NULL) NOT VALID;
