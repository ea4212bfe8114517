-- 011: users.name is to become users.display_name. Renaming it would break the code that is running,
-- so: expand (this file), backfill (012), guarantee (013 and 014), and drop name when no code uses it any more.
-- lockstep: phase=expand

ALTER TABLE users ADD COLUMN display_name TEXT;

-- Code from before this migration writes name only.
CREATE FUNCTION users_copy_name() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.display_name := NEW.name;
    RETURN NEW;
END;
$$;

CREATE TRIGGER users_copy_name
    BEFORE INSERT OR UPDATE OF name ON users
    FOR EACH ROW EXECUTE FUNCTION users_copy_name();

-- Rollback
-- DROP TRIGGER users_copy_name ON users;
-- DROP FUNCTION users_copy_name();
-- ALTER TABLE users DROP COLUMN display_name;
