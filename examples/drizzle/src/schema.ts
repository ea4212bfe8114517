import { integer, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

export const books = pgTable('books', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  title: text().notNull(),
  isbn: text(),
});

export const loans = pgTable(
  'loans',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    bookId: integer('book_id').notNull().references(() => books.id),
    lentAt: timestamp('lent_at', { withTimezone: true }).notNull().defaultNow(),
  },
);
