"""Keep who works on a report: since when, who gave it to them, and why they have it no more.

Revision ID: 0026_takings
Revises: 0025_labels
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026_takings"
down_revision = "0025_labels"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To reports that people have."""
    op.add_column("report", sa.Column("taken_by", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "taking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(length=40), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taking")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_taking_report_id_report")),
    )
    op.create_index("ix_taking_report_id", "taking", ["report_id"])


def downgrade() -> None:
    """Back to reports that nobody has."""
    op.drop_index("ix_taking_report_id", table_name="taking")
    op.drop_table("taking")
    op.drop_column("report", "taken_by")
