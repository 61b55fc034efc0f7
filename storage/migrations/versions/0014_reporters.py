"""Know up to where the reporters in Slack were told, and what: so that each of them is told once.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To reporters that are told once."""
    op.add_column("report", sa.Column("told_epoch", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("report", sa.Column("told_words", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Back to looking at everybody each time."""
    op.drop_column("report", "told_words")
    op.drop_column("report", "told_epoch")
