-- migrate:up
CREATE TABLE loans (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  book_id bigint NOT NULL REFERENCES books,
  due date NOT NULL
);

-- migrate:down
DROP TABLE loans;
