"""Keep the issues that people linked with reports.

Revision ID: 0026_linked_issues
Revises: 0026_mended_by_hand
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026_linked_issues"
down_revision = "0026_mended_by_hand"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To reports with linked issues."""
    op.create_table(
        "linked_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_linked_issue")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_linked_issue_report_id_report")),
        sa.UniqueConstraint("report_id", "url", name="uq_linked_issue"),
    )
    op.create_index("ix_linked_issue_report_id", "linked_issue", ["report_id"])
    op.create_index("ix_linked_issue_url", "linked_issue", ["url"])


def downgrade() -> None:
    """Back to reports without any."""
    op.drop_index("ix_linked_issue_url", table_name="linked_issue")
    op.drop_index("ix_linked_issue_report_id", table_name="linked_issue")
    op.drop_table("linked_issue")
