-- 016: what customers think of a product. Reviews are read by the staff before they are shown.

CREATE TYPE review_state AS ENUM ('submitted', 'published', 'rejected');

CREATE TABLE reviews (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id BIGINT NOT NULL REFERENCES products (id),
    user_id    BIGINT NOT NULL REFERENCES users (id),
    state      review_state NOT NULL DEFAULT 'submitted',
    stars      BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 5),
    body       TEXT,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE INDEX reviews_product_id_idx ON reviews (product_id);

-- Rollback
-- DROP TABLE reviews;
