"""Keep why a signal is where it is, what people corrected, and why they dismissed a report.

Revision ID: 0003
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0007"
branch_labels = None
depends_on = None

_COLUMNS = ("untold", "joins_since", "joins", "merged_into", "dismissed_weight", "dismissal")


def upgrade() -> None:
    """To groups that people can ask about, correct and undo."""
    op.add_column("report", sa.Column("dismissal", sa.String(40), nullable=True))
    op.add_column("report", sa.Column("dismissed_weight", sa.Float(), nullable=False, server_default="0"))
    op.add_column("report", sa.Column("merged_into", sa.Integer(), nullable=True))
    op.add_column("report", sa.Column("joins", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("report", sa.Column("joins_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("report", sa.Column("untold", sa.Integer(), nullable=False, server_default="0"))
    _placements()
    _corrections()
    _pairs()


def downgrade() -> None:
    """Back to groups that are as they are."""
    for table in ("pair", "correction", "placement"):
        op.drop_table(table)
    for column in _COLUMNS:
        op.drop_column("report", column)


def _placements() -> None:
    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("signal_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("considered", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name="fk_placement_signal_id_signal"),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_placement_report_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_placement"),
        sa.UniqueConstraint("step", name="uq_placement_step"),
    )
    op.create_index("ix_placement_signal_id", "placement", ["signal_id"])
    op.create_index("ix_placement_report_id", "placement", ["report_id"])


def _corrections() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("signals", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.String(40), nullable=False),
        sa.Column("reason_before", sa.String(40), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_correction_report_id_report"),
        sa.ForeignKeyConstraint(["other_id"], ["report.id"], name="fk_correction_other_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
    )
    op.create_index("ix_correction_report_id", "correction", ["report_id"])
    op.create_index("ix_correction_other_id", "correction", ["other_id"])


def _pairs() -> None:
    op.create_table(
        "pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("likelihood", sa.Float(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["one_id"], ["report.id"], name="fk_pair_one_id_report"),
        sa.ForeignKeyConstraint(["other_id"], ["report.id"], name="fk_pair_other_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_pair"),
        sa.UniqueConstraint("one_id", "other_id", name="uq_pair_reports"),
    )
    op.create_index("ix_pair_one_id", "pair", ["one_id"])
    op.create_index("ix_pair_other_id", "pair", ["other_id"])
