-- +goose Up
CREATE TABLE loans (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    book_id bigint NOT NULL REFERENCES books,
    returned_at timestamptz
);

-- +goose StatementBegin
CREATE FUNCTION return_book(loan bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE loans SET returned_at = now() WHERE id = loan;
END
$$
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION return_book;
DROP TABLE loans;
