"""What one Sentry issue brings, over HTTP against the loopback Sentry: its words, its keys, its occurrences."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from agents.redaction.redact import Redactor
from agents.terms import SourceTerms
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.sentry_events import open_lookup
from bot.sources.source import frame_keys
from playground.case import demo_cases
from playground.faults import Fault, Faults, Kind, Moment
from playground.loopback import Loopback
from playground.sentry import Sentry
from playground.sentry_records import Frame, Substatus
from storage.raw import RawSignal, Severity
from tests.bot.sentry_read import sentry_source

NOW = dt.datetime.now(dt.UTC)


def test_a_sentry_issue_brings_its_frames_its_reach_and_its_keys(sentry: Sentry) -> None:
    demo_cases()[0].add_to_sentry(sentry)

    (signal,) = sentry_source(sentry).pull("").signals

    assert signal.external_id == "SOLAR-DASHBOARD-1A7"
    assert signal.severity is Severity.ERROR
    assert signal.reach == 61
    assert 'File "humanize/number.py", line 511, in metric' in signal.body
    assert "sentry:SOLAR-DASHBOARD-1A7" in signal.keys
    assert signal.labels == ("solar-dashboard",)
    assert any(key.startswith("frame:") and key.endswith(":ValueError") for key in signal.keys)


@pytest.mark.parametrize(
    ("file", "function", "is_a_place"),
    [
        ("shop/cart.py", "total", True), ("app.js", "Cart.render", True), ("a.go", "(*Cart).Total", True),
        (None, "total", False), ("app.js", None, False), ("app.js", "?", False), ("app.js", "<anonymous>", False),
        ("app.js", "HTMLDocument.<anonymous>", False), ("main.4f2a.js", "t", False), ("manage.py", "<module>", False),
        ("a.py", "<lambda>", False), ("", "", False),
    ],
)  # fmt: skip
def test_only_a_place_with_a_name_is_an_exact_key(file: object, function: object, *, is_a_place: bool) -> None:
    assert frame_keys(file, function, "TypeError") == ((f"frame:{file}:{function}:TypeError",) if is_a_place else ())
    assert frame_keys(file, function, None) == ()


def test_a_resolved_sentry_issue_that_fires_again_is_a_new_occurrence(sentry: Sentry) -> None:
    demo_cases()[0].add_to_sentry(sentry, NOW - dt.timedelta(hours=3))
    source = sentry_source(sentry)
    first = source.pull("")
    sentry.resolve("SOLAR-DASHBOARD-1A7")
    sentry.happen("SOLAR-DASHBOARD-1A7", at=NOW)

    (again,) = source.pull(first.cursor).signals

    assert first.signals[0].occurrence == ""
    assert again.occurrence == f"regressed {NOW.strftime('%Y-%m-%dT%H:%M:%SZ')}"


def test_a_regression_stays_one_occurrence_however_long_it_lasts(sentry: Sentry) -> None:
    demo_cases()[0].add_to_sentry(sentry, NOW - dt.timedelta(days=3))
    sentry.resolve("SOLAR-DASHBOARD-1A7")
    sentry.happen("SOLAR-DASHBOARD-1A7", at=NOW - dt.timedelta(days=1, hours=1))
    source = sentry_source(sentry)
    (regressed,) = source.pull("").signals
    sentry.happen("SOLAR-DASHBOARD-1A7", at=NOW)

    (a_day_later,) = source.pull("").signals

    assert regressed.occurrence == a_day_later.occurrence
    assert regressed.occurrence.startswith("regressed ")


def test_an_escalation_is_an_occurrence_and_an_ongoing_issue_is_the_first_one(sentry: Sentry) -> None:
    demo_cases()[0].add_to_sentry(sentry, NOW - dt.timedelta(hours=3))
    source = sentry_source(sentry)
    first = source.pull("")
    sentry.escalate("SOLAR-DASHBOARD-1A7", at=NOW - dt.timedelta(hours=1))
    escalated = source.pull(first.cursor)
    sentry.settle("SOLAR-DASHBOARD-1A7")
    sentry.happen("SOLAR-DASHBOARD-1A7", at=NOW)
    ongoing = source.pull(escalated.cursor)

    assert [signal.occurrence[:10] for signal in escalated.signals] == ["escalating"]
    assert [signal.occurrence for signal in ongoing.signals] == [""]


def test_a_sentry_issue_tells_release_environment_rough_counts_and_its_fingerprint(sentry: Sentry) -> None:
    demo_cases()[0].add_to_sentry(sentry)

    (signal,) = sentry_source(sentry).pull("").signals

    assert "environment: production   release: dashboard@2026.11.18" in signal.body
    assert "events: 1000 or more   users: 10 or more" in signal.body
    assert any(key.startswith("sentry-fingerprint:") for key in signal.keys)
    assert "frame:dashboard/tiles.py:format_reading:ValueError" in signal.keys
    assert f"url:{signal.url}" in signal.keys


def test_a_sentry_issue_that_goes_on_keeps_its_words_and_counts_all_of_its_life(sentry: Sentry) -> None:
    demo_cases()[0].add_to_sentry(sentry, NOW - dt.timedelta(hours=3))
    source = sentry_source(sentry)
    first = source.pull("")
    sentry.happen("SOLAR-DASHBOARD-1A7", events=2, at=NOW)

    (on,) = source.pull(first.cursor).signals

    assert (on.body, on.reach) == (first.signals[0].body, 61)
    assert source.pull(source.pull(first.cursor).cursor).signals == ()


def test_a_sentry_issue_without_frames_or_without_any_event_is_a_signal_all_the_same(
    sentry: Sentry, faults: Faults
) -> None:
    sentry.add_issue(replace(demo_cases()[0].sentry, short_id="BARE-1", frames=(), tags={}, release=""))
    faults.plan(Fault("sentry:events.latest", Moment.RECEIPT, Kind.REFUSE, nth=2, status=404))

    (bare,) = sentry_source(sentry).pull("").signals
    (eventless,) = sentry_source(sentry).pull("").signals

    assert bare.external_id == eventless.external_id == "BARE-1"
    assert "Traceback" not in bare.body + eventless.body
    assert "math domain error" in eventless.body
    assert not [key for key in (*bare.keys, *eventless.keys) if key.startswith("frame:")]


def read_and_looked_up(issue: dict[str, Any], event: dict[str, Any]) -> tuple[RawSignal, str]:
    """What a Sentry that has one issue with this event brings, as a signal and for research."""
    served = Starlette(
        routes=[
            Route("/api/0/organizations/acme/issues/", lambda _: JSONResponse([issue])),
            Route("/api/0/organizations/acme/issues/{any:path}", lambda _: JSONResponse(event)),
        ]
    )
    with Loopback(served) as at:
        settings = Settings(_env_file=None, sentry_url=at.url, sentry_token=SecretStr("right"))
        terms = SourceTerms(kind="sentry", report_to="C01", options={"organization": "acme"})
        (signal,) = KINDS["sentry"]("errors", terms, settings).pull("").signals
        return signal, open_lookup("errors", terms, settings).event(issue["shortId"])


def test_a_crash_is_told_by_the_frames_of_the_thread_that_crashed() -> None:
    """Sentry's Threads.get_api_context: the exception of a crash may stand without a stack of its own."""
    frames = [{"filename": "Cart.swift", "function": "total", "lineNo": 7, "inApp": True, "context": []}]
    threads = [
        {"id": 1, "name": "idle", "crashed": False, "current": False, "stacktrace": None},
        {"id": 2, "name": "main", "crashed": True, "current": True, "stacktrace": {"frames": frames}},
    ]
    raised = {"type": "EXC_BAD_ACCESS", "value": "at 0x0", "stacktrace": None, "threadId": 2}
    kinds = {"exception": {"values": [raised]}, "threads": {"values": threads}}
    issue = {"id": "1", "shortId": "IOS-1", "metadata": {"type": "EXC_BAD_ACCESS"}, "lastSeen": NOW.isoformat()}

    signal, told = read_and_looked_up(issue, {"entries": [{"type": kind, "data": kinds[kind]} for kind in kinds]})

    assert 'File "Cart.swift", line 7, in total' in signal.body
    assert "frame:Cart.swift:total:EXC_BAD_ACCESS" in signal.keys
    assert "thread main:" in told
    assert 'File "Cart.swift", line 7, in total' in told


