"""Search: each route finds, private stays private, and no text is syntax."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypedDict, Unpack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from storage.groups import Route
from storage.judgments import Screening
from storage.records import Report, Signal
from storage.searching.named import FRONT, Name
from storage.searching.search import Candidate
from storage.searching.words import terms_of
from storage.status import Status, Visibility
from storage.store import Store
from tests.factories import a_held_signal, a_moment, a_raw_signal, a_report, a_signal, a_summary, a_vector

EAST, NORTH, NORTH_EAST = a_vector(1.0, 0.0), a_vector(0.0, 1.0), a_vector(1.0, 1.0)
HOSTILE = [
    '"', "'", "export OR", "export* NEAR(", "title:export", "^export", "-export", "a AND NOT b", "(((", "{}", "%", "\\",
    "'; DROP TABLE signal; --", ":* & | !", "<->", "\x00", "💥", "ß İ", "_" * 50, "x" * 5_000, "to_tsquery('x')", "",
]  # fmt: skip


class Asked(TypedDict, total=False):
    """What is searched for; by nothing where a test does not say."""

    keys: tuple[str, ...]
    queries: tuple[str, ...]
    query_vectors: tuple[bytes, ...]
    vector: bytes
    names: tuple[Name, ...]


def find(
    store: Store, *, visibility_channel: str = "", limit: int = 8, **asked: Unpack[Asked]
) -> tuple[Candidate, ...]:
    nothing: Asked = {"keys": (), "queries": (), "query_vectors": (), "vector": b""}
    found = store.search.candidates(**(nothing | asked), visibility_channel=visibility_channel, limit=limit)
    return store.search.titled(found)


def a_filed(store: Store, text: str, vector: bytes = NORTH, **fields: Any) -> Signal:
    summary = a_summary(title=text, gist=text, queries=(text,))
    return a_signal(store, filed=True, summary=summary, vector=vector, body=text, **fields)


def test_a_shared_key_finds_its_report_first_and_names_the_key(store: Store) -> None:
    a_filed(store, "the invoice export fails", EAST)
    keyed = a_filed(store, "something else entirely", NORTH, keys=("fp:a", "fp:b"))
    found = find(store, keys=("fp:b", "fp:z"), queries=("invoice export fails",), query_vectors=(EAST,), vector=EAST)
    assert found[0].report_id == keyed.report_id
    assert found[0].shared_keys == ("fp:b",)
    assert found[0].ranks == {Route.KEY: 1}
    assert len(found) == 2


def test_full_text_finds_a_report_by_its_words_in_other_forms(store: Store) -> None:
    wanted = a_filed(store, "Exporting invoices to CSV times out")
    a_filed(store, "Login page shows a blank screen")
    (found,) = find(store, queries=("csv export timed out", "invoice exports"))
    assert found.report_id == wanted.report_id
    assert found.ranks == {Route.TEXT: 1}


def test_full_text_prefers_the_report_with_the_rarer_words(store: Store) -> None:
    for number in range(5):
        a_filed(store, f"the export of table {number} fails")
    rare = a_filed(store, "the export raises KeyboardInterrupt")
    found = find(store, queries=("export fails with KeyboardInterrupt",))
    assert found[0].report_id == rare.report_id
    assert len(found) == 6


def test_words_are_found_inside_addresses_paths_and_identifiers(store: Store) -> None:
    wanted = a_filed(
        store, "GET https://app.acme.test/v2/exports/quarterly_report.csv answers 502 in billing.api.render"
    )
    for query in ("quarterly", "acme", "billing render", "502"):
        assert [found.report_id for found in find(store, queries=(query,))] == [wanted.report_id], query


def test_a_query_of_common_words_alone_finds_nothing(store: Store) -> None:
    a_filed(store, "it is what it is and there we are")
    assert find(store, queries=("it is what it is", "the")) == ()


def test_the_signal_s_own_vector_finds_what_lies_in_its_direction(store: Store) -> None:
    east = a_filed(store, "one", EAST)
    a_filed(store, "two", NORTH)
    (found,) = find(store, vector=EAST)
    assert (found.report_id, found.ranks) == (east.report_id, {Route.SIGNAL_VECTOR: 1})
    assert found.similarity == pytest.approx(1.0, abs=1e-3)


def test_any_of_the_queries_vectors_finds(store: Store) -> None:
    east, north = a_filed(store, "one", EAST), a_filed(store, "two", NORTH)
    found = find(store, query_vectors=(EAST, NORTH))
    assert {each.report_id for each in found} == {east.report_id, north.report_id}
    assert all(set(each.ranks) == {Route.QUERY_VECTOR} for each in found)


def test_the_four_routes_are_merged_by_reciprocal_rank(store: Store) -> None:
    both = a_filed(store, "invoice export fails", NORTH_EAST)
    text_only = a_filed(store, "invoice export fails", a_vector(-1.0, -1.0))
    vector_only = a_filed(store, "blank page", EAST)
    found = find(store, queries=("invoice export",), query_vectors=(EAST,), vector=EAST)
    scores = {each.report_id: each.score for each in found}
    assert list(scores) == [both.report_id, vector_only.report_id, text_only.report_id]
    for each in found:
        assert each.score == pytest.approx(sum(1 / (60 + rank) for rank in each.ranks.values()))


def test_what_is_named_comes_before_the_others_with_the_signal_by_which_it_is(store: Store) -> None:
    by_words = a_filed(store, "invoice export fails")
    item = a_filed(store, "something else entirely", external_id="ENG-431", source="tracker")
    ours = a_filed(store, "blank page")
    names = (Name(("eng-431", "ENG-431"), ("slack", "tracker")), Name(report=ours.report_id or 0, same=True))
    found = find(store, queries=("invoice export",), names=names)
    assert [each.report_id for each in found] == [ours.report_id, item.report_id, by_words.report_id]
    assert [(each.is_named, each.said_same) for each in found] == [(True, True), (True, False), (False, False)]
    assert [each.called for each in found] == [(f"SB-{ours.report_id}",), ("eng-431",), ()]
    assert found[1].ranks == {Route.NAME: 2}
    kin = store.search.candidates((), (), (), b"", kin=3, names=names)
    assert [[one.signal_id for one in each.nearest] for each in kin] == [[ours.id], [item.id]]


def test_of_many_that_are_named_a_few_are_put_first(store: Store) -> None:
    names = tuple(
        Name((a_filed(store, "export", external_id=f"ENG-{n}", source="t").external_id,), ("t",)) for n in range(5)
    )
    assert len(find(store, names=names)) == FRONT


def test_a_name_finds_nothing_of_another_source_nor_what_waits_and_a_moved_issue_by_each_of_its_names(
    store: Store,
) -> None:
    a_filed(store, "export", external_id="ENG-1", source="tracker")
    a_signal(store, external_id="ENG-2", source="tracker")
    moved = a_filed(store, "login", external_id="OPS-1", source="tracker", keys=("linear:OPS-1", "linear:ENG-9"))
    assert find(store, names=(Name(("ENG-1",), ("other",)), Name(("ENG-2",), ("tracker",)), Name(report=99))) == ()
    assert [each.report_id for each in find(store, names=(Name(("ENG-9",), ("tracker",)),))] == [moved.report_id]


def test_a_report_that_was_merged_away_is_named_for_its_heir(store: Store) -> None:
    away, heir = a_filed(store, "export"), a_filed(store, "login")
    store.corrections.merge(away.report_id or 0, heir.report_id or 0, by="U1")
    assert [each.report_id for each in find(store, names=(Name(report=away.report_id or 0),))] == [heir.report_id]


def test_similarity_is_told_of_every_candidate_however_it_was_found(store: Store) -> None:
    a_filed(store, "invoice export fails", NORTH_EAST)
    (found,) = find(store, queries=("invoice",), vector=EAST)
    assert found.similarity == pytest.approx(0.7071, abs=1e-3)


def test_a_candidate_brings_what_a_judgment_needs(store: Store) -> None:
    first = a_filed(store, "first")
    a_signal(store, report_id=first.report_id, summary=a_summary(title="second"), vector=NORTH)
    (found,) = find(store, queries=("first",))
    report = store.reports.get(first.report_id or 0)
    assert found.signal_titles == ("first", "second")
    assert (found.subject, found.title, found.gist, found.status) == (
        first.external_id,
        report.title,
        report.gist,
        Status.GATHERING,
    )


def test_no_more_are_found_than_are_asked_for(store: Store) -> None:
    for _ in range(5):
        a_filed(store, "invoice export fails")
    assert len(find(store, queries=("invoice",), vector=NORTH, limit=3)) == 3


@pytest.mark.parametrize(
    "asked",
    [
        {"keys": ("fp:a",)},
        {"queries": ("invoice export",)},
        {"query_vectors": (EAST,)},
        {"vector": EAST},
        {"names": (Name(("E-0", "E-1", "E-2"), ("t",)), Name(report=1), Name(report=2), Name(report=3))},
        {"names": (Name(("E-5",), ("t",)),)},
    ],
    ids=["keys", "queries", "query_vectors", "vector", "names", "names by key"],
)
def test_private_and_public_never_meet_by_any_route(store: Store, asked: Asked) -> None:
    rooms = [(Visibility.PUBLIC, "C1"), (Visibility.PRIVATE, "C2"), (Visibility.PRIVATE, "C3")]
    reports = [
        a_filed(
            store, "invoice export fails", EAST, keys=("fp:a", "linear:E-5"), visibility=visibility, channel=channel,
            source="t", external_id=f"E-{number}",
        ).report_id
        for number, (visibility, channel) in enumerate(rooms)
    ]  # fmt: skip
    found = [
        [each.report_id for each in find(store, visibility_channel=channel, **asked)]
        for channel in ("", "C2", "C3", "C4")
    ]
    assert found == [[reports[0]], [reports[1]], [reports[2]], []]


def test_a_dismissed_report_is_found_for_thirty_days(store: Store) -> None:
    dismissed = a_filed(store, "invoice export fails")
    resolved = a_filed(store, "invoice export fails")

    def close(report_id: int | None, status: Status, since: dt.datetime) -> None:
        with Session(store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
            report = session.get_one(Report, report_id)
            report.status, report.since = status, since

    close(resolved.report_id, Status.RESOLVED, a_moment(days=400))
    close(dismissed.report_id, Status.DISMISSED, a_moment(days=29))
    assert {each.report_id for each in find(store, queries=("invoice",))} == {dismissed.report_id, resolved.report_id}
    close(dismissed.report_id, Status.DISMISSED, a_moment(days=31))
    assert {each.report_id for each in find(store, queries=("invoice",), vector=NORTH)} == {resolved.report_id}


def test_what_is_edited_held_or_erased_is_not_found_by_its_former_words(store: Store) -> None:
    edited, held, erased = (a_filed(store, "invoice export fails", EAST, keys=(f"fp:{n}",)) for n in "abc")
    asked: Asked = {"keys": ("fp:a", "fp:b", "fp:c"), "queries": ("invoice",), "query_vectors": (EAST,), "vector": EAST}
    assert len(find(store, **asked)) == 3
    store.signals.remember(a_raw_signal(external_id=edited.external_id, body="about the weather"))
    store.signals.hold(held.id or 0, Screening(reason="x", judged=False), step="h")
    store.signals.erase("slack", erased.external_id)
    assert find(store, **asked) == ()


def test_a_signal_that_waits_or_is_held_is_not_found(store: Store) -> None:
    a_held_signal(store, body="invoice export fails", keys=("fp:a",))
    waiting = a_signal(store, body="invoice export fails", keys=("fp:a",))
    store.signals.describe(waiting.id or 0, Screening(), a_summary(), EAST, EAST)
    assert find(store, keys=("fp:a",), queries=("invoice export fails",), vector=EAST) == ()


def test_another_process_s_filings_are_found_too(store: Store, database_url: str) -> None:
    other = Store(store.engine)
    assert find(other, vector=EAST) == ()
    filed = a_filed(store, "one", EAST)
    assert [each.report_id for each in find(other, vector=EAST)] == [filed.report_id]
    store.signals.erase("slack", filed.external_id)
    assert find(other, vector=EAST) == ()


def test_many_vectors_are_kept_apart(store: Store) -> None:
    report = a_report(store)
    near = [a_vector(1.0, number / 1000) for number in range(70)]
    for vector in near:
        a_signal(store, report_id=report.id, vector=vector)
    other = a_filed(store, "other", a_vector(-1.0, 0.2))
    found = find(store, vector=a_vector(-1.0, 0.2))
    assert [each.report_id for each in found] == [other.report_id]
    assert len(find(store, vector=near[0])[0].signal_titles) == 50


@pytest.mark.parametrize("vectors", [(b"abc",), (b"",), (a_vector(1.0, 0.0, 0.0),), (EAST, a_vector(1.0, 0.0, 0.0))])
def test_vectors_of_another_length_or_none_find_nothing_and_break_nothing(store: Store, vectors: tuple[bytes]) -> None:
    a_filed(store, "one", EAST)
    assert find(store, query_vectors=vectors, vector=vectors[0]) in (
        (),
        find(store, query_vectors=(), vector=vectors[0]),
    )


def test_hostile_text_is_only_words(store: Store) -> None:
    wanted = a_filed(store, "invoice export fails")
    for text in HOSTILE:
        found = find(store, queries=(text, f"invoice {text}"), keys=(text,))
        assert [each.report_id for each in found] == [wanted.report_id], text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_no_text_at_all_is_syntax(sqlite_store: Store, text: str) -> None:
    if not sqlite_store.reports.all():
        a_filed(sqlite_store, "invoice export fails")
    found = find(sqlite_store, queries=(text, "invoice"))
    assert len(found) == 1


def test_terms_are_words_that_say_something_each_once() -> None:
    assert terms_of(("The export of the CSV", "csv-export, again!")) == ("export", "csv", "again")
    assert len(terms_of((" ".join(f"word{n}" for n in range(100)),))) == 60
