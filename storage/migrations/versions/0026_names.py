"""Keep the names that people give reports.

Revision ID: 0026_names
Revises: 0026_linked_issues
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026_names"
down_revision = "0026_linked_issues"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To reports that people named."""
    op.add_column("report", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    op.add_column("report", sa.Column("named_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back to reports with their own titles alone."""
    op.drop_column("report", "named_at")
    op.drop_column("report", "name")
