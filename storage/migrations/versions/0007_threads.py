"""Keep the messages of Slack's threads and the reactions to them, and since when a signal changes.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To threads that are one signal."""
    op.create_table(
        "slack_message",
        sa.Column("id", sa.String(100), nullable=False),
        sa.Column("thread", sa.String(100), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("promoted", sa.Boolean(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slack_message"),
    )
    op.create_index("ix_slack_message_heard_at", "slack_message", ["heard_at"])
    op.create_index("ix_slack_message_thread", "slack_message", ["thread", "id"])
    op.create_table(
        "slack_reaction",
        sa.Column("id", sa.String(300), nullable=False),
        sa.Column("message", sa.String(100), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slack_reaction"),
    )
    op.create_index("ix_slack_reaction_heard_at", "slack_reaction", ["heard_at"])
    op.create_index("ix_slack_reaction_message", "slack_reaction", ["message"])
    op.add_column("signal", sa.Column("unsettled_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back to first messages."""
    op.drop_column("signal", "unsettled_since")  # no batch: that would make the table anew, without its triggers
    op.drop_table("slack_reaction")
    op.drop_table("slack_message")
