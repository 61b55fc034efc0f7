"""Make the tables of the nouns.

Revision ID: 0001
Revises: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.text_search import drop_text_search, make_text_search

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_IN_ORDER = ("report", "entry", "signal", "signal_key", "plan", "question", "approval", "fix", "model_call")


def upgrade() -> None:
    """From nothing to signals, reports and what belongs to them, with full text search over the signals."""
    _reports()
    _signals()
    _plans()
    _fixes()
    make_text_search()


def downgrade() -> None:
    """Back to nothing."""
    drop_text_search()
    for table in reversed(_IN_ORDER):
        op.drop_table(table)


def _reports() -> None:
    """Reports and their journal."""
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("stuck_from", sa.String(40), nullable=True),
        sa.Column("stuck_because", sa.String(40), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("gist", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("visibility", sa.String(40), nullable=False),
        sa.Column("repository", sa.String(), nullable=False),
        sa.Column("priority", sa.String(40), nullable=True),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("research_passes", sa.Integer(), nullable=False),
        sa.Column("plan_revision", sa.Integer(), nullable=False),
        sa.Column("research", sa.JSON(), nullable=True),
        sa.Column("verdict", sa.JSON(), nullable=True),
        sa.Column("regression_of", sa.Integer(), nullable=True),
        sa.Column("soak_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("dismissed_because", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("drawn_version", sa.Integer(), nullable=False),
        sa.Column("publisher", sa.String(), nullable=False),
        sa.Column("publisher_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["regression_of"], ["report.id"], name="fk_report_regression_of_report"),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
    )
    op.create_index("ix_report_status", "report", ["status"])
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("before", sa.String(40), nullable=True),
        sa.Column("after", sa.String(40), nullable=True),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("judgment", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_entry_report_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.UniqueConstraint("step", name="uq_entry_step"),
    )
    op.create_index("ix_entry_report", "entry", ["report_id", "id"])


def _signals() -> None:
    """Signals and their exact keys."""
    op.create_table(
        "signal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("occurrence", sa.String(200), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("thread_ts", sa.String(), nullable=False),
        sa.Column("visibility", sa.String(40), nullable=False),
        sa.Column("severity", sa.String(40), nullable=False),
        sa.Column("reach", sa.Integer(), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("screening", sa.JSON(), nullable=True),
        sa.Column("trusted_by", sa.String(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=True),
        sa.Column("grouping", sa.JSON(), nullable=True),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("query_vectors", sa.LargeBinary(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.Column("filed_epoch", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_signal_report_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_signal"),
        sa.UniqueConstraint("source", "external_id", "occurrence", name="uq_signal_identity"),
    )
    op.create_index("ix_signal_filed_epoch", "signal", ["filed_epoch"])
    op.create_index("ix_signal_report_id", "signal", ["report_id"])
    op.create_index("ix_signal_status", "signal", ["status"])
    op.create_index("ix_signal_text_hash", "signal", ["text_hash"])
    op.create_table(
        "signal_key",
        sa.Column("signal_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name="fk_signal_key_signal_id_signal"),
        sa.PrimaryKeyConstraint("signal_id", "key", name="pk_signal_key"),
    )
    op.create_index("ix_signal_key_key", "signal_key", ["key"])


def _plans() -> None:
    """Plans, questions and what people decided."""
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("posted_ts", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_plan_report_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
        sa.UniqueConstraint("report_id", "revision", name="uq_plan_revision"),
        sa.UniqueConstraint("step", name="uq_plan_step"),
    )
    op.create_index("ix_plan_report_id", "plan", ["report_id"])
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_question_report_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_question"),
        sa.UniqueConstraint("step", name="uq_question_step"),
    )
    op.create_index("ix_question_report_id", "question", ["report_id"])
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(40), nullable=False),
        sa.Column("plan_revision", sa.Integer(), nullable=False),
        sa.Column("plan_hash", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_approval_report_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_approval"),
    )
    op.create_index("ix_approval_report_id", "approval", ["report_id"])


def _fixes() -> None:
    """Fixes, and the calls of models."""
    op.create_table(
        "fix",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("plan_revision", sa.Integer(), nullable=False),
        sa.Column("repository", sa.String(), nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("base_sha", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=False),
        sa.Column("submission", sa.JSON(), nullable=True),
        sa.Column("patch", sa.Text(), nullable=False),
        sa.Column("proof", sa.JSON(), nullable=True),
        sa.Column("head_sha", sa.String(), nullable=False),
        sa.Column("pushed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checks", sa.String(40), nullable=False),
        sa.Column("red_log", sa.Text(), nullable=False),
        sa.Column("heard", sa.JSON(), nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged_by", sa.String(), nullable=False),
        sa.Column("merge_sha", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_fix_report_id_report"),
        sa.PrimaryKeyConstraint("id", name="pk_fix"),
        sa.UniqueConstraint("report_id", "plan_revision", name="uq_fix_plan"),
    )
    op.create_index("ix_fix_report_id", "fix", ["report_id"])
    op.create_table(
        "model_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("signal_id", sa.Integer(), nullable=True),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cached_tokens", sa.Integer(), nullable=False),
        sa.Column("cost_usd", sa.Float(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("stop_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_model_call_report_id_report"),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name="fk_model_call_signal_id_signal"),
        sa.PrimaryKeyConstraint("id", name="pk_model_call"),
    )
    op.create_index("ix_model_call_report_id", "model_call", ["report_id"])
    op.create_index("ix_model_call_signal_id", "model_call", ["signal_id"])
    op.create_index("ix_model_call_started_at", "model_call", ["started_at"])
