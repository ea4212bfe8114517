-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY loans_book_id ON loans (book_id);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY loans_book_id;
