"""customers"""

from alembic import op

revision = "9f0c1a2b3c4d"
down_revision = None


def upgrade():
    op.execute("CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE)")


def downgrade():
    op.execute("DROP TABLE customers")
