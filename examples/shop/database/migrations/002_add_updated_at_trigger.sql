-- 002: updated_at keeps itself up to date. Tables made later use the same function.

CREATE FUNCTION set_updated_at() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;

CREATE TRIGGER users_set_updated_at
    BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- Rollback
-- DROP TRIGGER users_set_updated_at ON users;
-- DROP FUNCTION set_updated_at();
