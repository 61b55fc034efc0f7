"""A database copied into an empty one: every row arrives, the next ones fit behind them, and what cannot go is said."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Table,
    TableClause,
    column,
    insert,
    inspect,
    select,
    table,
    text,
    update,
)
from sqlmodel import SQLModel, col

from storage.columns import Named, Typed
from storage.copying import Copied, copy_rows
from storage.database import open_store
from storage.errors import CannotCopy
from storage.plumbing import Worker
from storage.records import Report
from storage.store import Store
from storage.transactions import WRITING
from tests.factories import a_moment, a_report, a_signal, a_vector

_LEFT_OUT = {"lease", "worker"}


def test_every_row_of_every_table_arrives_and_comes_back(
    sqlite_url: str, postgres_url: str, sqlite_store: Store, tmp_path: Path
) -> None:
    fill(sqlite_store)
    back = f"sqlite:///{tmp_path / 'back.db'}"

    *_, last = copy_rows(sqlite_url, postgres_url)
    list(copy_rows(postgres_url, back))

    before, after = rows(sqlite_store), rows(open_store(back))
    assert {name for name, kept in before.items() if not kept} == set()
    assert after == {name: [] if name in _LEFT_OUT else kept for name, kept in before.items()}
    kept = sum(len(kept) for name, kept in before.items() if name not in _LEFT_OUT)
    assert (last.rows, last.of) == (kept, kept)


def test_a_copy_is_searched_and_its_next_rows_are_numbered_on(
    sqlite_url: str, postgres_url: str, sqlite_store: Store
) -> None:
    east = a_vector(*([1.0] + [0.0] * 255))
    signal = a_signal(sqlite_store, filed=True, vector=east, body="the export fails with KeyboardInterrupt")

    list(copy_rows(sqlite_url, postgres_url))

    copy = open_store(postgres_url)
    by_words = copy.search.candidates((), ("KeyboardInterrupt",), (), a_vector(0.0, 1.0))
    by_vector = copy.search.candidates((), (), (), east)
    assert [each.report_id for each in by_words] == [each.report_id for each in by_vector] == [signal.report_id]
    with copy.engine.connect() as connection:
        if inspect(connection).has_table("signal_vector"):
            assert connection.execute(text("SELECT signal_id FROM signal_vector")).scalars().all() == [signal.id]
    assert (a_signal(copy).id or 0) > (signal.id or 0) > 0
    copy.close()


def test_what_a_row_says_of_a_later_one_is_kept(sqlite_url: str, postgres_url: str, sqlite_store: Store) -> None:
    early, late = (a_report(sqlite_store).id or 0 for _ in range(2))
    with sqlite_store.engine.execution_options(**{WRITING: True}).begin() as connection:
        connection.execute(update(Report).where(col(Report.id) == early).values(regression_of=late))

    list(copy_rows(sqlite_url, postgres_url))

    copy = open_store(postgres_url)
    assert copy.reports.get(early).regression_of == late
    copy.close()


def test_a_worker_that_still_beats_is_named_and_a_dead_one_is_in_nobodys_way(
    sqlite_url: str, postgres_url: str, sqlite_store: Store
) -> None:
    a_signal(sqlite_store)
    beat(sqlite_store, a_moment(seconds=5))
    with pytest.raises(CannotCopy, match=r"process 4711 on shop\) still writes .* wait 20 seconds"):
        list(copy_rows(sqlite_url, postgres_url))

    beat(sqlite_store, a_moment(seconds=40))
    assert list(copy_rows(sqlite_url, postgres_url))[-1:] != []


def test_a_database_with_rows_is_not_copied_into_and_none_into_itself(
    sqlite_url: str, postgres_url: str, sqlite_store: Store
) -> None:
    a_signal(sqlite_store)
    list(copy_rows(sqlite_url, postgres_url))

    with pytest.raises(CannotCopy, match=r"is not empty: its table .* has rows. Name a new database"):
        list(copy_rows(sqlite_url, postgres_url))
    with pytest.raises(CannotCopy, match="is the database that is copied"):
        list(copy_rows(sqlite_url, sqlite_url))


def test_where_there_is_nothing_to_copy_somebody_is_in_the_wrong_folder(tmp_path: Path, postgres_url: str) -> None:
    with pytest.raises(CannotCopy, match=r"wrong\.db holds nothing to copy\. Type this where the bot is started"):
        list(copy_rows(f"sqlite:///{tmp_path / 'wrong.db'}", postgres_url))


def test_a_row_that_does_not_fit_leaves_the_target_empty(
    sqlite_url: str, postgres_url: str, sqlite_store: Store
) -> None:
    """SQLite keeps no limit of a text's length; ours are kept by the code, but a hand may have been at work."""
    a_signal(sqlite_store)
    with sqlite_store.engine.execution_options(**{WRITING: True}).begin() as connection:
        connection.execute(text("UPDATE signal SET source = :long"), {"long": "s" * 500})

    with pytest.raises(CannotCopy, match=r"Rows of the table signal do not fit into postgresql.*Nothing was copied"):
        list(copy_rows(sqlite_url, postgres_url))

    copy = open_store(postgres_url)
    assert {name for name, kept in rows(copy).items() if kept} == {"epoch"}
    copy.close()


