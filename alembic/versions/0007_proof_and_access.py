"""Proof of delivery and access by people: receipts, links, codes, chained attempts, beats; accounts, sessions, sightings."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
COUNTS = ("due", "in_time", "late", "missing", "excused", "reminded")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _proof()
    _watching()
    _access()
    _reporting()
    _without_defaults()


def _without_defaults() -> None:
    added = {
        "outbox_message": {"remote_id": sa.String(200)},
        "delivery_attempt": {"previous_hash": sa.String(64), "hash": sa.String(64)},
        "event": {"discreet": sa.Boolean()},
        "expectation": {"excused_reason": sa.String()},
    }
    for table, columns in added.items():
        with op.batch_alter_table(table) as batch:
            for name, kind in columns.items():
                batch.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def _proof() -> None:
    with op.batch_alter_table("outbox_message") as table:
        table.add_column(sa.Column("remote_id", sa.String(200), nullable=False, server_default=""))
        table.add_column(sa.Column("receipt_by", INSTANT))
        table.create_index("ix_outbox_message_remote_id", ["remote_id"])
        accepted = sa.text("state = 'accepted'")
        table.create_index(
            "ix_outbox_message_receipt_by", ["receipt_by"], sqlite_where=accepted, postgresql_where=accepted
        )
    with op.batch_alter_table("delivery_attempt") as table:
        table.add_column(sa.Column("previous_hash", sa.String(64), nullable=False, server_default=""))
        table.add_column(sa.Column("hash", sa.String(64), nullable=False, server_default=""))
    op.create_table(
        "send_pace",
        sa.Column("channel", sa.String(20), primary_key=True),
        sa.Column("address", sa.String(1000), primary_key=True),
        sa.Column("full_at", INSTANT, nullable=False),
    )
    op.create_table(
        "message_receipt",
        sa.Column("message_id", sa.String(36), sa.ForeignKey("outbox_message.id"), primary_key=True),
        sa.Column("kind", sa.String(12), primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
    )
    op.create_table(
        "message_link",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("message_id", sa.String(36), sa.ForeignKey("outbox_message.id"), nullable=False),
        sa.Column("alert_id", sa.Integer(), sa.ForeignKey("alert.id"), nullable=False),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT),
        sa.Column("used_at", INSTANT),
    )
    op.create_index("ix_message_link_message_id", "message_link", ["message_id"])
    op.create_table(
        "contact_code",
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id"), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
    )


def _watching() -> None:
    op.create_index("ix_delivery_attempt_started_at", "delivery_attempt", ["started_at"])
    held = sa.text("state = 'held'")
    op.create_index("ix_outbox_held", "outbox_message", ["created_at"], sqlite_where=held, postgresql_where=held)
    op.create_table(
        "beat",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
    )


def _access() -> None:
    op.create_table(
        "account",
        sa.Column("login", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id")),
        sa.Column("node_id", sa.String(64), sa.ForeignKey("node.id")),
        sa.Column("token_id", sa.Integer(), sa.ForeignKey("token.id"), nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("password_changed_at", INSTANT, nullable=False),
        sa.Column("disabled_at", INSTANT),
    )
    op.create_index("ix_account_officer_id", "account", ["officer_id"])
    op.create_index("ix_account_token_id", "account", ["token_id"], unique=True)
    op.create_table(
        "web_session",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("login", sa.String(64), sa.ForeignKey("account.login"), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("computer", sa.String(10), nullable=False),
        sa.Column("address_digest", sa.String(64), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("password_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
    )
    op.create_index("ix_web_session_login", "web_session", ["login"])
    op.create_table(
        "failed_login",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("login_digest", sa.String(64), nullable=False),
        sa.Column("address_digest", sa.String(64), nullable=False),
    )
    op.create_index("ix_failed_login_login_digest", "failed_login", ["login_digest", "at"])
    op.create_index("ix_failed_login_address_digest", "failed_login", ["address_digest", "at"])
    op.create_table(
        "sighting",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("token_id", sa.Integer(), sa.ForeignKey("token.id"), nullable=False),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id")),
        sa.Column("node_id", sa.String(64), sa.ForeignKey("node.id"), nullable=False),
        sa.Column("alert_id", sa.Integer(), sa.ForeignKey("alert.id")),
        sa.Column("what", sa.String(20), nullable=False),
    )
    op.create_index("ix_sighting_at", "sighting", ["at"])
    op.create_index("ix_sighting_alert_id", "sighting", ["alert_id"])


def _reporting() -> None:
    with op.batch_alter_table("event") as table:
        table.add_column(sa.Column("discreet", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("expectation") as table:
        table.add_column(sa.Column("excused_reason", sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("excused_by", sa.Integer()))
        table.create_foreign_key("fk_expectation_excused_by", "token", ["excused_by"], ["id"])
    op.create_index("ix_report_received_at", "report", ["received_at"])
    county = sa.text("kind = 'county'")
    op.create_index("ix_node_county", "node", ["path"], sqlite_where=county, postgresql_where=county)
    op.drop_index("ix_score_week", "score")
    op.drop_index("ix_score_node_id", "score")
    op.create_index("ix_score_node_week", "score", ["node_id", "week"])
    op.create_index("ix_score_week_level", "score", ["week", "level"])
    silent = {"sqlite_where": sa.text("reported IS 0"), "postgresql_where": sa.text("reported IS false")}
    op.create_index("ix_score_silent", "score", ["week"], **silent)
    excused = sa.text("state = 'excused'")
    index = "ix_expectation_excused", "expectation", ["node_id", "week"]
    op.create_index(*index, sqlite_where=excused, postgresql_where=excused)
    op.create_table(
        "reporting_tally",
        sa.Column("week", sa.String(8), primary_key=True),
        sa.Column("home_id", sa.String(64), sa.ForeignKey("node.id"), primary_key=True),
        *(sa.Column(count, sa.Integer(), nullable=False) for count in COUNTS),
        sa.Column("counted_at", INSTANT, nullable=False),
    )
    op.create_table(
        "report_return",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("report_id", sa.String(36), sa.ForeignKey("report.id"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("token_id", sa.Integer(), sa.ForeignKey("token.id"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
    )
    op.create_index("ix_report_return_report_id", "report_return", ["report_id"])
    op.create_table(
        "nudge",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("node_id", sa.String(64), sa.ForeignKey("node.id"), nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("token_id", sa.Integer(), sa.ForeignKey("token.id")),
        sa.Column("message_id", sa.String(36), sa.ForeignKey("outbox_message.id")),
    )
    op.create_index("ix_nudge_node_id", "nudge", ["node_id", "week"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup taken before the upgrade")
