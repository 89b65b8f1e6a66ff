"""What articles say of places, and what a source's articles say of its home

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("article", sa.Column("places", sa.JSON(), nullable=True))
    op.add_column("source", sa.Column("home_learned", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("source", "home_learned")
    op.drop_column("article", "places")
