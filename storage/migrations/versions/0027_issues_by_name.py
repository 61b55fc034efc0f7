"""Find the issues of reports by what they are called.

Revision ID: 0027_issues_by_name
Revises: 0026_names
"""

from __future__ import annotations

from alembic import op

revision = "0027_issues_by_name"
down_revision = "0026_names"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To issues with an index of their names."""
    op.create_index("ix_linked_issue_identifier", "linked_issue", ["identifier"])
    op.create_index("ix_tracked_issue_identifier", "tracked_issue", ["identifier"])


def downgrade() -> None:
    """Back to issues that are found by their addresses alone."""
    op.drop_index("ix_tracked_issue_identifier", table_name="tracked_issue")
    op.drop_index("ix_linked_issue_identifier", table_name="linked_issue")
