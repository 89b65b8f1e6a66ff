"""How the pages look to a person: the theme, and whether single keys act

Revision: 0015, after 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("person", sa.Column("theme", sa.String(), nullable=False, server_default="system"))
    op.add_column("person", sa.Column("single_keys", sa.Boolean(), nullable=False, server_default=sa.true()))


def downgrade() -> None:
    op.drop_column("person", "single_keys")
    op.drop_column("person", "theme")
