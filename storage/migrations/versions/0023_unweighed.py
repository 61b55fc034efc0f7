"""Keep of a signal that it changed, until its report was told what it counts now.

Revision ID: 0023_unweighed
Revises: 0022_said_where
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023_unweighed"
down_revision = "0022_said_where"
branch_labels = None
depends_on = None

_FEW = sa.text("unweighed IS NOT NULL")


def upgrade() -> None:
    """To signals that a sweep finds when who brought them died too soon."""
    op.add_column("signal", sa.Column("unweighed", sa.String(40), nullable=True))
    op.create_index("ix_signal_unweighed", "signal", ["status", "id"], sqlite_where=_FEW, postgresql_where=_FEW)


def downgrade() -> None:
    """Back to signals whose mere growth may be lost."""
    op.drop_index("ix_signal_unweighed", "signal")
    op.drop_column("signal", "unweighed")
