-- 012: the users from before 011.
-- lockstep: phase=backfill

UPDATE users SET display_name = name WHERE display_name IS NULL;

-- Rollback
-- UPDATE users SET display_name = NULL;
