"""Keep fixes that are a person's own, and in what they say that it is mended.

Revision ID: 0026_mended_by_hand
Revises: 0026_takings
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026_mended_by_hand"
down_revision = "0026_takings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To fixes of people; all before were ours."""
    op.add_column("fix", sa.Column("by_hand", sa.String(), nullable=False, server_default=""))
    op.add_column("fix", sa.Column("mended_in", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Back to fixes that are all ours."""
    op.drop_column("fix", "mended_in")
    op.drop_column("fix", "by_hand")
