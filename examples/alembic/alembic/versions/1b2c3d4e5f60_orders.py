"""orders"""

from alembic import op

revision = "1b2c3d4e5f60"
down_revision = "9f0c1a2b3c4d"


def upgrade():
    op.execute("CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers)")


def downgrade():
    op.execute("DROP TABLE orders")
