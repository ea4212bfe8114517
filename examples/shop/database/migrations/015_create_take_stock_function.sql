-- 015: takes pieces from the shelf, or says that there are not enough.

CREATE FUNCTION take_stock(wanted_sku TEXT, pieces INTEGER) RETURNS BIGINT
LANGUAGE plpgsql AS $$
DECLARE
    taken BIGINT;
BEGIN
    UPDATE products SET stock = stock - pieces
    WHERE sku = wanted_sku AND stock >= pieces
    RETURNING id INTO taken;
    IF taken IS NULL THEN
        RAISE EXCEPTION 'not enough of % in stock', wanted_sku USING ERRCODE = 'check_violation';
    END IF;
    RETURN taken;
END;
$$;

-- Rollback
-- DROP FUNCTION take_stock(TEXT, INTEGER);
