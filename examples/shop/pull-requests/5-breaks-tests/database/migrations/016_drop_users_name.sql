-- 016: display_name has taken over (011 to 014).
-- lockstep: phase=contract

DROP TRIGGER users_copy_name ON users;
DROP FUNCTION users_copy_name();

-- lockstep-ignore ban-drop-column -- no code uses it any more, and display_name holds the same
ALTER TABLE users DROP COLUMN name;
