-- Up Migration
CREATE TABLE books (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title text NOT NULL
);

-- Down Migration
DROP TABLE books;
