--! Previous: sha1:d7a23922f4087401777e2df8511094f2331c07cb
--! Hash: sha1:43c41c7acd02ac7d015174767a521b7edccf5e1c
--! Message: create loans

CREATE TABLE loans (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  book_id bigint NOT NULL REFERENCES books,
  due date NOT NULL
);
