"""How rows are read and written: one transaction a call, on SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Engine, Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session, SQLModel

from storage.errors import DatabaseDown, NotFound

PATIENCE = 30.0  # seconds that a writer waits for its turn
WRITING = "signalbox_writing"  # the execution option by which the engine knows that a transaction writes
Row = TypeVar("Row", bound=SQLModel)


class Transactions:
    """Opens transactions on one engine. May be used by many threads; a transaction belongs to one of them.

    SQLite has one writer at a time. Those of this process queue for it here, in order, because SQLite's own waiting is
    a sleep of up to a tenth of a second; those of other processes meet in SQLite's lock.
    """

    def __init__(self, engine: Engine) -> None:
        self.is_sqlite = engine.dialect.name == "sqlite"
        steady = engine if self.is_sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
        self._reading = steady
        self._writing = engine.execution_options(**{WRITING: True})
        self._turn = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that sees one moment of the database. Raises DatabaseDown."""
        with answering(), Session(self._reading, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that writes: all of it or, when the body raises, nothing. Raises DatabaseDown."""
        with (
            answering(),
            self._queue(),
            Session(self._writing, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def empty_write_ahead_log(self) -> None:
        """Write SQLite's log into its file and empty it, as far as readers allow: the log holds former pages."""
        with answering(), self._queue(), self._reading.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _queue(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=PATIENCE):
            raise DatabaseDown(f"Another thread has been writing for {PATIENCE:.0f} seconds; try again.")
        try:
            yield
        finally:
            self._turn.release()


def locked(session: Session, kind: type[Row], key: int | str) -> Row:
    """The row as it is now, ours until the transaction ends. Raises NotFound.

    Whoever locks several takes the epoch first, then signals, then reports, or two of them could wait for each other.
    """
    row = session.get(kind, key, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(missing(kind, key))
    return row


def found(session: Session, kind: type[Row], key: int | str) -> Row:
    """The row. Raises NotFound."""
    row = session.get(kind, key)
    if row is None:
        raise NotFound(missing(kind, key))
    return row


def missing(kind: type[SQLModel], key: int | str) -> str:
    """The sentence for a row that is not there."""
    return f"There is no {table_of(kind).name} {key}; it was never kept, or this is another database."


def table_of(kind: type[SQLModel]) -> Table:
    """The table a class is kept in."""
    table: Table = inspect(kind).local_table
    return table


def insert_once(session: Session, row: SQLModel) -> int | str | None:
    """Insert the row unless one with the same unique values is there. Its primary key, None if there was one.

    The row itself stays outside the session.
    """
    table = table_of(type(row))
    (key,) = table.primary_key
    values = {column.name: getattr(row, column.name) for column in table.columns}
    if values[key.name] is None:
        del values[key.name]  # the database numbers it
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    made: int | str | None = session.execute(
        insert(table).values(values).on_conflict_do_nothing().returning(key)
    ).scalar()
    return made


@contextmanager
def answering() -> Iterator[None]:
    """Around what uses the database by other means than a transaction of ours, too: complaints become DatabaseDown."""
    try:
        yield
    except (OperationalError, InterfaceError, ProgrammingError, InternalError) as error:
        if (sentence := _sentence(str(error.orig))) is None and isinstance(error, ProgrammingError | InternalError):
            raise
        raise DatabaseDown(sentence or f"The database did not do its work ({_line(error.orig)}); try again.") from error
    except PoolTimeout as error:
        raise DatabaseDown("Every connection to the database is in use; run fewer jobs at a time.") from error


def _sentence(said: str) -> str | None:
    if "no such table" in said or ("relation" in said and "does not exist" in said):
        return "The database's tables are not there or out of date; run `signalbox migrate`."
    if "read-only transaction" in said or "readonly database" in said:
        return "The database may only be read: is it a standby, or its file another user's? Check DATABASE_URL."
    if "disk is full" in said or "No space left" in said:
        return "The disk that the database is on is full: make room; what waits goes on by itself."
    return None


def _line(error: object) -> str:
    return " ".join(str(error).split())[:300]
