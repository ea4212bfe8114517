-- Up Migration
ALTER TABLE books ADD COLUMN isbn text;

-- Down Migration
ALTER TABLE books DROP COLUMN isbn;
