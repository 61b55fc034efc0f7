"""PostHog's errors, over HTTP against the loopback PostHog: what one brings, when it is an occurrence, many of them."""

from __future__ import annotations

from dataclasses import replace

import requests

from agents.terms import SourceTerms
from bot.sources.posthog_api import Project
from bot.sources.posthog_errors import Issues
from playground.posthog import PostHog
from storage.raw import Severity
from tests.bot.posthog_read import ago, crash, source


def test_an_error_brings_its_stack_its_reach_and_its_keys(posthog: PostHog) -> None:
    posthog.happen("e1", crash(ago(hours=3)), crash(ago(hours=1), "p2", "s2"), name="KeyError", description="EUR")

    (signal,) = source(posthog, "errors").pull("").signals

    assert (signal.external_id, signal.occurrence, signal.title) == ("error-e1", "", "KeyError: EUR")
    assert (signal.reach, signal.severity, signal.happened_at) == (2, Severity.ERROR, ago(hours=1))
    assert 'File "lib/money.py", line 7, in convert' in signal.body
    assert f"session replay: {posthog.address}/project/42/replay/s1" in signal.body
    assert "frame:app/checkout.py:pay:KeyError" in signal.keys
    assert {"posthog:e1", "posthog-fingerprint:f00d", f"url:{signal.url}"} <= set(signal.keys)


def test_a_stack_that_posthog_did_not_resolve_is_read_as_it_was_sent(posthog: PostHog) -> None:
    sent = {"filename": "app/cart.py", "lineno": 7, "function": "total", "in_app": True, "platform": "python"}
    raised = {"type": "KeyError", "value": "EUR", "stacktrace": {"type": "raw", "frames": [sent]}}
    event = crash(ago(hours=1))
    raw = replace(event, properties={**event.properties, "$exception_list": [raised]})
    posthog.happen("e1", raw, name="KeyError")

    (signal,) = source(posthog, "errors").pull("").signals

    assert 'File "app/cart.py", line 7, in total' in signal.body
    assert "frame:app/cart.py:total:KeyError" in signal.keys


def test_an_error_that_fires_on_is_the_same_words_and_is_read_again_only_then(posthog: PostHog) -> None:
    posthog.happen("e1", crash(ago(hours=3)), name="KeyError", description="EUR")
    reader = source(posthog, "errors")
    first = reader.pull("")
    assert reader.pull(first.cursor).signals == ()

    posthog.happen("e1", crash(ago(minutes=5), "p2", "s2"))
    (again,) = reader.pull(first.cursor).signals

    assert (again.external_id, again.occurrence, again.reach) == ("error-e1", "", 2)
    assert again.body == first.signals[0].body


def test_posthog_is_asked_to_work_an_answer_out_anew_where_its_cache_holds_one(posthog: PostHog) -> None:
    posthog.happen("e1", crash(ago(hours=3)), name="KeyError")
    reader = source(posthog, "errors")
    first = reader.pull("")
    quiet = reader.pull(first.cursor)
    posthog.happen("e2", crash(ago(minutes=5)), name="TypeError")

    (news,) = reader.pull(first.cursor).signals

    assert (quiet.signals, quiet.cursor) == ((), first.cursor)
    assert news.external_id == "error-e2"


def test_an_event_that_comes_in_late_is_read_although_newer_ones_were(posthog: PostHog) -> None:
    for number in range(30):
        posthog.happen(f"e{number}", crash(ago(seconds=90)), name="KeyError")
    reader = source(posthog, "errors")
    second = reader.pull(reader.pull("").cursor)
    posthog.happen("late", crash(ago(seconds=100)), name="TypeError")

    third = reader.pull(second.cursor)

    assert [signal.external_id for signal in third.signals] == ["error-late"]
    assert reader.pull(third.cursor).signals == ()


def test_an_error_that_was_resolved_and_comes_back_is_an_occurrence_of_its_own(posthog: PostHog) -> None:
    posthog.happen("e1", crash(ago(hours=3)), name="KeyError", description="EUR")
    reader = source(posthog, "errors")
    first = reader.pull("")
    posthog.resolve("e1")
    seen_resolved = reader.pull(first.cursor)
    posthog.happen("e1", crash(ago(minutes=5), session="s9"))

    back = reader.pull(seen_resolved.cursor)
    posthog.happen("e1", crash(ago(minutes=1), session="s10"))
    on = reader.pull(back.cursor)

    assert seen_resolved.signals == ()
    assert back.signals[0].occurrence == f"reopened {ago(minutes=5).isoformat()}"
    assert "/replay/s9" in back.signals[0].body
    assert on.signals[0].occurrence == back.signals[0].occurrence


def test_more_errors_than_a_page_holds_come_one_page_after_the_other(posthog: PostHog) -> None:
    for number in range(60):
        posthog.happen(f"e{number:02d}", crash(ago(minutes=100 - number)), name="KeyError")
    reader, cursor, read = source(posthog, "errors"), "", []
    while True:
        pulled = reader.pull(cursor)
        read += [signal.external_id for signal in pulled.signals]
        cursor = pulled.cursor
        if not pulled.goes_on:
            break

    assert read == [f"error-e{number:02d}" for number in range(60)]


def test_more_errors_of_one_moment_than_a_page_holds_are_all_read(posthog: PostHog) -> None:
    for number in range(60):
        posthog.happen(f"e{number:02d}", crash(ago(hours=1)), name="KeyError")
    reader = source(posthog, "errors")
    first = reader.pull("")
    second = reader.pull(first.cursor)
    third = reader.pull(second.cursor)

    read = {signal.external_id for pulled in (first, second, third) for signal in pulled.signals}
    assert len(read) == 60
    assert reader.pull(third.cursor).signals == ()


def test_a_cause_is_named_and_lends_its_frames() -> None:
    frame = {"source": "shop/db.ts", "resolved_name": "save", "line": 7, "in_app": True}
    cause = {"type": "NetworkError", "value": "connection closed", "stacktrace": {"frames": [None, frame]}}
    event = {"$exception_list": [{"type": "SaveFailed", "value": "order 7", "stacktrace": None}, cause]}
    project = Project("web", requests.Session(), "http://posthog.invalid", "1")
    reader = Issues(project, SourceTerms(kind="posthog", report_to="C01"), 0.0)

    body = reader._body({"name": "SaveFailed"}, event, shows_beginning=False)

    assert "before it: NetworkError: connection closed" in body
    assert 'File "shop/db.ts", line 7, in save' in body
