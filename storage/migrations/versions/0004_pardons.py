"""Make the table of pardons.

Revision ID: 0004
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To what people restored from the quarantine, by source."""
    op.create_table(
        "pardon",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("fragment", sa.String(100), nullable=False),
        sa.Column("signal_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pardon"),
        sa.UniqueConstraint("source", "fragment", name="uq_pardon_fragment"),
    )


def downgrade() -> None:
    """Back to a quarantine that forgets."""
    op.drop_table("pardon")
