-- 000: the countries that we deliver to.

CREATE TABLE countries (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL
);

-- Rollback
-- DROP TABLE countries;
