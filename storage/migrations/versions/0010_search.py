"""Find among many: indexes by which a report's newest signals and a key's newest are read, and one for vectors.

Revision ID: 0010
Revises: 0008
"""

from __future__ import annotations

from alembic import op

from storage.migrations.vector_search import drop_vector_search, make_vector_search

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To searches that take the same time among a thousand signals and a million."""
    op.create_index("ix_signal_report", "signal", ["report_id", "id"])
    op.drop_index("ix_signal_report_id", table_name="signal")
    op.create_index("ix_signal_key_newest", "signal_key", ["key", "signal_id"])
    op.drop_index("ix_signal_key_key", table_name="signal_key")
    make_vector_search(op.get_bind())


def downgrade() -> None:
    """Back to indexes on single columns."""
    drop_vector_search(op.get_bind())
    op.create_index("ix_signal_key_key", "signal_key", ["key"])
    op.drop_index("ix_signal_key_newest", table_name="signal_key")
    op.create_index("ix_signal_report_id", "signal", ["report_id"])
    op.drop_index("ix_signal_report", table_name="signal")
