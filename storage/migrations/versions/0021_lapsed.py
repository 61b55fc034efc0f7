"""Keep why an approval that was given ahead does not count any more.

Revision ID: 0021_lapsed
Revises: 0020_tracked
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021_lapsed"
down_revision = "0020_tracked"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To approvals that may lapse while others are still missing."""
    op.add_column("approval", sa.Column("lapsed_because", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Back to approvals that are found lapsed when the fix begins."""
    op.drop_column("approval", "lapsed_because")
