-- 016: the carrier's number of the parcel. Empty until the order is shipped.
-- lockstep: phase=expand

ALTER TABLE orders ADD COLUMN tracking_number TEXT;

-- Rollback
-- ALTER TABLE orders DROP COLUMN tracking_number;
