-- Create "loans" table
CREATE TABLE "loans" (
  "id" bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  "book_id" bigint NOT NULL,
  "returned_at" timestamptz NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "loans_book" FOREIGN KEY ("book_id") REFERENCES "books" ("id")
);
