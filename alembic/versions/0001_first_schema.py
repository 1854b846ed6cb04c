"""First schema: the tree, reports, rules, scores, alerts, the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
    )
    op.create_index("ix_journal_entry_at", "journal_entry", ["at"])
    op.create_index("ix_journal_entry_kind", "journal_entry", ["kind"])
    op.create_table(
        "node",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("parent_id", sa.String(64), sa.ForeignKey("node.id")),
        sa.Column("path", sa.String(1000).with_variant(sa.String(1000, collation="C"), "postgresql"), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("industry", sa.String(60)),
        sa.Column("headcount", sa.Integer()),
        sa.Column("key", sa.Boolean(), nullable=False),
        sa.Column("opened", sa.Date()),
        sa.Column("closed", sa.Date()),
    )
    op.create_index("ix_node_parent_id", "node", ["parent_id"])
    op.create_index("ix_node_path", "node", ["path"], unique=True)
    op.create_table(
        "officer",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
    )
    op.create_table(
        "reporting_week",
        sa.Column("week", sa.String(8), primary_key=True),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT),
    )
    op.create_table(
        "rule_version",
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("published_by", sa.String(200), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(1000), nullable=False),
        sa.Column("secret", sa.String()),
        sa.Column("disabled_at", INSTANT),
        sa.Column("disabled_reason", sa.String(), nullable=False),
        sa.UniqueConstraint("officer_id", "channel", "address", name="uq_contact_officer_id_channel_address"),
    )
    op.create_index("ix_contact_officer_id", "contact", ["officer_id"])
    op.create_table(
        "due",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("node_id", sa.String(64), sa.ForeignKey("node.id"), nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("cause", sa.String(12), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("held_until", INSTANT),
    )
    op.create_index("ix_due_node_id", "due", ["node_id"])
    op.create_table(
        "expectation",
        sa.Column("node_id", sa.String(64), sa.ForeignKey("node.id"), primary_key=True),
        sa.Column("week", sa.String(8), primary_key=True),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("closes_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reminded_at", INSTANT),
    )
    op.create_index("ix_expectation_week", "expectation", ["week"])
    op.create_table(
        "leave",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
    )
    op.create_index("ix_leave_officer_id", "leave", ["officer_id"])
    op.create_table(
        "mute",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("node_id", sa.String(64), sa.ForeignKey("node.id"), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
    )
    op.create_index("ix_mute_node_id", "mute", ["node_id"])
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("node_id", sa.String(64), sa.ForeignKey("node.id"), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.UniqueConstraint("node_id", "role", name="uq_post_node_id_role"),
    )
    op.create_index("ix_post_node_id", "post", ["node_id"])
    op.create_table(
        "score",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("node_id", sa.String(64), sa.ForeignKey("node.id"), nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Float(), nullable=False),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("rule_version", sa.Integer(), sa.ForeignKey("rule_version.version"), nullable=False),
        sa.Column("pack_digest", sa.String(64), nullable=False),
        sa.Column("revisions", sa.JSON(), nullable=False),
        sa.Column("computed_at", INSTANT, nullable=False),
        sa.Column("superseded_at", INSTANT),
        sa.Column("decision", sa.String(20), nullable=False),
    )
    op.create_index("ix_score_node_id", "score", ["node_id"])
    op.create_index("ix_score_week", "score", ["week"])
    op.create_index(
        "ux_score_current",
        "score",
        ["node_id", "week"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("node_id", sa.String(64), sa.ForeignKey("node.id")),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id")),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.UniqueConstraint("digest", name="uq_token_digest"),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("node_id", sa.String(64), sa.ForeignKey("node.id"), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("theme", sa.String(40), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("first_week", sa.String(8), nullable=False),
        sa.Column("last_week", sa.String(8), nullable=False),
        sa.Column("score_id", sa.String(36), sa.ForeignKey("score.id"), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("sign_by", INSTANT, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("next_step_at", INSTANT),
        sa.Column("acknowledged_at", INSTANT),
        sa.Column("acknowledged_by", sa.String(64), sa.ForeignKey("officer.id")),
        sa.Column("closed_at", INSTANT),
        sa.Column("outcome", sa.String(20)),
    )
    op.create_index("ix_alert_next_step", "alert", ["next_step_at"])
    op.create_index("ix_alert_node_id", "alert", ["node_id"])
    op.create_index(
        "ux_alert_open",
        "alert",
        ["node_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("node_id", sa.String(64), sa.ForeignKey("node.id"), nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("people", sa.BigInteger()),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("token_id", sa.Integer(), sa.ForeignKey("token.id")),
    )
    op.create_index("ix_event_node_id", "event", ["node_id"])
    op.create_table(
        "receipt",
        sa.Column("token_id", sa.Integer(), sa.ForeignKey("token.id"), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("body_digest", sa.String(64), nullable=False),
        sa.Column("stored_id", sa.String(36), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_index("ix_receipt_created_at", "receipt", ["created_at"])
    op.create_table(
        "report",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("node_id", sa.String(64), sa.ForeignKey("node.id"), nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("source", sa.String(12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("nil", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("confirmed", sa.JSON(), nullable=False),
        sa.Column("token_id", sa.Integer(), sa.ForeignKey("token.id")),
        sa.UniqueConstraint("node_id", "week", "source", "revision", name="uq_report_node_id_week_source_revision"),
    )
    op.create_index("ix_report_week", "report", ["week"])
    op.create_table(
        "tenure",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("post_id", sa.Integer(), sa.ForeignKey("post.id"), nullable=False),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.UniqueConstraint("post_id", "officer_id", name="uq_tenure_post_id_officer_id"),
        sa.UniqueConstraint("post_id", "position", name="uq_tenure_post_id_position"),
    )
    op.create_index("ix_tenure_officer_id", "tenure", ["officer_id"])
    op.create_index("ix_tenure_post_id", "tenure", ["post_id"])
    op.create_table(
        "alert_event",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("alert_id", sa.Integer(), sa.ForeignKey("alert.id"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("week", sa.String(8)),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("score_id", sa.String(36), sa.ForeignKey("score.id")),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id")),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.UniqueConstraint("alert_id", "seq", name="uq_alert_event_alert_id_seq"),
    )
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("occasion", sa.String(300), nullable=False),
        sa.Column("alert_id", sa.Integer(), sa.ForeignKey("alert.id")),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id")),
        sa.Column("post", sa.String(130), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("address", sa.String(1000), nullable=False),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id")),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("fallbacks", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("available_at", INSTANT, nullable=False),
        sa.Column("lease", sa.String(36)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.UniqueConstraint("occasion", name="uq_outbox_message_occasion"),
    )
    op.create_index("ix_outbox_message_alert_id", "outbox_message", ["alert_id"])
    op.create_index(
        "ix_outbox_waiting",
        "outbox_message",
        ["channel", "available_at"],
        sqlite_where=sa.text("state IN ('pending', 'sending')"),
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )
    op.create_table(
        "delivery_attempt",
        sa.Column("message_id", sa.String(36), sa.ForeignKey("outbox_message.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("outcome", sa.String(12)),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
    )
