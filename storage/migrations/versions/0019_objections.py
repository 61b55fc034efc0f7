"""Keep what a reviewer held against a fix, so that the next try begins with it.

Revision ID: 0019_objections
Revises: 0018_sleep
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_objections"
down_revision = "0018_sleep"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To fixes that are taken up again with what was held against them."""
    op.add_column("fix", sa.Column("objections", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Back to tries that begin anew."""
    op.drop_column("fix", "objections")
