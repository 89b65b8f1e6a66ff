"""Channels in trouble are found by an index

Revision: 0008, after 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index(op.f("ix_channel_failing_since"), "channel", ["failing_since"])


def downgrade() -> None:
    op.drop_index(op.f("ix_channel_failing_since"), table_name="channel")
