"""Channels in trouble are found by an index

Revision: 0007, after 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index(op.f("ix_channel_failing_since"), "channel", ["failing_since"])


def downgrade() -> None:
    op.drop_index(op.f("ix_channel_failing_since"), table_name="channel")
