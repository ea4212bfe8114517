-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY loans_book_id ON loans (book_id);

-- +goose Down
DROP INDEX CONCURRENTLY loans_book_id;
