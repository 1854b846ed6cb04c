"""Who is on duty: rotas and overrides of posts, and contacts that somebody has verified."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("contact") as contact:
        contact.add_column(sa.Column("verified_at", INSTANT))
    with op.batch_alter_table("post") as post:
        post.add_column(sa.Column("rota", sa.JSON()))
    op.create_table(
        "rota_override",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("post_id", sa.Integer(), sa.ForeignKey("post.id"), nullable=False),
        sa.Column("officer_id", sa.String(64), sa.ForeignKey("officer.id"), nullable=False),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
    )
    op.create_index("ix_rota_override_post_id", "rota_override", ["post_id"])
    op.create_index("ix_rota_override_officer_id", "rota_override", ["officer_id"])


def downgrade() -> None:
    raise NotImplementedError("restore the backup taken before the upgrade")
