alter table books add column isbn text;

-- Rollback
-- alter table books drop column isbn;
