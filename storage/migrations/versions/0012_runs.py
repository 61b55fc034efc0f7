"""Keep runs: which job worked at a stage on a report, what its tools did, and which calls of a model were its.

Revision ID: 0012
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To runs that can be read afterwards."""
    op.create_table(
        "run",
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("repository", sa.String(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_run"),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_run_report_id_report"),
    )
    op.create_index("ix_run_report_id", "run", ["report_id"])
    op.create_index("ix_run_began_at", "run", ["began_at"])
    op.create_table(
        "tool_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run", sa.String(100), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("tool", sa.String(80), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tool_use"),
        sa.ForeignKeyConstraint(["run"], ["run.key"], name="fk_tool_use_run_run"),
        sa.UniqueConstraint("run", "turn", "place", name="uq_tool_use_place"),
    )
    op.add_column("model_call", sa.Column("run", sa.String(100), nullable=False, server_default=""))
    op.add_column("model_call", sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_model_call_run", "model_call", ["run"])


def downgrade() -> None:
    """Back to calls that belong to no run."""
    op.drop_index("ix_model_call_run", "model_call")
    op.drop_column("model_call", "turn")
    op.drop_column("model_call", "run")
    op.drop_table("tool_use")
    op.drop_table("run")
