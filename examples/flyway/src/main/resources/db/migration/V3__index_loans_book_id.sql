CREATE INDEX CONCURRENTLY loans_book_id ON loans (book_id);
