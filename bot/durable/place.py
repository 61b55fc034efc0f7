"""Where the engine keeps its tables, and that this can be used."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from sqlalchemy.engine import make_url

from storage.database import DAMAGED, JOBS, damaged_jobs
from storage.errors import DatabaseDown
from storage.private_files import private_database


def engine_url(database_url: str) -> str:
    """Where the engine keeps its tables: a file beside the store's on SQLite, the same database on PostgreSQL."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{url.database}{JOBS}"
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def prepare(url: str) -> None:
    """Have SQLite's file use its quicker journal: the engine leaves that as it is. The mode stays in the file."""
    if not url.startswith("sqlite:///"):
        return
    file = url.removeprefix("sqlite:///")
    private_database(Path(file))
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=30)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.DatabaseError as error:
        if not any(words in str(error) for words in DAMAGED):
            raise DatabaseDown(f"{file} cannot be used ({error}); is it in use, or its disk full?") from error
        raise DatabaseDown(damaged_jobs(file, str(error))) from error
