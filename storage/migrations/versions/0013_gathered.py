"""Count what a report has gathered: an index that holds all that its signals are counted by.

Revision ID: 0013
Revises: 0011
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = ["report_id", "channel", "status", "visibility", "source", "filed_at", "id"]


def upgrade() -> None:
    """To counts that read no signal."""
    op.create_index("ix_signal_gathered", "signal", _COLUMNS)


def downgrade() -> None:
    """Back to counting the signals themselves."""
    op.drop_index("ix_signal_gathered", table_name="signal")
