"""Threads of stories, what an article is to its story with its signature, and what a revision changed

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("story", sa.Column("thread", sa.String(), nullable=True))
    op.create_index(op.f("ix_story_thread"), "story", ["thread"])
    op.create_table(
        "story_member",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("near", sa.String(), nullable=True),
        sa.Column("changed", sa.JSON(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "relation IN ('new', 'copy', 'retelling', 'related', 'revision')",
            name=op.f("ck_story_member_relation"),
        ),
        sa.ForeignKeyConstraint(["article"], ["article.id"], name=op.f("fk_story_member_article"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["story"], ["story.id"], name=op.f("fk_story_member_story")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_story_member")),
        sa.UniqueConstraint("article", name=op.f("uq_story_member_article")),
    )
    op.create_index(op.f("ix_story_member_story"), "story_member", ["story", "seq"])


def downgrade() -> None:
    op.drop_table("story_member")
    op.drop_index(op.f("ix_story_thread"), table_name="story")
    op.drop_column("story", "thread")
