"""Keep who said which repository a report is about.

Revision ID: 0011
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To reports whose repository people corrected."""
    op.add_column("report", sa.Column("repository_by", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Back to repositories of nobody's saying."""
    op.drop_column("report", "repository_by")
