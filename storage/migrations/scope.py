"""What alembic compares with the models: all but the parts of search, which each database has its own."""

from __future__ import annotations

from sqlalchemy.sql.schema import SchemaItem

from storage.searching.vector_index import VECTOR_TABLES

TEXT_TABLE = "signal_fts"  # SQLite; FTS5 keeps shadow tables with this prefix
TEXT_COLUMN = "words_tsv"  # PostgreSQL
TEXT_INDEX = "ix_signal_words_tsv"


def is_modelled(_object: SchemaItem, name: str | None, kind: str, _reflected: bool, _other: SchemaItem | None) -> bool:  # noqa: FBT001 the signature is alembic's
    """Whether the models describe it."""
    if kind == "table":
        return not (name or "").startswith(TEXT_TABLE)
    if kind == "column":
        return name != TEXT_COLUMN
    return not (kind == "index" and name == TEXT_INDEX)


def is_looked_at(name: str | None, kind: str, _parents: object) -> bool:
    """Whether alembic reads what the database says of it: of pgvector's type it would know nothing."""
    return not (kind == "table" and name in VECTOR_TABLES.values())
