-- AlterTable
ALTER TABLE "books" ADD COLUMN     "isbn" TEXT;
