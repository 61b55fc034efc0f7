"""The ranking of candidates by likeness, the terms it measures by."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

import numpy as np
import pytest

from agents.adapters.vectors import WordVectors
from agents.grouping.labels import by_labels
from agents.grouping.likeness import NAMES, Words, alike
from agents.grouping.opinions import PLACED, Evidence, learnt, standing
from agents.grouping.ranking import Ranking
from agents.grouping.saying import Origin, Saying, Vectors, saying
from storage.searching.rarity import Rarity
from storage.searching.search import Candidate, Kin
from storage.searching.stems import stems
from storage.status import Status
from storage.store import Store
from tests.factories import a_signal, a_summary

NO_VECTOR = np.zeros(1, np.float32)
AT = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC)


def a_candidate(
    number: int, title: str, body: str, keys: tuple[str, ...] = (), labels: tuple[str, ...] = ()
) -> Candidate:
    (vector,) = WordVectors().vectors([f"{title}\n{body}"])
    kin = Kin(signal_id=number, title=title, body=body, source="issues", happened_at=AT, vector=vector, labels=labels)
    return Candidate(
        report_id=number, subject=f"S-{number}", title=title, gist=body, status=Status.GATHERING,
        signal_titles=(title,), shared_keys=keys, ranks={}, score=0.0, similarity=0.0, nearest=(kin,),
    )  # fmt: skip


EXPORT = a_candidate(1, "CSV export drops the last row", "The exported file of invoices has no last row since 2.4.")
LOGIN = a_candidate(2, "Login loops with single sign-on", "Okta and our page send the browser back and forth.")
PRINT = a_candidate(3, "Labels are printed twice", "One click, two labels.")


class Ranked(Protocol):
    """The candidates as they are ranked for a signal with this title and body."""

    def __call__(self, title: str, body: str, *found: Candidate, limit: int = 10) -> tuple[Candidate, ...]: ...


@pytest.fixture
def ranked(sqlite_store: Store) -> Ranked:
    def rank(title: str, body: str, *found: Candidate, limit: int = 10) -> tuple[Candidate, ...]:
        signal = a_signal(sqlite_store, title=title, body=body, happened_at=AT)
        signal.vector = WordVectors().vectors([f"{title}\n{body}"])[0]
        return Ranking(WordVectors()).ranked(signal, a_summary(title=title), found, Rarity(), limit)

    return rank


def test_the_report_of_the_same_problem_comes_first_and_is_the_likeliest(ranked: Ranked) -> None:
    order = ranked(
        "Last row missing in the CSV export", "The export of my invoices drops its last row.", PRINT, LOGIN, EXPORT
    )

    assert order[0].subject == "S-1"
    assert order[0].likelihood > 0.5
    assert all(other.likelihood < order[0].likelihood for other in order[1:])


def test_what_is_about_something_else_is_unlikely(ranked: Ranked) -> None:
    order = ranked("The map freezes when zooming out", "Over the Pacific, always.", EXPORT, LOGIN)

    assert all(candidate.likelihood < 0.2 for candidate in order)


def test_a_shared_key_goes_before_every_likeness(ranked: Ranked) -> None:
    keyed = a_candidate(4, "Something else", "Entirely.", keys=("fp:a",))

    assert ranked("CSV export drops the last row", "No last row.", EXPORT, keyed)[0].subject == "S-4"


def test_no_more_are_kept_than_are_asked_for(ranked: Ranked) -> None:
    assert len(ranked("CSV export", "It fails.", EXPORT, LOGIN, PRINT, limit=2)) == 2


def test_candidates_without_words_stay_in_the_order_of_the_search(ranked: Ranked) -> None:
    bare = Candidate(9, "S-9", "T", "G", Status.GATHERING, (), (), {}, 0.0, 0.0)

    assert ranked("CSV export", "It fails.", bare) == (bare,)


def test_the_weights_fit_the_numbers_they_weigh() -> None:
    weights = learnt()
    evidence = Evidence(np.zeros((2, len(weights.rank.mean)), np.float32), np.array([0, 1]))

    for line in (weights.rank, weights.place, weights.join, weights.trace):
        assert len(line.mean) == len(line.scale) == len(line.weights)
    assert len(standing(evidence, np.zeros(2), np.zeros(2), 0)) == len(weights.place.mean) == PLACED
    assert len(weights.join.mean) == PLACED + len(weights.rank.mean)


def test_a_report_without_a_rival_is_no_likelier_than_one_with_a_usual_lead() -> None:
    width = len(learnt().rank.mean)
    alone = standing(Evidence(np.zeros((1, width), np.float32), np.array([0])), np.array([1.5]), np.array([1.5]), 0)
    two = Evidence(np.zeros((2, width), np.float32), np.array([0, 1]))
    usual = standing(two, np.array([1.5, 0.5]), np.array([1.5, 0.5]), 0)
    ahead = standing(two, np.array([1.5, -20.0]), np.array([1.5, -20.0]), 0)

    assert alone[1] == usual[1] < ahead[1] < 5
    assert alone[2] < ahead[2] < 5


def test_what_one_quotes_and_another_says_counts_the_less_the_more_reports_say_it() -> None:
    def told(body: str) -> Saying:
        return saying("", body, origin=Origin("slack", AT), vectors=Vectors(NO_VECTOR, NO_VECTOR, NO_VECTOR))

    new = told('the tile "Current output" dies, and then "Something went wrong"')
    known = [
        told(body) for body in ("{'title': 'Current output'}", "Something went wrong", "It says: something went wrong!")
    ]

    spoken = [word for each in (new, *known) for word in each.lead_words]
    words = Words({word: np.zeros(1, np.float32) for word in spoken})
    there = NAMES.index("quoted there")
    rows = alike(new, known, Rarity(), words, (0, 1, 2))

    assert rows[0, there] > rows[1, there] == rows[2, there] > 0
    assert rows[:, NAMES.index("quoted by both")].astype(bool).tolist() == [True, False, False]


def test_a_label_counts_the_more_the_fewer_have_it_and_only_within_its_source(store: Store) -> None:
    for number in range(12):
        a_signal(store, filed=True, source="issues", labels=("bug", "printing") if number == 0 else ("bug",))
    store.search.candidates((), (), (), b"")  # by which it learns what is rare

    def told(source: str, *labels: str) -> Saying:
        nothing = Vectors(NO_VECTOR, NO_VECTOR, NO_VECTOR)
        return saying("It stops", "", origin=Origin(source, AT, labels), vectors=nothing)

    known = [
        told("issues", "bug", "printing"),
        told("issues", "bug"),
        told("issues", "billing"),
        told("issues"),
        told("tickets", "printing"),
    ]
    said = by_labels(told("issues", "bug", "printing"), known, store.search.rarity)

    assert said[0] > said[1] > 0 > said[2]
    assert not said[3:].any()


def test_of_two_alike_the_one_under_the_same_label_is_the_likelier(store: Store) -> None:
    for number in range(30):
        a_signal(store, filed=True, source="issues", labels=(f"part {number % 10}",))
    store.search.candidates((), (), (), b"")
    known = [a_candidate(n, "It stops", "After a click it stops.", labels=(f"part {n}",)) for n in (1, 2, 3)]
    signal = a_signal(store, source="issues", title="It stops", body="One click, and it stops.", labels=("part 2",))
    signal.vector = WordVectors().vectors(["It stops\nOne click, and it stops."])[0]

    order = Ranking(WordVectors()).ranked(signal, a_summary(), tuple(known), store.search.rarity, 3)

    assert order[0].subject == "S-2"


def test_identifiers_are_terms_whole_and_in_parts() -> None:
    terms = stems("parseHTMLTable fails for exported_rows")

    assert terms[0] == "parsehtmltable"
    assert {"html", "fail", "export", "exported_rows"} <= set(terms)
    assert "for" not in terms


def test_endings_do_not_keep_words_apart() -> None:
    assert stems("crashed crashes crashing") == ["crash"] * 3
