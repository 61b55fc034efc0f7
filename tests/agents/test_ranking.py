"""The ranking of candidates by likeness, the terms it measures by, and stack traces."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

import numpy as np
import pytest

from agents.adapters.vectors import WordVectors
from agents.frames import files_of, frames, rarity_in, trace_likeness
from agents.likeness import NAMES, Words, alike
from agents.opinions import PLACED, Evidence, learnt, standing
from agents.ranking import Ranking
from agents.saying import Saying, Vectors, saying
from storage.rarity import Rarity
from storage.search import Candidate, Kin
from storage.status import Status
from storage.stems import stems
from storage.store import Store
from tests.factories import a_signal, a_summary

NO_VECTOR = np.zeros(1, np.float32)
AT = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC)
NATIVE = """#0  __kernel_vsyscall ()
#1  0x0041 in raise () from /lib/libc.so.6
#2  0x0042 in abort () from /lib/libc.so.6
#3  0x0043 in draw_tile (tile=0x0) at tiles.c:12
#4  0x0044 in ?? () from /usr/lib/libwall.so.2
#5  0x0045 in main (argc=1) at main.c:3
"""
PYTHON = """Traceback (most recent call last):
  File "app/views.py", line 9, in <module>
    overview()
  File "app/tiles.py", line 5, in render_tile
    return metric(value)
ValueError: math domain error
"""


def a_candidate(number: int, title: str, body: str, keys: tuple[str, ...] = ()) -> Candidate:
    vectors = WordVectors().vectors([f"{title}\n{body}"])
    kin = Kin(signal_id=number, title=title, body=body, source="issues", happened_at=AT, vector=vectors[0])
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
        return saying("", body, source="slack", at=AT, vectors=Vectors(NO_VECTOR, NO_VECTOR, NO_VECTOR))

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


def test_a_frame_is_rare_when_few_reports_have_it_however_many_signals_do() -> None:
    rarity = rarity_in([["main", "draw"], ["main"], ["main", "main"]])

    assert rarity("unheard of") == 1.0
    assert rarity("draw") > rarity("main") > 0


def test_identifiers_are_terms_whole_and_in_parts() -> None:
    terms = stems("parseHTMLTable fails for exported_rows")

    assert terms[0] == "parsehtmltable"
    assert {"html", "fail", "export", "exported_rows"} <= set(terms)
    assert "for" not in terms


def test_endings_do_not_keep_words_apart() -> None:
    assert stems("crashed crashes crashing") == ["crash"] * 3


def test_a_native_trace_is_read_without_what_is_in_every_trace() -> None:
    assert frames(NATIVE) == ("draw_tile", "?libwall")


def test_a_python_trace_is_read_from_the_fault_up() -> None:
    assert frames(PYTHON) == ("tiles.py:render_tile",)


def test_the_files_of_traces_of_node_and_of_every_browser_are_known() -> None:
    text = """TypeError: sum is undefined
    at Cart.total (/app/src/cart.ts:12:5)
    at async /app/src/server.ts:40:11
total@https://shop.example/assets/cart.js:1:2345
@https://shop.example/assets/page.js:1:99
ask jane@shop.example: 12:30"""

    assert files_of(text) == (
        "/app/src/cart.ts",
        "/app/src/server.ts",
        "https://shop.example/assets/cart.js",
        "https://shop.example/assets/page.js",
    )


def test_a_text_without_a_trace_has_no_frames() -> None:
    assert frames("It is at work (mostly) since #3 was fixed.") == ()


def test_traces_are_alike_by_their_frames_in_order_from_the_top() -> None:
    def rarity(_: str) -> float:
        return 1.0

    one = ("draw_tile", "render", "paint", "loop")
    assert trace_likeness(one, one, rarity) == pytest.approx(1.0)
    assert trace_likeness(one, ("other", "another"), rarity) == 0
    near_the_top = trace_likeness(one, ("draw_tile", "render", "x", "y"), rarity)
    at_the_bottom = trace_likeness(one, ("x", "y", "paint", "loop"), rarity)
    assert near_the_top > at_the_bottom > 0
