"""Bundles of analysed articles, which previews ask

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "bundle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("seen_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("stems", sa.LargeBinary(), nullable=False),
        sa.Column("folded", sa.LargeBinary(), nullable=False),
        sa.Column("exact", sa.LargeBinary(), nullable=False),
        sa.Column("placed", sa.LargeBinary(), nullable=False),
        sa.Column("texts", sa.LargeBinary(), nullable=False),
        sa.Column("typed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle")),
    )
    op.create_index(op.f("ix_bundle_seen_to"), "bundle", ["seen_to"])
    op.add_column("article", sa.Column("bundle", sa.Integer(), nullable=True))
    op.create_index(
        "ix_article_to_bundle", "article", ["read_at"],
        postgresql_where=sa.text("bundle IS NULL AND read_at IS NOT NULL"),
        sqlite_where=sa.text("bundle IS NULL AND read_at IS NOT NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_article_to_bundle", table_name="article")
    op.drop_column("article", "bundle")
    op.drop_index(op.f("ix_bundle_seen_to"), table_name="bundle")
    op.drop_table("bundle")
