-- 009: revenue per day (UTC) for the staff's report. A job refreshes it:
-- with app.role = 'staff', or the policies on orders leave it empty.

CREATE MATERIALIZED VIEW revenue_by_day AS
SELECT
    (orders.placed_at AT TIME ZONE 'UTC')::DATE AS day,
    count(DISTINCT orders.id) AS orders,
    sum(order_items.quantity * order_items.unit_price_cents) AS revenue_cents
FROM orders
JOIN order_items ON order_items.order_id = orders.id
WHERE orders.status IN ('paid', 'shipped')
GROUP BY 1;

-- REFRESH MATERIALIZED VIEW CONCURRENTLY needs a unique index.
CREATE UNIQUE INDEX revenue_by_day_day_key ON revenue_by_day (day);

-- Rollback:
--   DROP MATERIALIZED VIEW revenue_by_day;
