"""Keep which reports have an issue in a tracker.

Revision ID: 0020_tracked
Revises: 0019_objections
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020_tracked"
down_revision = "0019_objections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To reports with an issue each, for who wants one."""
    op.create_table(
        "tracked_issue",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("wanted_by", sa.String(), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("linked", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("report_id", name="pk_tracked_issue"),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_tracked_issue_report_id_report"),
    )


def downgrade() -> None:
    """Back to reports without."""
    op.drop_table("tracked_issue")
