"""Leave a report alone for a while: until when, who asked for that, and why it woke.

Revision ID: 0018_sleep
Revises: 0017_standing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018_sleep"
down_revision = "0017_standing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To reports that sleep."""
    op.add_column("report", sa.Column("asleep_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report", sa.Column("asleep_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_report_asleep_until", "report", ["asleep_until"])
    op.create_table(
        "sleep",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("signals", sa.Integer(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("woke_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("woke_because", sa.String(length=40), nullable=True),
        sa.Column("woke_by", sa.String(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sleep")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_sleep_report_id_report")),
    )
    op.create_index("ix_sleep_report_id", "sleep", ["report_id"])


def downgrade() -> None:
    """Back to reports that are always awake."""
    op.drop_index("ix_sleep_report_id", table_name="sleep")
    op.drop_table("sleep")
    op.drop_index("ix_report_asleep_until", table_name="report")
    op.drop_column("report", "asleep_until")
    op.drop_column("report", "asleep_since")
