"""A story that very many ask for is told beside the others, in parts that are cut once; indexes that SQLite uses

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

# SQLite does not see that `state = 'pending'` is within an IN, and passes such an index over.
_LIVE = sa.text("state = 'pending' OR state = 'leased' OR state = 'inflight' OR state = 'uncertain'")
_LIVE_BEFORE = sa.text("state IN ('pending', 'leased', 'inflight', 'uncertain')")
_REST = ["due_at", "id", "channel", "via", "lane", "kind"]
_TO_READ = sa.text("state = 'new' AND read_at IS NULL")
_TO_MATCH = sa.text("state = 'new' AND read_at IS NOT NULL")


def _indexes(live: list[str], live_where: sa.TextClause, to_read: list[str], to_match: list[str]) -> None:
    for name, table, columns, where in (
        ("ix_delivery_due", "delivery", live, live_where),
        ("ix_article_to_read", "article", to_read, _TO_READ),
        ("ix_article_to_match", "article", to_match, _TO_MATCH),
    ):
        op.create_index(name, table, columns, postgresql_where=where, sqlite_where=where)


def _drop_indexes() -> None:
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.drop_index("ix_article_to_read", table_name="article")
    op.drop_index("ix_article_to_match", table_name="article")


def upgrade() -> None:
    op.add_column("delivery", sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("remainder", sa.Column("bounds", sa.JSON(), nullable=True))
    _drop_indexes()
    _indexes(["state", "rank", *_REST], _LIVE, ["read_at", "seen_at", "id"], ["read_at", "id"])
    op.create_index(op.f("ix_channel_handed_at"), "channel", ["handed_at"])
    op.create_index(op.f("ix_person_empty_digests"), "person", ["empty_digests"])


def downgrade() -> None:
    op.drop_index(op.f("ix_person_empty_digests"), table_name="person")
    op.drop_index(op.f("ix_channel_handed_at"), table_name="channel")
    _drop_indexes()
    _indexes(["state", *_REST], _LIVE_BEFORE, ["seen_at"], ["read_at"])
    op.drop_column("remainder", "bounds")
    op.drop_column("delivery", "rank")