def test_who_stops_in_between_leaves_the_target_empty(sqlite_url: str, postgres_url: str, sqlite_store: Store) -> None:
    a_signal(sqlite_store)
    copying = copy_rows(sqlite_url, postgres_url)
    assert isinstance(next(copying), Copied)
    del copying

    copy = open_store(postgres_url)
    assert {name for name, kept in rows(copy).items() if kept} == {"epoch"}
    copy.close()


def beat(store: Store, at: dt.datetime) -> None:
    with store.engine.execution_options(**{WRITING: True}).begin() as connection:
        connection.execute(text("DELETE FROM worker"))
        connection.execute(
            insert(Worker).values(id="w1", host="shop pid:[1]", pid=4711, born=1.0, beat_at=at, buried_at=None)
        )


def rows(store: Store) -> dict[str, list[Any]]:
    """All that is in the tables, judgments as they are kept."""
    with store.engine.connect() as connection:
        return {
            each.name: sorted(map(repr, connection.execute(select(as_kept(each))).all()))
            for each in SQLModel.metadata.sorted_tables
        }


def fill(store: Store) -> None:
    """Three rows in each table, the last with everything empty that may be; of no use but to be compared."""
    with store.engine.execution_options(**{WRITING: True}).begin() as connection:
        for each in SQLModel.metadata.sorted_tables:
            connection.execute(each.delete())
            some = [{column.name: a_value(column, number) for column in each.columns} for number in (1, 2, 3)]
            for row in some:
                connection.execute(as_kept(each).insert(), row)


def as_kept(of: Table) -> TableClause:
    """The table without its judgments' shapes."""
    return table(of.name, *(column(each.name, as_json(each.type)) for each in of.columns))


def as_json(kind: Any) -> Any:
    return kind.impl if isinstance(kind, Typed | Named) else kind


def a_value(of: Column[Any], number: int) -> Any:
    if of.nullable and number == 3:
        return None
    values: list[tuple[type[Any], Any]] = [
        (DateTime, dt.datetime(2026, 11, number, 10, 0, 0, 123_450 + number, dt.UTC)),
        (JSON, {"of an older shape": [f"{number} ünï \u2028", None, 1.5]}),
        (LargeBinary, bytes([number, 0, 255])),
        (Boolean, number == 1),
        (Integer, number),
        (Float, number / 3),
    ]
    return next(
        (value for kind, value in values if isinstance(getattr(of.type, "impl", of.type), kind)), f"{number} ünï"
    )
