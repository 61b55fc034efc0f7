"""Keep whether who asked was told that the signal is held.

Revision ID: 0008
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To askers who hear it once."""
    op.add_column("signal", sa.Column("told_held", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Back to askers who do not hear it."""
    op.drop_column("signal", "told_held")  # no batch: that would make the table anew, without its triggers
