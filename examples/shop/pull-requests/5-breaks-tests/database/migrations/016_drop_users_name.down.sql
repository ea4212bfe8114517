ALTER TABLE users ADD COLUMN name TEXT;
UPDATE users SET name = display_name;
ALTER TABLE users ALTER COLUMN name SET NOT NULL;

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
