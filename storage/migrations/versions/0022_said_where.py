"""Keep in which message of a report's thread something was said: people delete some.

Revision ID: 0022_said_where
Revises: 0021_lapsed
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022_said_where"
down_revision = "0021_lapsed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To words that can be found by their message."""
    op.add_column("approval", sa.Column("message", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_approval_message", "approval", ["message"])


def downgrade() -> None:
    """Back to words of which nobody knows where they were said."""
    op.drop_index("ix_approval_message", "approval")
    op.drop_column("approval", "message")
