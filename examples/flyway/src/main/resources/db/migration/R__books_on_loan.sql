CREATE OR REPLACE VIEW books_on_loan AS
    SELECT books.id, books.title
    FROM books JOIN loans ON loans.book_id = books.id
    WHERE loans.returned_at IS NULL;
