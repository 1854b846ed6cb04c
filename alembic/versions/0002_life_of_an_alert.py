"""The life of an alert: what is owed next, verifications, actions, proposals, and a hash chain over the record."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("alert") as alert:
        alert.add_column(sa.Column("act_by", INSTANT))
        alert.add_column(sa.Column("update_by", INSTANT))
        alert.add_column(sa.Column("duty", sa.String(8), nullable=False, server_default="sign"))
        alert.add_column(sa.Column("owner_id", sa.String(64)))
        alert.add_column(sa.Column("contained_at", INSTANT))
        alert.add_column(sa.Column("liftable_at", INSTANT))
        alert.add_column(sa.Column("judged_level", sa.Integer()))
        alert.add_column(sa.Column("gathered_by", sa.Integer()))
        alert.add_column(sa.Column("disputed_on", sa.Date()))
        alert.add_column(sa.Column("last_seq", sa.Integer(), nullable=False, server_default="0"))
        alert.add_column(sa.Column("head", sa.String(64), nullable=False, server_default=""))
        alert.create_foreign_key("fk_alert_owner_id", "officer", ["owner_id"], ["id"])
        alert.create_foreign_key("fk_alert_gathered_by", "alert", ["gathered_by"], ["id"])
        alert.create_index("ix_alert_gathered_by", ["gathered_by"])
    with op.batch_alter_table("alert_event") as event:
        event.add_column(sa.Column("hash", sa.String(64), nullable=False, server_default=""))
    with op.batch_alter_table("mute") as mute:
        mute.add_column(sa.Column("wake_if", sa.String(200), nullable=False, server_default=""))
        mute.add_column(sa.Column("alert_id", sa.Integer()))
        mute.add_column(sa.Column("asked_at", INSTANT))
        mute.add_column(sa.Column("approved_by", sa.String(64)))
        mute.add_column(sa.Column("pending", sa.Boolean(), nullable=False, server_default=sa.false()))
        mute.add_column(sa.Column("ended_at", INSTANT))
        mute.create_foreign_key("fk_mute_alert_id", "alert", ["alert_id"], ["id"])
        mute.create_foreign_key("fk_mute_approved_by", "officer", ["approved_by"], ["id"])
    _carry_over()
    _without_defaults()
    _new_tables()


def _carry_over() -> None:
    """Give alerts from before their place in the new life: liftable is no state any more, and the record is counted."""
    op.execute("UPDATE alert SET liftable_at = issued_at, state = 'acknowledged' WHERE state = 'liftable'")
    op.execute("UPDATE alert SET last_seq = (SELECT max(seq) FROM alert_event WHERE alert_id = alert.id)")
    op.execute("UPDATE alert SET duty = 'none' WHERE closed_at IS NOT NULL")
    op.execute("UPDATE alert SET owner_id = acknowledged_by")


def _without_defaults() -> None:
    for table, columns in {
        "alert": {"duty": sa.String(8), "last_seq": sa.Integer(), "head": sa.String(64)},
        "alert_event": {"hash": sa.String(64)},
        "mute": {"wake_if": sa.String(200), "pending": sa.Boolean()},
    }.items():
        with op.batch_alter_table(table) as batch:
            for name, kind in columns.items():
                batch.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def _new_tables() -> None:
    op.create_table(
        "chain_checkpoint",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("alerts", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index("ix_chain_checkpoint_at", "chain_checkpoint", ["at"])
    op.create_table(
        "verification",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("alert_id", sa.Integer(), sa.ForeignKey("alert.id"), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("verdict", sa.String(12), nullable=False),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
    )
    op.create_index("ix_verification_alert_id", "verification", ["alert_id"])
    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("alert_id", sa.Integer(), sa.ForeignKey("alert.id"), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("number", sa.String(40)),
        sa.Column("reply_by", INSTANT),
        sa.Column("replied_at", INSTANT),
        sa.Column("reply", sa.String(), nullable=False),
        sa.UniqueConstraint("kind", "number"),
    )
    op.create_index("ix_action_alert_id", "action", ["alert_id"])
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("alert_id", sa.Integer(), sa.ForeignKey("alert.id"), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.String(64), sa.ForeignKey("officer.id")),
        sa.Column("decided_at", INSTANT),
        sa.Column("verdict", sa.String(12)),
    )
    op.create_index("ix_proposal_alert_id", "proposal", ["alert_id"])
    undecided = sa.text("decided_at IS NULL")
    op.create_index(
        "ux_proposal_open",
        "proposal",
        ["alert_id", "kind"],
        unique=True,
        sqlite_where=undecided,
        postgresql_where=undecided,
    )


def downgrade() -> None:
    raise NotImplementedError("restore the backup taken before the upgrade")
