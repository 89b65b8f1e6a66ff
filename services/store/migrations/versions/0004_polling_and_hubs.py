"""How sources are polled and how they do, whose turn it is at a host, and hubs that push

Revision: 0004, after 0003
"""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TIME = sa.DateTime(timezone=True)
_NONE = sa.text("0")
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_COLUMNS = {
    "source": (
        sa.Column("host", sa.String(), nullable=True),
        sa.Column("secret_sealed", sa.Text(), nullable=True),
        sa.Column("pages", sa.String(), nullable=False, server_default="auto"),
        sa.Column("gap_s", sa.Float(), nullable=True),
        sa.Column("longest_gap_s", sa.Float(), nullable=True),
        sa.Column("last_article_at", _TIME, nullable=True),
        sa.Column("quiet_at", _TIME, nullable=True),
        sa.Column("quiet_since", _TIME, nullable=True),
        sa.Column("moves_to", sa.String(), nullable=True),
        sa.Column("moves", sa.Integer(), nullable=False, server_default=_NONE),
        sa.Column("moved_at", _TIME, nullable=True),
        sa.Column("deleted_at", _TIME, nullable=True),
        sa.Column("looked_at", _TIME, nullable=True),
        sa.Column("told", sa.String(), nullable=False, server_default="healthy"),
    ),
    "article": (
        sa.Column("page", sa.String(), nullable=True),
        sa.Column("page_host", sa.String(), nullable=True),
        sa.Column("page_note", sa.String(), nullable=True),
        sa.Column("page_body", sa.Text(), nullable=True),
        sa.Column("date_mark", sa.String(), nullable=True),
        sa.Column("claimed_at", _TIME, nullable=True),
    ),
}
_PAGE_DUE = sa.text("page = 'due'")


def upgrade() -> None:
    op.create_table(
        "host",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("free_at", _TIME, nullable=False),
        sa.Column("token", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_host")),
    )
    op.create_index(op.f("ix_host_free_at"), "host", ["free_at"])
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    op.create_index(op.f("ix_source_host"), "source", ["host"])
    op.create_index("ix_article_source_seen", "article", ["source", "seen_at"])
    op.create_index(
        "ix_article_page", "article", ["page_host", "due_at"], postgresql_where=_PAGE_DUE, sqlite_where=_PAGE_DUE
    )
    _name_hosts()
    op.create_table(
        "websub",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("token_sealed", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", _TIME, nullable=True),
        sa.Column("verified_at", _TIME, nullable=True),
        sa.Column("heard_at", _TIME, nullable=True),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("ignored", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("lease_until", _TIME, nullable=True),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint(
            "state IN ('wanted', 'asked', 'active', 'leaving', 'left', 'denied', 'ended')", name=op.f("ck_websub_state")
        ),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_websub_source"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_websub")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_websub_token_sha256")),
    )
    op.create_index(op.f("ix_websub_source"), "websub", ["source"])
    op.create_index("ix_websub_due", "websub", ["state", "due_at"])
    op.create_table(
        "hub_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("lease_until", _TIME, nullable=True),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_hub_delivery_source"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hub_delivery")),
        sa.UniqueConstraint("source", "sha256", name=op.f("uq_hub_delivery_source_sha256")),
    )
    op.create_index(op.f("ix_hub_delivery_lease_until"), "hub_delivery", ["lease_until"])


def _name_hosts() -> None:
    """Write down the host of every source that is there."""
    source = sa.table("source", *(sa.column(name) for name in ("id", "url", "host")))
    host = sa.table("host", sa.column("name"), sa.column("free_at", _TIME))
    named = {}
    for id_, url in op.get_bind().execute(sa.select(source.c.id, source.c.url).where(source.c.url.is_not(None))):
        try:
            named[id_] = (urlsplit(url).hostname or "").rstrip(".") or None
        except ValueError:
            continue
    for name in sorted({name for name in named.values() if name}):
        op.execute(host.insert().values(name=name, free_at=_LONG_AGO))
    for id_, name in named.items():
        op.execute(source.update().where(source.c.id == id_).values(host=name))


def downgrade() -> None:
    op.drop_table("hub_delivery")
    op.drop_table("websub")
    op.drop_index("ix_article_page", table_name="article")
    op.drop_index("ix_article_source_seen", table_name="article")
    op.drop_index(op.f("ix_source_host"), table_name="source")
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.drop_column(table, column.name)
    op.drop_table("host")