def test_what_sentry_itself_found_is_told_where_no_error_was_raised() -> None:
    """Sentry's own pages show `occurrence.evidenceDisplay` of the event."""
    spans = {"name": "Offending Spans", "value": "db - SELECT * FROM books WHERE id = %s", "important": True}
    path = {"name": "Transaction", "value": "GET /books", "important": False}
    issue = {"id": "1", "shortId": "BOOKS-1", "title": "N+1 Query", "lastSeen": NOW.isoformat()}

    signal, told = read_and_looked_up(issue, {"entries": [], "occurrence": {"evidenceDisplay": [spans, path]}})

    assert "Offending Spans: db - SELECT * FROM books" in signal.body
    assert "Offending Spans: db - SELECT * FROM books" in told
    assert "Transaction: GET /books" in told


@pytest.mark.parametrize(
    "data", [None, {"values": None}, {"values": [None]}, {"values": [{"stacktrace": None}]},
             {"values": [None, {"stacktrace": {"frames": [None, {"filename": None, "context": None}]}}]}],
)  # fmt: skip
def test_an_event_of_which_sentry_has_cut_parts_off_is_read_as_far_as_it_goes(data: dict[str, Any] | None) -> None:
    issue = {"id": "1", "shortId": "CUT-1", "title": None, "metadata": None, "lastSeen": NOW.isoformat()}
    event = {"entries": [{"type": "exception", "data": data}], "tags": None, "release": None}

    signal, told = read_and_looked_up(issue, event)

    assert (signal.title, signal.severity) == ("CUT-1, which has no title", Severity.INFO)
    assert "tags:" in told


