"""Know what could not be read at a source, who was told of held signals, and how a report was called before.

Revision ID: 0016
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To sources whose every part and item stands alone, to notes of what is held, and to names that come back."""
    op.add_column("cursor", sa.Column("unread", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("cursor", sa.Column("lacking", sa.Text(), nullable=False, server_default=""))
    op.add_column("signal", sa.Column("noted_held", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in ("title_before", "gist_before", "subject_before"):
        op.add_column("correction", sa.Column(name, sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Back to none of that."""
    for name in ("subject_before", "gist_before", "title_before"):
        op.drop_column("correction", name)
    op.drop_column("signal", "noted_held")  # no batch: that would make the table anew, without its triggers
    op.drop_column("cursor", "lacking")
    op.drop_column("cursor", "unread")
