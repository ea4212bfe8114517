-- Create "books" table
CREATE TABLE "books" (
  "id" bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  "title" text NOT NULL,
  PRIMARY KEY ("id")
);