def test_a_regressed_sentry_issue_that_is_deleted_while_it_is_read_stops_nothing(
    sentry: Sentry, faults: Faults
) -> None:
    sentry.add_issue(demo_cases()[0].sentry, substatus=Substatus.REGRESSED)
    faults.plan(Fault("sentry:issues.get", Moment.RECEIPT, Kind.REFUSE, status=404))

    assert [signal.occurrence for signal in sentry_source(sentry).pull("").signals] == ["regressed"]


def test_who_met_a_sentry_issue_is_handed_to_the_redactor_by_name(sentry: Sentry) -> None:
    seen = replace(
        demo_cases()[0].sentry,
        title="No tariff for Perpetua Lovelock",
        tags={"user": "username:perpetua", "plan": "team"},
        user={"id": "7", "name": "Perpetua Lovelock"},
    )
    sentry.add_issue(seen)

    (signal,) = sentry_source(sentry).pull("").signals

    kept = Redactor(b"k").raw(signal).model_dump_json()
    assert signal.people == ("Perpetua Lovelock",)
    assert "plan = team" in signal.body
    assert not [word for word in ("Lovelock", "perpetua") if word in kept]


def test_of_a_stack_that_is_too_long_the_own_frames_stay(sentry: Sentry) -> None:
    own = Frame("shop/cart.py", 7, "total", "return tax(cart)")
    library = [Frame(f"lib/deep_{number}.py", number, "step", "go()", in_app=False) for number in range(1, 101)]
    sentry.add_issue(replace(demo_cases()[0].sentry, frames=(own, *library)))

    (signal,) = sentry_source(sentry).pull("").signals

    frames = [line for line in signal.body.splitlines() if line.startswith("  File ")]
    assert len(frames) == 60
    assert frames[0] == '  File "shop/cart.py", line 7, in total'
    assert frames[-1] == '  File "lib/deep_100.py", line 100, in step'
