"""Who was told what: news that goes with a message, waits for the digest, or is withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("occasion", sa.String(300), nullable=False, unique=True),
        sa.Column("alert_id", sa.Integer(), sa.ForeignKey("alert.id"), nullable=False),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id")),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("duty", sa.String(8), nullable=False),
        sa.Column("due_by", INSTANT),
        sa.Column("letter", sa.JSON(), nullable=False),
        sa.Column("route", sa.JSON(), nullable=False),
        sa.Column("held", sa.String(8), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("settled_at", INSTANT),
        sa.Column("withdrawn", sa.String(12)),
        sa.Column("message_id", sa.String(36), sa.ForeignKey("outbox_message.id")),
    )
    op.create_index("ix_notice_waiting", "notice", ["due_at"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index("ix_notice_officer", "notice", ["officer_id", "created_at"])
    op.create_index("ix_notice_alert_id", "notice", ["alert_id"])
    op.create_index("ix_notice_message_id", "notice", ["message_id"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup taken before the upgrade")
