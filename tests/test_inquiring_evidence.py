"""What an answer may rest on: what it was shown and what its own tools answered; and what people are not told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from storage.inquiries import Reply
from storage.status import Status
from storage.store import Store
from tests.asking import CLAIM, UNTRUE, Asked, opening, reply
from tests.fakes import calls
from tests.world import CITED, PRIYA


def _claim(where: str, quote: str, kind: str = "query") -> dict[str, Any]:
    return {"claim": "So it is.", "evidence": [{"kind": kind, "where": where, "quote": quote}]}


def _replied(asked: Asked, question: str = "does the plan cover nobody?") -> Reply:
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks(question)
    answer = asked.answered().reply
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("where", "quote"),
    [
        ("plan", "approach: Return 0 when there is nobody."),
        ("research", "- It divides unguarded."),
        ("record", "Its plans may be approved by U1."),
    ],
)
def test_what_it_was_shown_of_the_report_can_be_cited(
    sqlite_store: Store, tmp_path: Path, where: str, quote: str
) -> None:
    answer = _replied(Asked(sqlite_store, tmp_path, reply(_claim(where, quote))))
    assert [(one.where, one.quote) for claim in answer.claims for one in claim.evidence] == [(where, quote)]


def test_what_research_quotes_is_cited_from_where_it_stands(sqlite_store: Store, tmp_path: Path) -> None:
    quoted = _claim("research", "shop.py:2: return total / people")
    asked = Asked(sqlite_store, tmp_path, reply(quoted, CLAIM), reply(quoted, CLAIM))
    assert [claim.evidence[0].where for claim in _replied(asked).claims] == ["shop.py"]


def test_that_something_stands_nowhere_else_is_shown_by_the_search(sqlite_store: Store, tmp_path: Path) -> None:
    look = calls(
        ("search", {"pattern": "/ people"}), ("search", {"pattern": "// people"}), ("log", {"words": "Decimal"})
    )
    answer = reply(
        _claim("search pattern=/ people", "shop.py:2:    return total / people"),
        _claim("search pattern=// people", "Nothing matches '// people' under the checkout."),
        _claim("log words=Decimal", "No commit matches.", "command"),
    )
    assert len(_replied(Asked(sqlite_store, tmp_path, look, answer)).claims) == 3


@pytest.mark.parametrize(("claims", "is_dropped"), [((UNTRUE, CLAIM), True), ((CLAIM, UNTRUE), False)])
def test_whether_the_answer_itself_was_dropped_is_kept(
    sqlite_store: Store, tmp_path: Path, claims: tuple[dict[str, Any], ...], *, is_dropped: bool
) -> None:
    assert _replied(Asked(sqlite_store, tmp_path, reply(*claims), reply(*claims))).lead_dropped is is_dropped


def test_an_answer_is_kept_without_credentials_and_addresses(sqlite_store: Store, tmp_path: Path) -> None:
    told = {"claim": f"Yes, ask jane@acme.example {'x' * 268}", "evidence": [CITED]}
    answer = _replied(Asked(sqlite_store, tmp_path, reply(told, unknown="The key AKIAIOSFODNN7EXAMPLA is not mine.")))
    said = Reply.model_validate_json(answer.model_dump_json()).model_dump_json()
    assert "jane@acme.example" not in said
    assert "AKIAIOSFODNN7EXAMPLA" not in said


def test_it_is_told_who_asks_and_when_why_it_is_so_urgent_and_nothing_of_other_questions(
    sqlite_store: Store, tmp_path: Path
) -> None:
    asked = Asked(sqlite_store, tmp_path, reply(CLAIM))
    asked.world.reaches(Status.AWAITING_APPROVAL)
    asked.asks("why is it so urgent?", PRIYA)
    asked.answered()
    given = opening(asked)
    at = sqlite_store.inquiries.get(1).asked_at
    assert f"U1 asks on {at:%Y-%m-%d %H:%M} UTC:\n\n<evidence" in given
    ranked = sqlite_store.reports.get(1).research
    assert ranked is not None
    assert ranked.assessment is not None
    assert ranked.assessment.ranked is not None
    assert "That is by numbers (of 64; P0 from 48" in given
    assert ranked.assessment.ranked.importance.counted in given
    assert "asked a question" not in given


def test_what_the_pull_request_changes_is_shown_and_can_be_cited(sqlite_store: Store, tmp_path: Path) -> None:
    line = "+    return total / people if people else 0"
    asked = Asked(sqlite_store, tmp_path, reply(_claim("change", line)))
    asked.world.reaches(Status.AWAITING_REVIEW)
    asked.asks("what does the pull request change?")
    answer = asked.answered().reply
    assert answer is not None
    assert [one.quote for claim in answer.claims for one in claim.evidence] == [line]
    assert 'of="change of its fix, as its pull request has it"' in opening(asked)
