-- 007: a user sees nobody else's orders; the shop's staff sees all of them.
--
-- The application connects as one role and says per transaction for whom it works:
--   SELECT set_config('app.user_id', '42', true)     a user
--   SELECT set_config('app.role', 'staff', true)     the staff
-- That role owns the tables, and policies do not hold for a table's owner: hence FORCE.

CREATE FUNCTION app_user_id() RETURNS BIGINT
LANGUAGE sql STABLE
RETURN nullif(current_setting('app.user_id', true), '')::BIGINT;

CREATE FUNCTION app_is_staff() RETURNS BOOLEAN
LANGUAGE sql STABLE
RETURN coalesce(current_setting('app.role', true), '') = 'staff';

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
ALTER TABLE order_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_items FORCE ROW LEVEL SECURITY;

CREATE POLICY orders_own ON orders
    USING (user_id = app_user_id());

CREATE POLICY orders_staff ON orders
    USING (app_is_staff());

-- Whoever sees an order sees its lines.
CREATE POLICY order_items_of_visible_orders ON order_items
    USING (EXISTS (SELECT FROM orders WHERE orders.id = order_items.order_id));
