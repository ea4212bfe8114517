-- 020: a few words to go with a present.

ALTER TABLE orders ADD COLUMN gift_note TEXT;
CREATE INDEX CONCURRENTLY orders_gift_note_idx ON orders (placed_at) WHERE gift_note IS NOT NULL;

-- Rollback
-- ALTER TABLE orders DROP COLUMN gift_note;
