"""Search among many: what is quick must find what is slow and sure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import text

from storage.database import migrate, open_store
from storage.migrations.vector_search import drop_vector_search
from storage.searching.nearest import SIGNALS
from storage.searching.shelf import Shelf
from storage.searching.vectors import Vectors
from storage.store import Store
from storage.transactions import Transactions
from tests.factories import a_signal, a_summary

WIDTH = 256
ROOM, ELSEWHERE = 0, 1


def vectors(number: int, seed: int = 1) -> NDArray[np.float32]:
    """Vectors in bunches, as those of texts are."""
    chance = np.random.default_rng(seed)
    bunches = chance.standard_normal((40, WIDTH))
    made = bunches[chance.integers(40, size=number)] + 0.8 * chance.standard_normal((number, WIDTH))
    unit: NDArray[np.float32] = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype("<f4")
    return unit


def test_comparing_signs_first_finds_nearly_what_comparing_all_finds() -> None:
    every, sure, quick = vectors(3_000), Shelf(WIDTH), Shelf(WIDTH, one_by_one=100)
    for number, vector in enumerate(every, start=1):
        room = ELSEWHERE if number % 10 == 0 else ROOM
        for shelf in (sure, quick):
            shelf.put(number, vector.tobytes(), number, room)
    for number in (3, 30, 300, 2_999):
        quick.drop(number)
        sure.drop(number)
    shares = []
    for asked in vectors(20, seed=1)[:, None] + 0.02:
        expected = sure.nearest(asked, ROOM)
        found = quick.nearest(asked, ROOM)
        assert found.signals[0] == expected.signals[0]
        assert not set(found.signals.tolist()) & {3, 300, 2_999, *range(10, 3_001, 10)}
        shares.append(len(set(found.signals[:64].tolist()) & set(expected.signals[:64].tolist())) / 64)
    assert np.mean(shares) > 0.9
    assert found.signals.size <= SIGNALS


def filed(store: Store, vector: NDArray[np.float32], **fields: Any) -> int:
    summary = a_summary(title="one", gist="one", queries=("one",))
    signal = a_signal(store, filed=True, summary=summary, vector=vector.tobytes(), **fields)
    return signal.report_id or 0


def nearest(store: Store, vector: NDArray[np.float32], channel: str = "") -> list[int]:
    """What PostgreSQL's own index finds, however few there are."""
    with Transactions(store.engine).read() as session:
        (found,) = Vectors(in_memory=-1).nearest(session, 0, [(vector.tobytes(),)], channel)
    return list(found.best(8, 0.5))


@pytest.fixture
def indexed(postgres_url: str) -> Store:
    """A store on PostgreSQL, whose index is asked."""
    store = open_store(postgres_url)
    with store.engine.connect() as connection:
        if connection.execute(text("SELECT to_regclass('signal_vector')")).scalar() is None:
            pytest.skip("this PostgreSQL has no pgvector")
    return store


def test_the_index_of_postgresql_finds_each_room_s_own_and_forgets_what_is_erased(indexed: Store) -> None:
    east, north = vectors(2, seed=5)
    public = filed(indexed, east, external_id="C1/1.1")
    private = filed(indexed, east, visibility="private", channel="C2")
    filed(indexed, north)
    assert nearest(indexed, east) == [public]
    assert nearest(indexed, east, "C2") == [private]
    assert nearest(indexed, east, "C3") == []
    assert nearest(indexed, np.zeros(WIDTH, "<f4")) == []
    indexed.signals.erase("slack", "C1/1.1")
    assert nearest(indexed, east) == []
    with indexed.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM signal_vector")).scalar() == 2
    indexed.close()


def test_an_index_that_comes_later_knows_the_vectors_that_were_there_before(indexed: Store, postgres_url: str) -> None:
    with indexed.engine.begin() as connection:
        drop_vector_search(connection)
    east, north = vectors(2, seed=6)
    before = filed(indexed, east)
    assert [each.report_id for each in indexed.search.candidates((), (), (), east.tobytes())] == [before]
    migrate(postgres_url)
    after = filed(indexed, north)
    assert nearest(indexed, east) == [before]
    assert nearest(indexed, north) == [after]
    indexed.close()


def test_a_term_that_hundreds_of_signals_hold_gives_way_to_a_rare_one(store: Store) -> None:
    report_id = filed(store, vectors(1)[0], body="the export fails with KeyboardInterrupt")
    with store.engine.execution_options(signalbox_writing=True).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO report (id, status, title, gist, subject, channel, visibility, repository, weight, "
                "created_at, since, attempt, tries, research_passes, plan_revision, note, dismissed_because, version, "
                "drawn_version, publisher) SELECT 99, status, title, gist, 'other', channel, visibility, repository, "
                "weight, created_at, since, 1, 0, 0, 0, '', '', 1, 1, '' FROM report WHERE id = :known"
            ),
            {"known": report_id},
        )
        for number in range(600):
            connection.execute(
                text(
                    "INSERT INTO signal (source, external_id, occurrence, title, body, url, author, channel, thread_ts,"
                    " visibility, severity, reach, keys, asked_by, happened_at, received_at, status, deliveries, "
                    "revision, attempt, trouble, trusted_by, candidates, report_id, weight, words, text_hash, "
                    "filed_epoch) SELECT source, :name, '', title, body, url, author, channel, thread_ts, visibility, "
                    "severity, reach, keys, asked_by, happened_at, received_at, status, 1, 1, 1, '', '', candidates, "
                    "99, weight, 'export fails again', '', 1 FROM signal WHERE report_id = :known AND external_id "
                    "NOT LIKE 'copy%' LIMIT 1"
                ),
                {"name": f"copy-{number}", "known": report_id},
            )
    rare = store.search.candidates((), ("export fails with KeyboardInterrupt",), (), b"")
    common = store.search.candidates((), ("export fails",), (), b"")
    assert [each.report_id for each in rare] == [report_id]
    assert 99 in {each.report_id for each in common}
