-- `prisma migrate diff` makes it: from the schema after the migration to the one before.
ALTER TABLE "books" DROP COLUMN "isbn";
