-- 013: from now on every user has a display name. NOT VALID: new rows are checked, the old ones
-- are not read yet, so nobody waits.

ALTER TABLE users ADD CONSTRAINT users_display_name_present CHECK (display_name IS NOT NULL) NOT VALID;

-- Rollback
-- ALTER TABLE users DROP CONSTRAINT users_display_name_present;
