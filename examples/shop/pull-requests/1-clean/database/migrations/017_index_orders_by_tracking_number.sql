-- 017: support is called with a tracking number and looks for the order.

CREATE INDEX CONCURRENTLY orders_tracking_number_idx ON orders (tracking_number) WHERE tracking_number IS NOT NULL;
