"""All rows of one database, put into an empty one: from SQLite to PostgreSQL, or any other way round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, TableClause, bindparam, func, select, text
from sqlalchemy import column as bare_column
from sqlalchemy import table as bare_table
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import SQLModel

from storage.columns import Named, Typed, now
from storage.database import migrate, reaching
from storage.engine import make_engine, masked, parsed
from storage.errors import CannotCopy
from storage.migrations.vector_search import drop_vector_search, make_vector_search
from storage.plumbing import Epoch, Lease, Worker
from storage.transactions import WRITING, table_of

AT_ONCE = 500  # rows
SILENCE = dt.timedelta(seconds=20)  # since a worker's last beat, after which it is taken for dead
_OF_PROCESSES = (Lease, Worker)  # what these tell of ended with its process
_MADE_WITH_THE_TABLES = table_of(Epoch)  # a row of a new database


@dataclass(frozen=True)
class Copied:
    """How far a copy has come: `rows` of the `of` rows of all tables; `table` is the one at hand."""

    table: str
    rows: int
    of: int


def copy_rows(source: str, target: str) -> Iterator[Copied]:
    """Copy every row, telling how far it has come; the tables of the target are made first, and only then is it begun.

    The source is read as it was at one moment, and stays as it is. The target is one transaction: whoever stops
    in between, or meets an error, leaves its tables empty. Raises DatabaseDown when one of them does not answer, and
    CannotCopy for a source that is empty or that a worker still writes to, a target that holds rows already, or rows
    that do not fit it.
    """
    if parsed(source) == parsed(target, called="The target"):
        raise CannotCopy(f"{masked(target)} is the database that is copied; name another, empty one.")
    migrate(source)
    migrate(target)
    reading, writing = make_engine(source), make_engine(target)
    steady = reading if reading.dialect.name == "sqlite" else reading.execution_options(isolation_level="SERIALIZABLE")
    with (
        reaching(reading, source),
        reaching(writing, target),
        steady.begin() as old,
        writing.execution_options(**{WRITING: True}).begin() as new,
    ):
        _refuse_empty(old, source)
        _refuse_beating(old)
        _refuse_filled(new, target)
        yield from _copy(old, new, target)
    reading.dispose()
    writing.dispose()


def _tables() -> list[Table]:
    left_out = {table_of(kind).name for kind in _OF_PROCESSES}
    return [each for each in SQLModel.metadata.sorted_tables if each.name not in left_out]


def _is_empty(connection: Connection, table: Table) -> bool:
    return connection.execute(select(table.primary_key.columns[0]).limit(1)).first() is None


def _refuse_empty(old: Connection, source: str) -> None:
    """A file that was not there has been made just now: somebody is in the wrong folder."""
    if all(_is_empty(old, table) for table in _tables() if table is not _MADE_WITH_THE_TABLES):
        raise CannotCopy(
            f"{masked(source)} holds nothing to copy. Type this where the bot is started, with its .env, or check "
            "DATABASE_URL and SIGNALBOX_HOME."
        )


def _refuse_beating(old: Connection) -> None:
    workers = table_of(Worker)
    alive = select(workers.c.host, workers.c.pid).where(
        workers.c.buried_at.is_(None), workers.c.beat_at > now() - SILENCE
    )
    if found := old.execute(alive).first():
        raise CannotCopy(
            f"A worker (process {found.pid} on {found.host.split()[0]}) still writes to the database that is to be "
            f"copied: end it, wait {SILENCE.total_seconds():.0f} seconds, then type this again. Nothing was copied."
        )


def _refuse_filled(new: Connection, target: str) -> None:
    for table in _tables():
        if table is not _MADE_WITH_THE_TABLES and not _is_empty(new, table):
            raise CannotCopy(
                f"{masked(target)} is not empty: its table {table.name} has rows. Name a new database. "
                "Nothing was copied."
            )


def _copy(old: Connection, new: Connection, target: str) -> Iterator[Copied]:
    tables = _tables()
    counts = {table.name: old.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}
    of, done = sum(counts.values()), 0
    new.execute(_MADE_WITH_THE_TABLES.delete())
    drop_vector_search(new)  # its index is made faster over all vectors than with each
    for table in tables:
        before, references = done, _References(table)
        for rows in _batches(old, table):
            _put(new, table, references.held_back(rows), target)
            done += len(rows)
            yield Copied(table.name, done, of)
        if done - before != counts[table.name]:
            raise CannotCopy(f"Of the {counts[table.name]} rows of {table.name}, {done - before} were read; try again.")
        references.put(new)
        _number_on(new, table)
    make_vector_search(new)


def _batches(old: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """The rows as they are kept: judgments of an older shape are copied, and not validated."""
    asked = select(_bare(table)).order_by(*(each.name for each in table.primary_key))
    for some in old.execution_options(yield_per=AT_ONCE).execute(asked).mappings().partitions():
        yield [dict(row) for row in some]


def _plain(column: Column[Any]) -> Any:
    kind = column.type.impl if isinstance(column.type, (Named, Typed)) else column.type
    return bare_column(column.name, kind)


def _put(new: Connection, table: Table, rows: list[dict[str, Any]], target: str) -> None:
    try:
        new.execute(_bare(table).insert(), rows)
    except (DataError, IntegrityError) as error:
        said = " ".join(str(error.orig).split())[:300]
        raise CannotCopy(
            f"Rows of the table {table.name} do not fit into {masked(target)} ({said}). Nothing was copied; every row "
            "should fit, so please tell us."
        ) from error


class _References:
    """What rows of a table say of others of the same table, put in when all of them are there."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.columns = [key.parent.name for key in table.foreign_keys if key.column.table is table]
        self._later: list[tuple[str, dict[str, Any]]] = []

    def held_back(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows without what they refer to."""
        self._later += [
            (name, {"at": row["id"], "to": row[name]}) for name in self.columns for row in rows if row[name] is not None
        ]
        return [row | dict.fromkeys(self.columns) for row in rows]

    def put(self, new: Connection) -> None:
        """Put in what was held back."""
        bare = _bare(self.table)
        for name, values in self._later:
            new.execute(bare.update().where(bare.c.id == bindparam("at")).values({name: bindparam("to")}), values)


def _bare(table: Table) -> TableClause:
    """The table without what our column types do to a value."""
    return bare_table(table.name, *(_plain(each) for each in table.columns))


def _number_on(new: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after those that brought their numbers with them."""
    if new.dialect.name != "postgresql" or [each.name for each in table.primary_key] != ["id"]:
        return
    sequence = new.execute(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": f'"{table.name}"'}).scalar()
    highest = new.execute(select(func.max(table.c.id))).scalar()
    if sequence is not None and highest is not None:
        new.execute(select(func.setval(sequence, highest)))
