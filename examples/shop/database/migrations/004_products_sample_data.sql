-- 004: something to look at in a new installation.

INSERT INTO products (sku, name, price_cents, stock) VALUES
    ('MUG-001', 'Mug, blue', 1250, 40),
    ('MUG-002', 'Mug, white; large', 1490, 25),
    ('TEE-001', 'T-shirt, the shop''s own', 2200, 60),
    ('BAG-001', 'Tote bag', 990, 100);

-- Rollback
-- DELETE FROM products WHERE sku IN ('MUG-001', 'MUG-002', 'TEE-001', 'BAG-001');
