"""From which story an operator parted another

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("story", sa.Column("parted_from", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("story", "parted_from")
