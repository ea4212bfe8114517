--! Previous: sha1:43c41c7acd02ac7d015174767a521b7edccf5e1c
--! Hash: sha1:23f6f15afa43494832dbdfbbedfcad0a2d65666a
--! Message: index loans book id

--! no-transaction
CREATE INDEX CONCURRENTLY loans_book_id ON loans (book_id);

-- Rollback (graphile-migrate has no way back; Lockstep reads this one)
-- DROP INDEX CONCURRENTLY loans_book_id;
