"""Make the tables of standing approvals, and let an approval name the one by which it was given.

Revision ID: 0017_standing
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017_standing"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To what people allow ahead."""
    op.create_table(
        "standing_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("repository", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_standing_approval"),
        sa.UniqueConstraint("key", name="uq_standing_approval_key"),
    )
    op.create_index("ix_standing_approval_repository", "standing_approval", ["repository"])
    op.create_table(
        "standing_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("standing_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("plan_revision", sa.Integer(), nullable=False),
        sa.Column("plan_hash", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["standing_id"], ["standing_approval.id"], name="fk_standing_use_standing_id_standing_approval"
        ),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_standing_use_report_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_standing_use"),
        sa.UniqueConstraint("report_id", "plan_revision", "by", name="uq_standing_use_plan"),
    )
    op.create_index("ix_standing_use_standing_id", "standing_use", ["standing_id"])
    op.create_index("ix_standing_use_report_id", "standing_use", ["report_id"])
    op.add_column("approval", sa.Column("standing_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Back to a yes for each plan."""
    op.drop_column("approval", "standing_id")
    op.drop_index("ix_standing_use_report_id", "standing_use")
    op.drop_index("ix_standing_use_standing_id", "standing_use")
    op.drop_table("standing_use")
    op.drop_index("ix_standing_approval_repository", "standing_approval")
    op.drop_table("standing_approval")
