"""What the real Sentry does beyond a plain error: other hosts in its links, cut titles, chains, its own findings."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from bot.sources.sentry_words import body_of, frames_of, keys_of, people_in, title_of
from bot.sources.source import LooksUp
from playground.case import demo_cases
from playground.sentry import Sentry
from tests.bot.sentry_read import sentry_source

NOW = dt.datetime.now(dt.UTC)


def test_the_next_page_is_asked_for_where_the_policy_says_and_nowhere_else(sentry: Sentry) -> None:
    """Its links name the region's host, or http and an inner name behind a proxy: neither may see the token."""
    for number in range(30):
        at = NOW - dt.timedelta(minutes=number)
        sentry.add_issue(replace(demo_cases()[0].sentry, short_id=f"S-{number}"), first_seen=at, last_seen=at)
    source = sentry_source(sentry)
    sentry.serve("http://region.invalid")

    assert len(source.pull("").signals) == 30


def test_issues_of_a_project_that_was_renamed_are_not_taken_for_deleted(sentry: Sentry) -> None:
    """Sentry's by_qualified_short_id: a short id is found by its project's present name alone."""
    error = demo_cases()[0].sentry
    sentry.add_issue(replace(error, project="solar-board", short_id="SOLAR-BOARD-1A7"))
    sentry.rename_project("solar-dashboard")
    source = sentry_source(sentry)

    assert isinstance(source, LooksUp)
    assert source.gone(["SOLAR-DASHBOARD-1A7"]) == ()
    assert source.gone(["SOLAR-BOARD-9Z9", "SOLAR-BOARD-1A7"]) == ("SOLAR-BOARD-9Z9",)


def raised(*values: dict[str, Any]) -> dict[str, Any]:
    return {"entries": [{"type": "exception", "data": {"values": list(values)}}]}


def an_issue(**more: Any) -> dict[str, Any]:
    return {"id": "1", "shortId": "SHOP-1", "title": "", "lastSeen": NOW.isoformat(), **more}


def test_what_an_error_says_beyond_its_title_is_read() -> None:
    """Sentry's ErrorEvent.compute_title: 100 characters of the first line."""
    issue = an_issue(title="ValidationError: 2 errors for Order")
    event = raised({"type": "ValidationError", "value": "2 errors for Order\ntotal\n  Input should be a number"})
    message = {"entries": [{"type": "message", "data": {"formatted": "paid twice: order 7\nand order 8"}}]}

    assert "total\n  Input should be a number" in body_of(issue, event, [])
    assert "and order 8" in body_of(an_issue(title="paid twice: order 7"), message, [])
    assert body_of(an_issue(title="E: x"), raised({"type": "E", "value": "x"}), []).count("x") == 1


def test_the_errors_before_the_last_are_named_and_lend_it_their_frames() -> None:
    frame = {"filename": "shop/db.py", "function": "save", "lineNo": 7, "inApp": True}
    cause = {"type": "OperationalError", "value": "connection closed", "stacktrace": {"frames": [frame]}}
    event = raised(cause, {"type": "SaveFailed", "value": "order 7", "stacktrace": None})
    issue = an_issue(title="SaveFailed: order 7", metadata={"type": "SaveFailed"})

    frames = frames_of(event)

    assert "before it: OperationalError: connection closed" in body_of(issue, event, frames)
    assert "frame:shop/db.py:save:SaveFailed" in keys_of(issue, event, frames)


@pytest.mark.parametrize(
    ("issue", "title"),
    [
        ({"title": "<unlabeled event>", "culprit": "shop.tasks.nightly"}, "shop.tasks.nightly"),
        (
            {"title": "N+1 Query", "issueCategory": "db_query", "metadata": {"value": "SELECT * FROM books"}},
            "N+1 Query: SELECT * FROM books",
        ),
        ({"title": "Slow DB Query", "issueCategory": "performance", "culprit": "/books"}, "Slow DB Query: /books"),
        (
            {"title": "User Feedback", "issueCategory": "feedback", "metadata": {"message": "The cart\nis empty"}},
            "User Feedback: The cart is empty",
        ),
        ({"title": "E: x", "issueCategory": "error", "culprit": "a.b"}, "E: x"),
    ],
)
def test_a_title_says_what_is_wrong(issue: dict[str, Any], title: str) -> None:
    assert title_of(an_issue(**issue)) == title


def test_who_wrote_feedback_is_handed_to_the_redactor() -> None:
    assert people_in({"user": None, "contexts": {"feedback": {"name": "Ada Byron"}}}) == ("Ada Byron",)
