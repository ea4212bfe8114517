-- What the statements of the truth table are tried on.
CREATE EXTENSION btree_gist;
CREATE TABLE parent (id int PRIMARY KEY, code text, CONSTRAINT code_present CHECK (code IS NOT NULL));
CREATE TABLE t (
  id int PRIMARY KEY, a int, b text, c varchar(20), d timestamp, e date, n numeric(10, 2), v varchar, u int, parent_id int,
  ip inet, bits bit varying(8), CONSTRAINT a_present CHECK (a IS NOT NULL)
);
CREATE INDEX t_b ON t (b);
CREATE UNIQUE INDEX t_u ON t (u);
CREATE UNIQUE INDEX t_id2 ON t (id);
CREATE TABLE child (id int PRIMARY KEY, parent_id int);
ALTER TABLE child ADD CONSTRAINT child_parent FOREIGN KEY (parent_id) REFERENCES parent NOT VALID;
ALTER TABLE child ADD CONSTRAINT small CHECK (id < 100) NOT VALID;
CREATE TABLE lone (x int, y int);
CREATE UNLOGGED TABLE quick (x int);
CREATE TABLE base (x int);
CREATE TABLE heir (z int) INHERITS (base);
CREATE TABLE p (k int, w int) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
CREATE TABLE q (k int, w int) PARTITION BY LIST (k);
CREATE TABLE q1 PARTITION OF q FOR VALUES IN (1);
CREATE TABLE q_rest PARTITION OF q DEFAULT;
CREATE TABLE loose (k int, w int);
CREATE TABLE proven (k int NOT NULL, w int, CHECK (k >= 20 AND k < 30));
CREATE VIEW seen AS SELECT x, y FROM lone;
CREATE MATERIALIZED VIEW totals AS SELECT x, count(*) AS n FROM lone GROUP BY x;
CREATE UNIQUE INDEX totals_x ON totals (x);
CREATE SEQUENCE counter;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN positive AS int;
CREATE DOMAIN strict AS int CHECK (VALUE > 0);
CREATE TABLE measured (m positive, f mood DEFAULT 'ok');
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER lone_touch BEFORE INSERT ON lone FOR EACH ROW EXECUTE FUNCTION touch();
CREATE RULE lone_quiet AS ON DELETE TO lone DO INSTEAD NOTHING;
CREATE POLICY everything ON lone USING (true);
CREATE STATISTICS lone_xy ON x, y FROM lone;
CREATE SCHEMA other;
CREATE TABLE other.parent (id int PRIMARY KEY);
CREATE TABLE doubled (x int, twice int GENERATED ALWAYS AS (x * 2) STORED);
