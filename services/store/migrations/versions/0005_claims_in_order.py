"""Deliveries are claimed in the order of one index, and carry the way they go out by

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_LIVE = sa.text("state IN ('pending', 'leased', 'inflight', 'uncertain')")


def upgrade() -> None:
    op.add_column("delivery", sa.Column("lane", sa.String(), nullable=True))
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.create_index(
        "ix_delivery_due", "delivery", ["state", "due_at", "id", "channel", "via", "lane", "kind"],
        postgresql_where=_LIVE, sqlite_where=_LIVE,
    )  # fmt: skip
    op.create_index(op.f("ix_channel_breaker_until"), "channel", ["breaker_until"])
    op.create_index(op.f("ix_lane_free_at"), "lane", ["free_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_lane_free_at"), table_name="lane")
    op.drop_index(op.f("ix_channel_breaker_until"), table_name="channel")
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.create_index(
        "ix_delivery_due", "delivery", ["state", "due_at", "channel", "via"], postgresql_where=_LIVE, sqlite_where=_LIVE
    )
    op.drop_column("delivery", "lane")
