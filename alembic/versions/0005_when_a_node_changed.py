"""When a node was added or changed, so that what was read of a group is known to be stale."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("node") as node:
        node.add_column(sa.Column("changed_at", sa.DateTime(timezone=True)))
        node.create_index("ix_node_changed_at", ["changed_at"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup taken before the upgrade")
