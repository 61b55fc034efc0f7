"""Keep why something that was approved or said does not count any more, and in which message it was said.

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
    """To approvals that may lapse while others are still missing, and to words that may be deleted."""
    op.add_column("approval", sa.Column("lapsed_because", sa.Text(), nullable=False, server_default=""))
    op.add_column("approval", sa.Column("message", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_approval_message", "approval", ["message"])


def downgrade() -> None:
    """Back to neither."""
    op.drop_index("ix_approval_message", "approval")
    op.drop_column("approval", "message")
    op.drop_column("approval", "lapsed_because")
