"""What is known of a rule beside its queries: breaches of its budget, quarantine, why it is tried on every article

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "rule",
        sa.Column("rule_key", sa.String(), nullable=False),
        sa.Column("anyway", sa.String(), nullable=True),
        sa.Column("breaches", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(), nullable=True),
        sa.Column("said", sa.String(), nullable=True),
        sa.Column("took_ms", sa.Float(), nullable=True),
        sa.Column("article", sa.String(), nullable=True),
        sa.Column("broke_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quarantined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_to", sa.String(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("rule_key", name=op.f("pk_rule")),
    )
    op.create_index(op.f("ix_rule_quarantined_at"), "rule", ["quarantined_at"])
    op.execute(
        "INSERT INTO rule (rule_key, breaches, fault, said, broke_at, quarantined_at, told_to) "
        "SELECT rule_key, 3, 'failed', MAX(reason), MAX(changed_at), MAX(changed_at), '' FROM subscription "
        "WHERE state = 'quarantined' GROUP BY rule_key"
    )
    op.drop_column("subscription", "breaches")


def downgrade() -> None:
    op.add_column("subscription", sa.Column("breaches", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index(op.f("ix_rule_quarantined_at"), table_name="rule")
    op.drop_table("rule")
