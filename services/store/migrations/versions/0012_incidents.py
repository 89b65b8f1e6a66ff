"""What needs an operator, and the channels that operators hear of it by

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page", sa.String(), nullable=True),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("over_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    open_ = sa.text("ended_at IS NULL")
    op.create_index("uq_incident_open", "incident", ["key"], unique=True, postgresql_where=open_, sqlite_where=open_)
    op.create_index(op.f("ix_incident_key"), "incident", ["key"])
    op.create_index(op.f("ix_incident_began_at"), "incident", ["began_at"])
    op.add_column("channel", sa.Column("operators", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("channel", "operators")
    op.drop_table("incident")
