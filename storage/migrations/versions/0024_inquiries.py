"""Keep what people ask about reports.

Revision ID: 0024_inquiries
Revises: 0023_unweighed
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024_inquiries"
down_revision = "0023_unweighed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To questions that are answered in a report's thread."""
    op.create_table(
        "inquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("reply", sa.JSON(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inquiry"),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_inquiry_report_id_report"),
        sa.UniqueConstraint("message", name="uq_inquiry_message"),
    )
    op.create_index("ix_inquiry_report_id", "inquiry", ["report_id"])
    op.create_index("ix_inquiry_status", "inquiry", ["status"])


def downgrade() -> None:
    """Back to reports that nobody can ask about."""
    op.drop_table("inquiry")
