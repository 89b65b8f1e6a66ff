"""What people wish for their alerts, what they say of them, and how channels are looked after

Revision: 0002, after 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_LIVE = sa.text("state IN ('pending', 'leased', 'inflight', 'uncertain')")
_NO, _ZERO = sa.false(), sa.text("0")
_COLUMNS: dict[str, tuple[sa.Column[Any], ...]] = {  # Any: columns of many types
    "person": (
        sa.Column("quiet_from", sa.String(), nullable=True),
        sa.Column("quiet_until", sa.String(), nullable=True),
        sa.Column("digest_at", sa.String(), nullable=False, server_default="07:30"),
        sa.Column("digest_day", sa.Integer(), nullable=False, server_default=_ZERO),
        sa.Column("empty_digests", sa.Boolean(), nullable=False, server_default=_NO),
    ),
    "subscription": (
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("muted", sa.Boolean(), nullable=False, server_default=_NO),
        sa.Column("muted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=True),
    ),
    "channel": (
        sa.Column("bounces", sa.Integer(), nullable=False, server_default=_ZERO),
        sa.Column("lane", sa.String(), nullable=True),
        sa.Column("old_secret_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fallback", sa.String(), nullable=True),
        sa.Column("fallback_after_s", sa.Integer(), nullable=False, server_default=sa.text("900")),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
    ),
    "delivery": (sa.Column("via", sa.String(), nullable=True),),
}


def upgrade() -> None:
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "lane",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("burst", sa.Integer(), nullable=False),
        sa.Column("per_s", sa.Float(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lane")),
    )
    op.create_table(
        "story_mute",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_story_mute_person")),
        sa.ForeignKeyConstraint(["story"], ["story.id"], name=op.f("fk_story_mute_story")),
        sa.PrimaryKeyConstraint("person", "story", name=op.f("pk_story_mute")),
    )
    op.create_index(op.f("ix_story_mute_story"), "story_mute", ["story"])
    op.create_table(
        "feedback",
        sa.Column("alert", sa.String(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('relevant', 'wrong_place', 'wrong_sense', 'duplicate')", name=op.f("ck_feedback_verdict")
        ),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name=op.f("fk_feedback_alert")),
        sa.ForeignKeyConstraint(["subscription"], ["subscription.id"], name=op.f("fk_feedback_subscription")),
        sa.PrimaryKeyConstraint("alert", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_subscription"), "feedback", ["subscription"])
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.create_index(
        "ix_delivery_due", "delivery", ["state", "due_at", "channel", "via"], postgresql_where=_LIVE, sqlite_where=_LIVE
    )
    op.create_index("ix_delivery_channel_created", "delivery", ["channel", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_delivery_channel_created", table_name="delivery")
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.create_index("ix_delivery_due", "delivery", ["state", "due_at"], postgresql_where=_LIVE, sqlite_where=_LIVE)
    op.drop_table("feedback")
    op.drop_table("story_mute")
    op.drop_table("lane")
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.drop_column(table, column.name)
