"""Let a source rest, count what its first pull left out, and keep the deliveries of webhooks.

Revision ID: 0006
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To sources that rest, first days that are bounded, and webhooks."""
    op.add_column("cursor", sa.Column("rests_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cursor", sa.Column("left_out", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("cursor", sa.Column("left_out_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "delivery",
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("signal_id", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_delivery"),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], ondelete="SET NULL", name="fk_delivery_signal_id_signal"),
    )
    op.create_index("ix_delivery_received_at", "delivery", ["received_at"])
    op.create_index("ix_signal_waiting", "signal", ["source", "status"])


def downgrade() -> None:
    """Back to sources without any of it."""
    op.drop_index("ix_signal_waiting", table_name="signal")
    op.drop_table("delivery")
    with op.batch_alter_table("cursor") as cursor:
        for column in ("left_out_since", "left_out", "rests_since"):
            cursor.drop_column(column)
