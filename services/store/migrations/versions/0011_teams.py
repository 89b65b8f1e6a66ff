"""Teams: who subscribes together

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("person", sa.Column("is_team", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "team_member",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["team"], ["person.id"], name=op.f("fk_team_member_team_person"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name=op.f("fk_team_member_person_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team", "person", name=op.f("pk_team_member")),
    )
    op.create_index(op.f("ix_team_member_person"), "team_member", ["person"])


def downgrade() -> None:
    op.drop_index(op.f("ix_team_member_person"), table_name="team_member")
    op.drop_table("team_member")
    op.drop_column("person", "is_team")
