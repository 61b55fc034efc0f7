"""The engine: connections that are set up the same way everywhere, on SQLite and PostgreSQL."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from storage.errors import DatabaseDown
from storage.private_files import private_database
from storage.transactions import PATIENCE, WRITING

CONNECT_PATIENCE = 10  # seconds
POOL = 10
OVERFLOW = 40


class _Cursor(Protocol):
    def execute(self, statement: str) -> Any: ...
    def fetchone(self) -> Any: ...


class _DriverConnection(Protocol):
    isolation_level: str | None

    def cursor(self) -> _Cursor: ...


def make_engine(address: str, *, foreign_keys: bool = True) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://…`. Nothing is connected; a SQLite file is made.

    Raises DatabaseDown when the address is none.
    """
    url = parsed(address)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, foreign_keys=foreign_keys)
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=POOL,
        max_overflow=OVERFLOW,
        pool_timeout=PATIENCE,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_PATIENCE, "application_name": "signalbox"},
    )
    event.listen(engine, "before_cursor_execute", _clean, retval=True)
    return engine


def parsed(address: str, called: str = "DATABASE_URL") -> URL:
    """The address in parts. Raises DatabaseDown, which calls the address so, when it is not one of ours."""
    try:
        url = make_url(address.replace("postgres://", "postgresql://", 1))
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError) as error:
        raise DatabaseDown(f"{called} is not an address; write sqlite:///path or postgresql://…") from error
    if backend not in ("sqlite", "postgresql"):
        raise DatabaseDown(f"{called} names {backend}; only sqlite:///path and postgresql://… are supported.")
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise DatabaseDown(f"{called} names no file; several threads use it, so write sqlite:///path.")
    return url


def masked(address: str) -> str:
    """The address without its password, for people to read."""
    return parsed(address).render_as_string(hide_password=True)


def _sqlite(url: URL, *, foreign_keys: bool) -> Engine:
    try:
        private_database(Path(str(url.database)))
    except OSError as error:
        raise DatabaseDown(
            f"The database {url.database} cannot be made or written ({error.strerror}): give the user that runs this "
            "its folder, or name another file in DATABASE_URL."
        ) from error
    engine = create_engine(
        url,
        pool_size=POOL,
        max_overflow=OVERFLOW,
        pool_timeout=PATIENCE,
        connect_args={"timeout": PATIENCE},
    )

    def set_up(connection: _DriverConnection, _record: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, or DDL would not be part of them
        cursor = connection.cursor()
        _write_ahead(cursor)
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten, and not only unlinked
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "before_cursor_execute", _clean, retval=True)
    return engine


def _begin(connection: Connection) -> None:
    """Take the write lock at once if the transaction is going to write: a shared lock cannot always be raised."""
    writes = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _write_ahead(cursor: _Cursor) -> None:
    """Turn write-ahead logging on. It stays on; the first time SQLite does not wait for others by itself, so we do."""
    deadline = time.monotonic() + PATIENCE
    while cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except Exception as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _clean(
    _connection: Connection,
    _cursor: object,
    statement: str,
    parameters: Any,
    _context: object,
    many: bool,  # noqa: FBT001
) -> tuple[str, Any]:
    """Take out of every text what PostgreSQL, or UTF-8, cannot hold: NUL and half a surrogate pair."""
    rows = many and isinstance(parameters, list)  # several rows that are inserted by one statement come as one
    return statement, [_each(row) for row in parameters] if rows else _each(parameters)


def _each(parameters: Any) -> Any:
    if isinstance(parameters, dict):
        return {name: _text(value) for name, value in parameters.items()}
    return tuple(_text(value) for value in parameters)


def _text(value: Any) -> Any:
    if not isinstance(value, str) or (value.isascii() and "\0" not in value):
        return value
    return value.replace("\0", "").encode(errors="replace").decode()
