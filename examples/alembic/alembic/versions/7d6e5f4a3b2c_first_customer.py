"""first_customer"""

from alembic import op

revision = "7d6e5f4a3b2c"
down_revision = "1b2c3d4e5f60"


def upgrade():
    op.execute("INSERT INTO customers (email) VALUES ('ada@example.com')")


def downgrade():
    op.execute("DELETE FROM customers")
