DROP POLICY order_items_of_visible_orders ON order_items;
DROP POLICY orders_staff ON orders;
DROP POLICY orders_own ON orders;

ALTER TABLE order_items NO FORCE ROW LEVEL SECURITY;
ALTER TABLE order_items DISABLE ROW LEVEL SECURITY;
ALTER TABLE orders NO FORCE ROW LEVEL SECURITY;
ALTER TABLE orders DISABLE ROW LEVEL SECURITY;

DROP FUNCTION app_is_staff();
DROP FUNCTION app_user_id();
