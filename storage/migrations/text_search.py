"""Full text search over `signal.words`: an FTS5 table with triggers on SQLite, a generated column on PostgreSQL.

On SQLite, a migration that alters the signal table in a batch rebuilds it, and its triggers are gone without a word:
call `make_triggers` at the end of such a migration. A test counts them.
"""

from __future__ import annotations

from alembic import op

from storage.migrations.scope import TEXT_COLUMN, TEXT_INDEX, TEXT_TABLE

_ADD = f"INSERT INTO {TEXT_TABLE}(rowid, words) VALUES (new.id, new.words);"  # noqa: S608 constants
_TAKE = f"INSERT INTO {TEXT_TABLE}({TEXT_TABLE}, rowid, words) VALUES ('delete', old.id, old.words);"  # noqa: S608 constants
TRIGGERS = {
    "signal_fts_insert": f"AFTER INSERT ON signal BEGIN {_ADD} END",
    "signal_fts_delete": f"AFTER DELETE ON signal BEGIN {_TAKE} END",
    "signal_fts_update": f"AFTER UPDATE OF words ON signal BEGIN {_TAKE} {_ADD} END",
}


def make_text_search() -> None:
    """Make what full text search needs."""
    if _is_sqlite():
        op.execute(
            f"CREATE VIRTUAL TABLE {TEXT_TABLE} USING fts5("
            "words, content='signal', content_rowid='id', tokenize='porter unicode61')"
        )
        make_triggers()
        return
    op.execute(
        f"ALTER TABLE signal ADD COLUMN {TEXT_COLUMN} tsvector "
        "GENERATED ALWAYS AS (to_tsvector('english', words)) STORED"
    )
    op.execute(f"CREATE INDEX {TEXT_INDEX} ON signal USING gin ({TEXT_COLUMN})")


def make_triggers() -> None:
    """Make the triggers anew, on SQLite."""
    if not _is_sqlite():
        return
    for name, trigger in TRIGGERS.items():
        op.execute(f"DROP TRIGGER IF EXISTS {name}")
        op.execute(f"CREATE TRIGGER {name} {trigger}")


def drop_text_search() -> None:
    """Take it away, before the signal table goes."""
    if _is_sqlite():
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER IF EXISTS {name}")
        op.execute(f"DROP TABLE {TEXT_TABLE}")
    else:
        op.execute(f"DROP INDEX {TEXT_INDEX}")
        op.execute(f"ALTER TABLE signal DROP COLUMN {TEXT_COLUMN}")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
