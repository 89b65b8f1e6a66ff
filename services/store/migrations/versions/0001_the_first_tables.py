"""The first tables

Revision: 0001, after
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)

    op.create_table(
        "counter",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "idempotency",
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_sha256", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client", "key", name=op.f("pk_idempotency")),
    )
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_created_at"), ["created_at"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('subscriber', 'operator', 'admin')", name=op.f("ck_person_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "rule_change",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule_key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_rule_change")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("url_norm", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("home", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("body_sha256", sa.String(), nullable=True),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("good_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fail_count", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('healthy', 'failing', 'paused', 'gone')", name=op.f("ck_source_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("name", name=op.f("uq_source_name")),
        sa.UniqueConstraint("url_norm", name=op.f("uq_source_url_norm")),
    )
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.create_index("ix_source_due", ["state", "next_poll_at"], unique=False)

    op.create_table(
        "story",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("first_article", sa.String(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("updates", sa.Integer(), nullable=False),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
    )
    with op.batch_alter_table("story", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_story_last_seen_at"), ["last_seen_at"], unique=False)

    op.create_table(
        "suppression",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("address_sha256", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("address_sha256", "reason", name=op.f("uq_suppression_address_sha256_reason")),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("boot_id", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_worker_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "article",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("url_canonical", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("title_start", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("body_is_html", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("story", sa.String(), nullable=True),
        sa.Column("old", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.Column("trace", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('new', 'matched', 'set_aside')", name=op.f("ck_article_state")),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_article_source")),
        sa.ForeignKeyConstraint(["story"], ["story.id"], name=op.f("fk_article_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("source", "external_id", "revision", name=op.f("uq_article_source_external_id_revision")),
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_matched_at"), ["matched_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_read_at"), ["read_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_seen_at"), ["seen_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_story"), ["story"], unique=False)
        batch_op.create_index(
            "ix_article_to_match",
            ["read_at"],
            unique=False,
            postgresql_where=sa.text("state = 'new' AND read_at IS NOT NULL"),
            sqlite_where=sa.text("state = 'new' AND read_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_article_to_read",
            ["seen_at"],
            unique=False,
            postgresql_where=sa.text("state = 'new' AND read_at IS NULL"),
            sqlite_where=sa.text("state = 'new' AND read_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_article_url_canonical"), ["url_canonical"], unique=False)

    op.create_table(
        "browser_session",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_browser_session_person")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_browser_session")),
    )
    with op.batch_alter_table("browser_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_browser_session_person"), ["person"], unique=False)

    op.create_table(
        "channel",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("target_sealed", sa.Text(), nullable=False),
        sa.Column("target_sha256", sa.String(), nullable=False),
        sa.Column("secret_sealed", sa.Text(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("confirm_sha256", sa.String(), nullable=True),
        sa.Column("breaker_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("breaker_level", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('unconfirmed', 'active', 'failing', 'disabled')", name=op.f("ck_channel_state")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_channel_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("confirm_sha256", name=op.f("uq_channel_confirm_sha256")),
    )
    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channel_person"), ["person"], unique=False)
        batch_op.create_index(batch_op.f("ix_channel_target_sha256"), ["target_sha256"], unique=False)

    op.create_table(
        "poll",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name=op.f("fk_poll_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
    )
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_poll_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_poll_source"), ["source"], unique=False)

    op.create_table(
        "sign_in_link",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_sign_in_link_person")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_sign_in_link")),
    )
    op.create_table(
        "story_alias",
        sa.Column("old_id", sa.String(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["story"], ["story.id"], name=op.f("fk_story_alias_story")),
        sa.PrimaryKeyConstraint("old_id", name=op.f("pk_story_alias")),
    )
    op.create_table(
        "story_key",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["story"], ["story.id"], name=op.f("fk_story_key_story")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_story_key")),
    )
    with op.batch_alter_table("story_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_story_key_seen_at"), ["seen_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_story_key_story"), ["story"], unique=False)

    op.create_table(
        "subscription",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("rule_key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("breaches", sa.Integer(), nullable=False),
        sa.Column("cadence", sa.String(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("muted_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('active', 'paused', 'quarantined')", name=op.f("ck_subscription_state")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_subscription_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("person", "name", name=op.f("uq_subscription_person_name")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscription_rule_key"), ["rule_key"], unique=False)

    op.create_table(
        "token",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_token_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("sha256", name=op.f("uq_token_sha256")),
    )
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_token_person"), ["person"], unique=False)

    op.create_table(
        "alert",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("story", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["article.id"], name=op.f("fk_alert_article")),
        sa.ForeignKeyConstraint(["story"], ["story.id"], name=op.f("fk_alert_story")),
        sa.ForeignKeyConstraint(["subscription"], ["subscription.id"], name=op.f("fk_alert_subscription")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("subscription", "story", "kind", name=op.f("uq_alert_subscription_story_kind")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_story"), ["story"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("story", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt_no", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(), nullable=True),
        sa.Column("worker", sa.String(), nullable=True),
        sa.Column("inflight_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("reason_code", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leave_sha256", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'leased', 'inflight', 'uncertain', 'sent', 'dead', 'suppressed')",
            name=op.f("ck_delivery_state"),
        ),
        sa.ForeignKeyConstraint(["channel"], ["channel.id"], name=op.f("fk_delivery_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("channel", "dedupe_key", name=op.f("uq_delivery_channel_dedupe_key")),
        sa.UniqueConstraint("leave_sha256", name=op.f("uq_delivery_leave_sha256")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_channel_state", ["channel", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_created_at"), ["created_at"], unique=False)
        batch_op.create_index(
            "ix_delivery_due",
            ["state", "due_at"],
            unique=False,
            postgresql_where=sa.text("state IN ('pending', 'leased', 'inflight', 'uncertain')"),
            sqlite_where=sa.text("state IN ('pending', 'leased', 'inflight', 'uncertain')"),
        )
        batch_op.create_index(batch_op.f("ix_delivery_ended_at"), ["ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_sent_at"), ["sent_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_story"), ["story"], unique=False)

    op.create_table(
        "subscription_channel",
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["channel"], ["channel.id"], name=op.f("fk_subscription_channel_channel")),
        sa.ForeignKeyConstraint(
            ["subscription"], ["subscription.id"], name=op.f("fk_subscription_channel_subscription"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscription", "channel", name=op.f("pk_subscription_channel")),
    )
    with op.batch_alter_table("subscription_channel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscription_channel_channel"), ["channel"], unique=False)

    op.create_table(
        "window",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("cadence", sa.String(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["channel"], ["channel.id"], name=op.f("fk_window_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window")),
        sa.UniqueConstraint("channel", "cadence", "opens_at", name=op.f("uq_window_channel_cadence_opens_at")),
    )
    with op.batch_alter_table("window", schema=None) as batch_op:
        batch_op.create_index("ix_window_due", ["state", "closes_at"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inflight_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"], name=op.f("fk_attempt_delivery")),
        sa.PrimaryKeyConstraint("delivery", "no", name=op.f("pk_attempt")),
    )
    op.create_table(
        "delivery_alert",
        sa.Column("alert", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=True),
        sa.Column("window", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("through", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'told', 'sent', 'dead', 'suppressed')", name=op.f("ck_delivery_alert_state")
        ),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name=op.f("fk_delivery_alert_alert")),
        sa.ForeignKeyConstraint(["channel"], ["channel.id"], name=op.f("fk_delivery_alert_channel")),
        sa.ForeignKeyConstraint(["delivery"], ["delivery.id"], name=op.f("fk_delivery_alert_delivery")),
        sa.ForeignKeyConstraint(["window"], ["window.id"], name=op.f("fk_delivery_alert_window")),
        sa.PrimaryKeyConstraint("alert", "channel", name=op.f("pk_delivery_alert")),
    )
    with op.batch_alter_table("delivery_alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_alert_delivery"), ["delivery"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_alert_window"), ["window"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("delivery_alert", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_alert_window"))
        batch_op.drop_index(batch_op.f("ix_delivery_alert_delivery"))

    op.drop_table("delivery_alert")
    op.drop_table("attempt")
    with op.batch_alter_table("window", schema=None) as batch_op:
        batch_op.drop_index("ix_window_due")

    op.drop_table("window")
    with op.batch_alter_table("subscription_channel", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subscription_channel_channel"))

    op.drop_table("subscription_channel")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_story"))
        batch_op.drop_index(batch_op.f("ix_delivery_sent_at"))
        batch_op.drop_index(batch_op.f("ix_delivery_ended_at"))
        batch_op.drop_index(
            "ix_delivery_due",
            postgresql_where=sa.text("state IN ('pending', 'leased', 'inflight', 'uncertain')"),
            sqlite_where=sa.text("state IN ('pending', 'leased', 'inflight', 'uncertain')"),
        )
        batch_op.drop_index(batch_op.f("ix_delivery_created_at"))
        batch_op.drop_index("ix_delivery_channel_state")

    op.drop_table("delivery")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alert_story"))
        batch_op.drop_index(batch_op.f("ix_alert_created_at"))

    op.drop_table("alert")
    with op.batch_alter_table("token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_token_person"))

    op.drop_table("token")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subscription_rule_key"))

    op.drop_table("subscription")
    with op.batch_alter_table("story_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_story_key_story"))
        batch_op.drop_index(batch_op.f("ix_story_key_seen_at"))

    op.drop_table("story_key")
    op.drop_table("story_alias")
    op.drop_table("sign_in_link")
    with op.batch_alter_table("poll", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_poll_source"))
        batch_op.drop_index(batch_op.f("ix_poll_at"))

    op.drop_table("poll")
    with op.batch_alter_table("channel", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_channel_target_sha256"))
        batch_op.drop_index(batch_op.f("ix_channel_person"))

    op.drop_table("channel")
    with op.batch_alter_table("browser_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_browser_session_person"))

    op.drop_table("browser_session")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_url_canonical"))
        batch_op.drop_index(
            "ix_article_to_read",
            postgresql_where=sa.text("state = 'new' AND read_at IS NULL"),
            sqlite_where=sa.text("state = 'new' AND read_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_article_to_match",
            postgresql_where=sa.text("state = 'new' AND read_at IS NOT NULL"),
            sqlite_where=sa.text("state = 'new' AND read_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_article_story"))
        batch_op.drop_index(batch_op.f("ix_article_seen_at"))
        batch_op.drop_index(batch_op.f("ix_article_read_at"))
        batch_op.drop_index(batch_op.f("ix_article_matched_at"))

    op.drop_table("article")
    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_worker_seen_at"))

    op.drop_table("worker")
    op.drop_table("suppression")
    with op.batch_alter_table("story", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_story_last_seen_at"))

    op.drop_table("story")
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.drop_index("ix_source_due")

    op.drop_table("source")
    op.drop_table("rule_change")
    op.drop_table("person")
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_created_at"))

    op.drop_table("idempotency")
    op.drop_table("counter")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_at"))

    op.drop_table("audit")
