-- Up Migration
CREATE TABLE loans (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  book_id bigint NOT NULL REFERENCES books,
  due date NOT NULL
);
CREATE INDEX loans_book_id ON loans (book_id);

-- Down Migration
DROP TABLE loans;
