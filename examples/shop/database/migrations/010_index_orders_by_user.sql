-- 010: "my orders, newest first". CONCURRENTLY lets orders be placed while the index is built;
-- it cannot run in a transaction, so it has this file for itself.

CREATE INDEX CONCURRENTLY orders_user_id_placed_at_idx ON orders (user_id, placed_at DESC);
