-- 008: what each order comes to. security_invoker: who reads the view sees what the policies let him see.

CREATE VIEW order_totals WITH (security_invoker = true) AS
SELECT
    orders.id AS order_id,
    orders.user_id,
    orders.status,
    orders.placed_at,
    coalesce(sum(order_items.quantity), 0) AS pieces,
    coalesce(sum(order_items.quantity * order_items.unit_price_cents), 0) AS total_cents
FROM orders
LEFT JOIN order_items ON order_items.order_id = orders.id
GROUP BY orders.id;

-- Rollback
-- DROP VIEW order_totals;
