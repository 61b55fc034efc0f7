"""Keep what sources file a signal under.

Revision ID: 0025_labels
Revises: 0024_inquiries
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025_labels"
down_revision = "0024_inquiries"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To signals with labels; a worker of the version before, which knows of none, adds signals without any."""
    op.add_column("signal", sa.Column("labels", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Back to signals whose labels are told by their words alone."""
    op.drop_column("signal", "labels")
