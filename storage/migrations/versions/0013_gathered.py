"""Count what a report has gathered by an index alone, and know which reporters have heard the latest.

Revision ID: 0013
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = ["report_id", "channel", "status", "visibility", "source", "filed_at", "id"]


def upgrade() -> None:
    """To counts that read no signal, and reporters that are told once."""
    op.create_index("ix_signal_gathered", "signal", _COLUMNS)
    op.add_column("report", sa.Column("told_epoch", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("report", sa.Column("told_words", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Back to counting the signals themselves, and to telling everybody each time."""
    op.drop_column("report", "told_words")
    op.drop_column("report", "told_epoch")
    op.drop_index("ix_signal_gathered", table_name="signal")
