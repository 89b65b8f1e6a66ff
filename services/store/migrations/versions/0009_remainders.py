"""What is left of telling a story that very many ask for

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "remainder",
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("hits", sa.JSON(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["article.id"], name=op.f("fk_remainder_article_article")),
        sa.PrimaryKeyConstraint("article", name=op.f("pk_remainder")),
    )
    op.create_index("ix_subscription_rule_person", "subscription", ["rule_key", "person", "id"])


def downgrade() -> None:
    op.drop_index("ix_subscription_rule_person", table_name="subscription")
    op.drop_table("remainder")
