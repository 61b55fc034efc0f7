"""Long texts are redacted before they are cut, so that no half of a secret stays that nobody recognises."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.redaction.placeholders import cut_after
from agents.redaction.redact import Redactor
from bot.slack.event import MOST, SlackEvent
from storage.raw import BODY_LIMIT, Part, RawSignal, clipped, parted, unended
from tests.bot.test_malformed_items import github, issue_of_github, linear, posthog, pulled, sentry, ticket, zendesk
from tests.bot.workplace import BOB, SOLAR, Workplace

TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3  # as GitHub's look: four letters and 36 more
HALF = TOKEN[:20]
KEY_BLOCK = "-----BEGIN PRIVATE KEY-----\n" + f"{'MIIEvQ' * 10}\n" * 25 + "-----END PRIVATE KEY-----\n"
REDACTOR = Redactor(b"key")
NOW = dt.datetime.now(dt.UTC)
LATER = NOW.isoformat().replace("+00:00", "Z")


def with_token_at(place: int) -> str:
    """Words with a secret of which twenty characters stand before this place."""
    return ("word " * (place // 5 + 1))[: place - len(HALF) - 1] + " " + TOKEN + " and more words" * 10


def raw(**fields: Any) -> RawSignal:
    return REDACTOR.raw(RawSignal(source="s", external_id="1", happened_at=NOW, **fields))


@pytest.mark.parametrize(("name", "limit"), [("title", 500), ("body", 40_000), ("url", 2_000), ("author", 200)])
def test_a_secret_across_the_limit_of_a_field_is_recognised(name: str, limit: int) -> None:
    kept = getattr(raw(**{name: with_token_at(limit)}), name)

    assert HALF not in kept
    assert "ghp_" not in kept
    assert limit - 60 < len(kept) <= limit


def test_a_secret_across_the_limit_of_a_key_is_recognised() -> None:
    (key,) = raw(keys=(with_token_at(300),)).keys

    assert "ghp_" not in key
    assert len(key) <= 300


@pytest.mark.parametrize("across", [TOKEN, f"{TOKEN * 300}", KEY_BLOCK, f'{{"a":"{TOKEN}","b":"{TOKEN}"}}'])
@pytest.mark.parametrize("before", [10, 20, 36, 100, 200])
def test_a_half_secret_at_the_raw_bound_goes_with_the_cut(across: str, before: int) -> None:
    """Key blocks shrink to a hundredth when they are redacted, so that the raw bound comes into sight."""
    hidden = (KEY_BLOCK * (200_000 // len(KEY_BLOCK) + 1))[: 200_000 - before]
    text = hidden[: hidden.rfind("-----BEGIN")].ljust(200_000 - before) + across + " more" * 50_000

    kept = raw(body=text).body

    assert len(kept) < BODY_LIMIT
    assert "ghp_" not in kept
    assert "MIIEvQ" not in kept


def test_each_message_of_a_ticket_and_an_issues_words_are_redacted_before_they_are_cut() -> None:
    comments = [{"author_id": 1, "created_at": LATER, "public": True, "plain_body": with_token_at(3_000)}]
    told = ticket(description=with_token_at(20_000), created_at=(NOW - dt.timedelta(hours=2)).isoformat())
    served = zendesk([told])
    answer = served._answer
    served._answer = lambda request, body: {**answer(request, body), "comments": comments}

    (signal,) = pulled("zendesk", served).signals
    (issue,) = pulled("github", github([issue_of_github(body=with_token_at(39_000), labels=[{"name": "bug"}])])).signals

    for each in (signal, issue):
        kept = REDACTOR.raw(each)
        assert "ghp_" not in kept.body
        assert (len(kept.body) <= BODY_LIMIT, kept.parts) == (True, ())
    assert "[customer, " in REDACTOR.raw(signal).body
    assert REDACTOR.raw(issue).body.endswith("Labels: bug")


SHAPES: tuple[tuple[str, Callable[[str], Any]], ...] = (
    ("sentry", lambda text: sentry([{"id": "1", "shortId": "S", "title": text, "lastSeen": LATER, "culprit": text}])),
    ("posthog", lambda text: posthog([{"id": "1", "name": text, "first_seen": LATER, "last_seen": LATER}])),
    ("linear", lambda text: linear([{
        "identifier": "L-1", "previousIdentifiers": [], "title": text, "description": text, "url": "https://l/1",
        "priority": 2, "createdAt": LATER, "updatedAt": LATER, "state": {"name": "Todo", "type": "unstarted"},
        "team": {"key": "L"}, "labels": {"nodes": []}, "attachments": {"nodes": []}, "history": {"nodes": []},
    }])),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "answers"), SHAPES)
def test_no_source_cuts_what_is_not_redacted(kind: str, answers: Callable[[str], Any]) -> None:
    for place in (500, 40_000, 39_990):
        (signal,) = pulled(kind, answers(with_token_at(place))).signals
        assert "ghp_" not in f"{REDACTOR.raw(signal)}"


def test_a_slack_message_and_its_files_are_redacted_before_they_are_cut(place: Workplace) -> None:
    preview = {"name": "log.txt", "preview": f"started\nkey {HALF}", "preview_is_truncated": True}
    ts = place.workspace.say(BOB, SOLAR, "x")
    event = {
        "type": "message",
        "channel": SOLAR,
        "user": BOB,
        "ts": ts,
        "text": with_token_at(MOST),
        "files": [preview],
    }

    place.event(event)
    place.settles()

    body = place.store.signals.get(1).body
    assert "ghp_" not in body
    assert len(body) == MOST
    assert "started" in SlackEvent.of({"event": event}).files
    assert "ghp_" not in SlackEvent.of({"event": event}).files


def test_megabytes_are_bounded_in_time_and_size() -> None:
    began = time.monotonic()
    kept = [raw(title=text, body=text) for text in ("x" * 5_000_000, "word " * 1_000_000, f"{TOKEN} " * 100_000)]

    assert time.monotonic() - began < 10
    assert max(len(each.body) for each in kept) <= BODY_LIMIT
    assert len(kept[1].body) == BODY_LIMIT


@settings(max_examples=200, deadline=None)
@given(words=st.lists(st.text("abc ,\n", min_size=1, max_size=30), max_size=20), most=st.integers(0, 300))
def test_what_is_clipped_is_a_beginning_that_ends_between_tokens(words: list[str], most: int) -> None:
    text = "".join(words)
    kept = clipped(text, most)

    assert text.startswith(kept)
    assert len(kept) <= most or kept == text
    assert kept in (text, "") or text[len(kept)] in " ,\n"


def test_a_line_that_was_cut_goes_whole_and_a_long_token_in_part() -> None:
    assert unended("one\ncall +49 170 123") == "one\ncall"
    assert unended("x" * 100 + "\ncall +49 170 123") == "x" * 100
    assert unended("x" * 10_000) == "x" * 2_000
    assert unended("x" * 10) == ""


def test_a_placeholder_is_never_cut_in_half() -> None:
    placeholder = raw(title="mail ada@shop.example").title.removeprefix("mail ")
    for most in range(5, 5 + len(placeholder)):
        assert cut_after(f"mail {placeholder}", most) == "mail "
    assert cut_after(f"mail {placeholder}", 100) == f"mail {placeholder}"


def test_a_body_of_parts_keeps_each_within_its_room() -> None:
    body, parts = parted(("a " * 500, 100), ("b", 100))

    assert parts == (Part(length=499, most=100), Part(length=1, most=100))
    assert raw(body=body, parts=parts).body == "a " * 50 + "b"
