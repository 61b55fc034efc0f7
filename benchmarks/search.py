"""How long it takes to find the reports a signal may belong to, as the stored signals grow a thousandfold."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psycopg
from sqlalchemy import text

from agents.grouping.ranking import KIN, POOL
from agents.grouping.saying import LEAD_LIMIT
from benchmarks.databases import POSTGRESQL, database, resident
from benchmarks.stock import stock, stocked
from benchmarks.stream import Stream, Telling
from storage.database import migrate, open_store
from storage.store import Store

_MEGABYTE = 2**20
_ASKED = 150
_SQLITE_MOST = 100_000


@dataclass(frozen=True)
class Figures:
    """Milliseconds and bytes."""

    stored: int
    first: float
    median: float
    slow: float  # the 95th of a hundred
    worked: float  # of our process's own time, on average: the rest is waiting for a busy machine, or the database
    slowest: float
    memory: int  # what the first search added to the process
    found: float  # share of searches that found the report of the signal's topic, of those there are


def measure(kind: str, sizes: list[int], folder: Path | None, shared_buffers: str, warm: int) -> None:
    """Print a line for each size, in one database that grows; a kept one that holds more already says so.

    The clock is read after `warm` searches for other topics: PostgreSQL brings what it reads into its own memory first.
    """
    stream = Stream()
    with database(kind, folder, shared_buffers) as address:
        migrate(address)
        rows: list[Figures] = []
        for size in sorted(sizes):
            if kind != POSTGRESQL and size > _SQLITE_MOST:
                print(f"   {size:>9,}  not measured on SQLite: PostgreSQL is for so many")
                continue
            if (there := stocked(address)) > size:
                print(f"   {size:>9,}  not measured: the kept database holds {there:,} already")
                continue
            began = time.monotonic()
            stock(address, stream, size)
            filled = time.monotonic() - began
            figures = _in_a_process_of_its_own(address, size, warm)
            print(_line(figures, rows[-1] if rows else None, filled))
            rows.append(figures)
        if kind == POSTGRESQL:
            _tell_indexes(address)


def _line(now: Figures, before: Figures | None, filled: float) -> str:
    growth = ""
    if before is not None:
        more, longer = now.stored / before.stored, now.slow / before.slow
        growth = f"; {more:.0f} times as many take {longer:.1f} times as long"
    return (
        f"   {now.stored:>9,}  p50 {now.median:.1f} ms, p95 {now.slow:.1f} ms, own work {now.worked:.0f} ms, "
        f"first {now.first:.0f} ms, memory +{now.memory / _MEGABYTE:.0f} MB, found {now.found:.0%} "
        f"(filled in {filled:.0f} s){growth}"
    )


def _in_a_process_of_its_own(address: str, size: int, warm: int) -> Figures:
    """Its memory holds nothing but the search."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (address, size, warm))


def _measured(address: str, size: int, before_clock: int) -> Figures:
    store, stream = open_store(address), Stream()
    asked = list(stream.ask(_stored_topics(store, size, before_clock + _ASKED)))
    before = resident()
    took, hits, worked = [], 0, 0.0
    for number, telling in enumerate(asked):
        if number == before_clock:
            worked = time.process_time()
        began = time.perf_counter()
        found = _search(store, telling)
        took.append((time.perf_counter() - began) * 1000)
        hits += telling.topic + 1 in found
    worked = (time.process_time() - worked) * 1000
    memory = resident() - before
    store.close()
    warm = sorted(took[before_clock:])
    return Figures(
        stored=size,
        first=took[0],
        median=statistics.median(warm),
        slow=warm[int(len(warm) * 0.95)],
        worked=worked / len(warm),
        slowest=warm[-1],
        memory=memory,
        found=hits / len(asked),
    )


def _stored_topics(store: Store, size: int, most: int) -> list[int]:
    """The topics of public signals all over the stored ones, in no order."""
    step = max(size // (most * 9 // 8), 1)
    with store.engine.connect() as connection:
        reports = connection.execute(
            text("SELECT report_id FROM signal WHERE id % :step = 0 AND visibility = 'public' ORDER BY id"),
            {"step": step},
        )
        topics = [int(report_id) - 1 for (report_id,) in reports]
    np.random.default_rng(1).shuffle(topics)
    return topics[:most]


def _search(store: Store, telling: Telling) -> set[int]:
    """As `agents.gathering.placing` does it, with three queries."""
    chance = np.random.default_rng(telling.number)
    queries = [telling.vector + 0.03 * chance.standard_normal(telling.vector.size) for _ in range(3)]
    found = store.search.candidates(
        telling.keys[:1],
        (telling.title, " ".join(telling.title.split()[:3]), telling.title, telling.body[:LEAD_LIMIT]),
        tuple((query / np.linalg.norm(query)).astype("<f4").tobytes() for query in queries),
        telling.vector.astype("<f4").tobytes(),
        limit=POOL,
        kin=KIN,
        title=telling.title,
    )
    return {each.report_id for each in found}


def _tell_indexes(address: str) -> None:
    with psycopg.connect(address) as connection:
        for name, size in connection.execute(
            "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relname IN "
            "('signal', 'ix_signal_words_tsv', 'signal_vector', 'ix_signal_vector_public')"
        ).fetchall():
            print(f"   {name}: {size / _MEGABYTE:,.0f} MB")
