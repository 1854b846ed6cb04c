"""What an officer's judgement and a mute have set aside, and how far each record is covered by a checkpoint."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("alert") as alert:
        alert.add_column(sa.Column("judged", sa.JSON()))
        alert.add_column(sa.Column("pinned_seq", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("mute") as mute:
        mute.add_column(sa.Column("steps", sa.JSON()))
    with op.batch_alter_table("chain_checkpoint") as checkpoint:
        checkpoint.add_column(sa.Column("heads", sa.JSON(), nullable=False, server_default="[]"))
    for table, column, kind in (("alert", "pinned_seq", sa.Integer()), ("chain_checkpoint", "heads", sa.JSON())):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, existing_type=kind, existing_nullable=False, server_default=None)


def downgrade() -> None:
    raise NotImplementedError("restore the backup taken before the upgrade")
