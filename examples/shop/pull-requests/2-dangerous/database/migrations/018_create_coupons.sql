-- 018: coupons, and which of them an order was placed with.

CREATE TABLE coupons (
    code        TEXT PRIMARY KEY,
    percent_off BIGINT NOT NULL CHECK (percent_off BETWEEN 1 AND 100)
);

ALTER TABLE orders ADD COLUMN coupon_code TEXT;
ALTER TABLE orders ADD CONSTRAINT orders_coupon_code_fkey FOREIGN KEY (coupon_code) REFERENCES coupons (code);

-- Rollback
-- ALTER TABLE orders DROP COLUMN coupon_code;
-- DROP TABLE coupons;
