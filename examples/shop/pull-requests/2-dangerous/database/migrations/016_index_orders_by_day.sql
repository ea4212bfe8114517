-- 016: makes the revenue report faster.

CREATE INDEX orders_placed_at_idx ON orders (placed_at);

-- Rollback
-- DROP INDEX orders_placed_at_idx;
