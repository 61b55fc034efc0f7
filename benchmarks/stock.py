"""Fills a database with filed signals, straight into the tables: a million in minutes, where filing takes a day."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import cast

import numpy as np
import psycopg

from benchmarks.stream import Stream, Telling
from storage.judgments import Screening, Summary
from storage.searching.words import words_for_search
from storage.signals.remembering import text_hash

_FIRST_DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_MANY = 20_000  # rows from which it is quicker to make the indexes anew
_REPORT = (
    "id", "status", "title", "gist", "subject", "channel", "visibility", "repository", "weight", "created_at", "since",
    "attempt", "tries", "research_passes", "plan_revision", "note", "dismissed_because", "version", "drawn_version",
    "publisher",
)  # fmt: skip
_SIGNAL = (
    "id", "source", "external_id", "occurrence", "title", "body", "url", "author", "channel", "thread_ts", "visibility",
    "severity", "reach", "keys", "asked_by", "happened_at", "received_at", "status", "deliveries", "revision",
    "attempt", "trouble", "screening", "trusted_by", "summary", "candidates", "report_id", "filed_at", "weight",
    "vector", "words", "text_hash", "filed_epoch",
)  # fmt: skip
_KEY = ("signal_id", "key")
_VECTOR = ("signal_id", "room", "embedding")
_AT_ONCE = 5_000
_REBUILT = ("ix_signal_words_tsv", "ix_signal_vector_public")  # PostgreSQL's slow ones
Row = tuple[object, ...]
Columns = tuple[str, ...]


def stocked(address: str) -> int:
    """How many signals a database holds."""
    if address.startswith("sqlite"):
        with closing(sqlite3.connect(_file(address))) as connection:
            return int(connection.execute("SELECT count(*) FROM signal").fetchone()[0])
    with psycopg.connect(address) as connection:
        row = connection.execute("SELECT count(*) FROM signal").fetchone()
        return int(row[0]) if row else 0


def stock(address: str, stream: Stream, number: int) -> None:
    """Have the database hold the first `number` signals of the stream, each filed under the report of its topic."""
    first = stocked(address)
    if first >= number:
        return
    (_into_sqlite if address.startswith("sqlite") else _into_postgres)(address, stream, first, number)


def _into_sqlite(address: str, stream: Stream, first: int, number: int) -> None:
    with closing(sqlite3.connect(_file(address))) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for lot in _lots(stream, first, number, _reports_in(connection.execute("SELECT max(id) FROM report"))):
            for table, columns, rows in lot:
                marks = ",".join("?" * len(columns))
                connection.executemany(_sqlite_insert(table, columns, marks), [_plain(row) for row in rows])
            connection.commit()
        connection.execute("UPDATE epoch SET value = ? WHERE name = 'filing'", (number,))
        connection.execute("INSERT INTO signal_fts(signal_fts) VALUES ('optimize')")
        connection.execute("ANALYZE")
        connection.commit()


def _into_postgres(address: str, stream: Stream, first: int, number: int) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        anew = _without_indexes(connection) if number - first >= _MANY else []
        found = connection.execute("SELECT to_regclass('signal_vector')").fetchone()
        indexed = found is not None and found[0] is not None
        for lot in _lots(stream, first, number, _reports_in(connection.execute("SELECT max(id) FROM report"))):
            if indexed:
                lot.append(("signal_vector", _VECTOR, [_vector(row) for row in lot[1][2]]))
            with connection.transaction():
                for table, columns, rows in lot:
                    with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()) as copy:
                        for row in rows:
                            copy.write_row(row)
        connection.execute("UPDATE epoch SET value = %s WHERE name = 'filing'", (number,))
        for table in ("report", "signal"):
            newest = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608 our own
            connection.execute(newest.encode())
        connection.execute("SET maintenance_work_mem = '2GB'")
        for statement in anew:
            connection.execute(statement.encode())
        connection.execute("VACUUM ANALYZE")


def _without_indexes(connection: psycopg.Connection) -> list[str]:
    """Drop the indexes that are slow to fill; the statements that make them anew."""
    known = connection.execute("SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(%s)", ([*_REBUILT],))
    dropped = []
    for name, made_by in known.fetchall():
        connection.execute(f"DROP INDEX {name}".encode())
        dropped.append(str(made_by))
    return dropped


def _lots(stream: Stream, first: int, number: int, reports: int) -> Iterator[list[tuple[str, Columns, list[Row]]]]:
    tellings = stream.tell(first, number)
    while lot := list(islice(tellings, _AT_ONCE)):
        newest = max(reports, *(telling.topic + 1 for telling in lot))
        subjects = {telling.topic: _external_id(telling) for telling in reversed(lot)}
        made = [_report(topic, subjects.get(topic, f"none:{topic}")) for topic in range(reports, newest)]
        reports = newest
        keys: list[Row] = [(telling.number + 1, key) for telling in lot for key in telling.keys]
        yield [
            ("report", _REPORT, made),
            ("signal", _SIGNAL, [_signal(telling) for telling in lot]),
            ("signal_key", _KEY, keys),
        ]


def _report(topic: int, subject: str) -> Row:
    title = f"Problem {topic}"
    return (
        topic + 1, "gathering", title, title, subject, _room(topic)[1], _room(topic)[0], "", 1.0, _FIRST_DAY,
        _FIRST_DAY, 1, 0, 0, 0, "", "", 1, 1, "",
    )  # fmt: skip


def _signal(telling: Telling) -> Row:
    summary = Summary(about_product=True, title=telling.title, gist=telling.body[:200], queries=(telling.title,))
    at = _FIRST_DAY + dt.timedelta(seconds=telling.number * 20)
    visibility, channel = _room(telling.topic)
    return (
        telling.number + 1, telling.source, _external_id(telling), "", telling.title, telling.body, "", "",
        channel, "", visibility, "error", 1, json.dumps(telling.keys), "", at, at, "filed", 1, 1, 1, "",
        Screening(reason="").model_dump_json(), "", summary.model_dump_json(), "[]", telling.topic + 1, at, 1.0,
        telling.vector.astype("<f4").tobytes(), words_for_search(telling.title, telling.body, summary),
        text_hash(telling.title, telling.body), telling.number + 1,
    )  # fmt: skip


def _vector(signal: Row) -> Row:
    """A signal's line in PostgreSQL's own index."""
    told = dict(zip(_SIGNAL, signal, strict=True))
    room = told["channel"] if told["visibility"] == "private" else ""
    numbers = np.frombuffer(cast("bytes", told["vector"]), "<f4").tolist()
    return told["id"], room, "[" + ",".join(f"{number:.6g}" for number in numbers) + "]"


def _room(topic: int) -> tuple[str, str]:
    """One problem in fifty is told in a private channel."""
    return ("private", "C9") if topic % 50 == 7 else ("public", "C1")


def _external_id(telling: Telling) -> str:
    return f"{telling.source}-{telling.number}"


def _plain(row: Row) -> Row:
    """Moments as SQLite keeps them."""
    return tuple(f"{each:%Y-%m-%d %H:%M:%S.%f}" if isinstance(each, dt.datetime) else each for each in row)


def _sqlite_insert(table: str, columns: Columns, marks: str) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 our own names


def _reports_in(answer: Iterable[tuple[int | None]]) -> int:
    (most,) = next(iter(answer))
    return most or 0


def _file(address: str) -> str:
    return address.removeprefix("sqlite:///")
