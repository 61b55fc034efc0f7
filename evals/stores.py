"""Where a measured pipeline keeps its rows: a SQLite file, or a database of its own on a PostgreSQL server."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from storage.database import migrate, open_store, reaching
from storage.engine import make_engine, parsed
from storage.store import Store


@contextmanager
def a_store(server: str = "") -> Iterator[Store]:
    """An empty store, gone when the block ends.

    `server` is the address of any database on a PostgreSQL server whose user may make databases; empty for SQLite.
    Raises DatabaseDown when it does not answer, or refuses.
    """
    with _a_database(server) if server else _a_file() as url:
        migrate(url)
        store = open_store(url)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def _a_file() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'evals.db'}"


@contextmanager
def _a_database(server: str) -> Iterator[str]:
    name = f"signalbox_evals_{uuid.uuid4().hex}"
    _tell(server, f"CREATE DATABASE {name}")
    try:
        yield parsed(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _tell(server, f"DROP DATABASE {name} WITH (FORCE)")


def _tell(server: str, statement: str) -> None:
    engine = make_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with reaching(engine, server, check="the address"), engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
