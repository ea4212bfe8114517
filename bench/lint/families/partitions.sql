-- migration: partition-attached-without-proof
ALTER TABLE metrics ATTACH PARTITION metrics_south FOR VALUES IN ('south');

-- migration: partition-proven-in-the-same-transaction
ALTER TABLE metrics_south ADD CONSTRAINT metrics_south_region CHECK (region = 'south');
ALTER TABLE metrics ATTACH PARTITION metrics_south FOR VALUES IN ('south');

-- migration: partition-made-beside-a-default
CREATE TABLE events_2030 PARTITION OF events FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');

-- migration: partition-attached-beside-a-default
CREATE TABLE events_2030 (LIKE events INCLUDING DEFAULTS);
ALTER TABLE events ATTACH PARTITION events_2030 FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');

-- migration: partition-whose-rows-are-in-the-default
CREATE TABLE events_2027 PARTITION OF events FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');

-- migration: partition-detached-in-use
ALTER TABLE events DETACH PARTITION events_2026;

-- migration: partition-primary-key-of-parent
ALTER TABLE events ADD PRIMARY KEY (id, happened_on);

-- migration: partition-check-of-parent
ALTER TABLE events ADD CONSTRAINT events_kind CHECK (kind <> '');

-- migration: partition-not-attached-to-any
CREATE TABLE metrics_copy (LIKE metrics INCLUDING DEFAULTS);
INSERT INTO metrics_copy SELECT 'copy', name, value, seen_at FROM metrics;
DROP TABLE metrics_north;

-- migration: partition-attached-with-proof
ALTER TABLE metrics ATTACH PARTITION metrics_west FOR VALUES IN ('west');

-- migration: partition-made-without-a-default
CREATE TABLE metrics_east PARTITION OF metrics FOR VALUES IN ('east');

-- migration: partition-new-table-attached
CREATE TABLE metrics_east (LIKE metrics INCLUDING DEFAULTS);
ALTER TABLE metrics ATTACH PARTITION metrics_east FOR VALUES IN ('east');

-- migration: partition-proven-beforehand
ALTER TABLE metrics_south ADD CONSTRAINT metrics_south_region CHECK (region = 'south') NOT VALID;
-- next file
ALTER TABLE metrics_south VALIDATE CONSTRAINT metrics_south_region;
-- next file
ALTER TABLE metrics ATTACH PARTITION metrics_south FOR VALUES IN ('south');

-- migration: partition-beside-a-proven-default
ALTER TABLE events_rest ADD CONSTRAINT events_rest_not_2030
  CHECK (happened_on IS NOT NULL AND (happened_on < '2030-01-01' OR happened_on >= '2031-01-01')) NOT VALID;
-- next file
ALTER TABLE events_rest VALIDATE CONSTRAINT events_rest_not_2030;
-- next file
CREATE TABLE events_2030 PARTITION OF events FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');

-- migration: partition-first-default
CREATE TABLE metrics_rest PARTITION OF metrics DEFAULT;

-- migration: partition-of-new-table
CREATE TABLE visits (id bigint NOT NULL, seen_on date NOT NULL) PARTITION BY RANGE (seen_on);
CREATE TABLE visits_rest PARTITION OF visits DEFAULT;
CREATE TABLE visits_2026 PARTITION OF visits FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE INDEX visits_seen_on ON visits (seen_on);

-- migration: partition-attached-and-detached
CREATE TABLE metrics_east PARTITION OF metrics FOR VALUES IN ('east');
ALTER TABLE metrics DETACH PARTITION metrics_east;

-- migration: partition-check-not-valid-of-one
ALTER TABLE events_2025 ADD CONSTRAINT events_2025_kind CHECK (kind <> '') NOT VALID;
