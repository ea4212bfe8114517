-- atlas:txmode none

-- Create index "loans_book_id" to table: "loans"
CREATE INDEX CONCURRENTLY "loans_book_id" ON "loans" ("book_id");
