"""The PostHog source, over HTTP against the loopback PostHog: one test for each shape, and its traps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from agents.errors import SourceDown, SourceRejected
from agents.terms import SourceTerms
from bot.settings import Settings
from bot.sources import KINDS
from bot.sources.source import LooksUp, Position, Source
from playground.faults import Fault, Faults, Kind, Moment
from playground.loopback import Loopback
from playground.posthog import PostHog
from playground.posthog_records import Alert, AlertState, Check, Event, Part, SessionSummary, Step
from playground.rate import Rate
from storage.raw import Severity

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
FRAMES: list[dict[str, Any]] = [
    {"source": "app/checkout.py", "line": 40, "resolved_name": "pay", "mangled_name": "pay", "in_app": True},
    {"source": "lib/money.py", "line": 7, "resolved_name": "convert", "mangled_name": "convert", "in_app": False},
]


def ago(**span: float) -> dt.datetime:
    return NOW - dt.timedelta(**span)


def crash(at: dt.datetime, person: str = "p1", session: str = "s1") -> Event:
    properties = {
        "$exception_types": ["KeyError"],
        "$exception_list": [{"type": "KeyError", "value": "EUR", "stacktrace": {"type": "resolved", "frames": FRAMES}}],
        "$exception_fingerprint": "f00d",
        "$exception_level": "error",
        "$session_id": session,
        "$current_url": "https://shop.example/checkout",
    }
    return Event(at, person, properties)


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def posthog(faults: Faults) -> Iterator[PostHog]:
    server = PostHog("phx_right", faults, project="42")
    with Loopback(server.app) as served:
        server.serve(served.url)
        yield server


def source(server: PostHog, shapes: str = "", key: str = "phx_right", project: str = "42") -> Source:
    options = {"project": project, "lookback": "2d", "shapes": shapes}
    terms = SourceTerms(kind="posthog", report_to="C01", options=options)
    settings = Settings(_env_file=None, posthog_url=server.address or "", posthog_api_key=SecretStr(key))
    return KINDS["posthog"]("product", terms, settings)


def test_an_error_brings_its_stack_its_reach_and_its_keys(posthog: PostHog) -> None:
    posthog.happen("e1", crash(ago(hours=3)), crash(ago(hours=1), "p2", "s2"), name="KeyError", description="EUR")

    (signal,) = source(posthog, "errors").pull("").signals

    assert (signal.external_id, signal.occurrence, signal.title) == ("error-e1", "", "KeyError: EUR")
    assert (signal.reach, signal.severity, signal.happened_at) == (2, Severity.ERROR, ago(hours=1))
    assert 'File "lib/money.py", line 7, in convert' in signal.body
    assert f"session replay: {posthog.address}/project/42/replay/s1" in signal.body
    assert "frame:app/checkout.py:pay:KeyError" in signal.keys
    assert {"posthog:e1", "posthog-fingerprint:f00d", f"url:{signal.url}"} <= set(signal.keys)


def test_an_error_that_fires_on_is_the_same_words_and_is_read_again_only_then(posthog: PostHog) -> None:
    posthog.happen("e1", crash(ago(hours=3)), name="KeyError", description="EUR")
    reader = source(posthog, "errors")
    first = reader.pull("")
    assert reader.pull(first.cursor).signals == ()

    posthog.happen("e1", crash(ago(minutes=5), "p2", "s2"))
    (again,) = reader.pull(first.cursor).signals

    assert (again.external_id, again.occurrence, again.reach) == ("error-e1", "", 2)
    assert again.body == first.signals[0].body


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


def a_session(
    session: str = "0193b5e2", *, success: bool = False, written: dt.datetime | None = None
) -> SessionSummary:
    steps = (
        Step(3, "Opened the cart", "https://shop.example/cart"),
        Step(65.4, "Pressed Pay; an error page came", "https://shop.example/pay", exception="blocking"),
        Step(90, "Left the page", abandonment=True),
    )
    return SessionSummary(
        session_id=session,
        outcome="Could not pay in euros",
        success=success,
        started=ago(hours=5),
        seconds=95,
        parts=(Part("Checkout", steps, "The payment never went through.", success=False),),
        written=written or ago(hours=4),
    )


def test_a_replay_finding_brings_its_session_its_steps_and_their_times(posthog: PostHog) -> None:
    posthog.summarise(a_session())
    posthog.summarise(a_session("happy", success=True))

    (signal,) = source(posthog, "replays").pull("").signals

    assert (signal.external_id, signal.title) == ("replay-0193b5e2", "Could not pay in euros")
    assert signal.url == f"{posthog.address}/project/42/replay/0193b5e2"
    assert signal.severity is Severity.ERROR
    assert f"Session of 1 min 35 s, started {ago(hours=5):%Y-%m-%d %H:%M} UTC." in signal.body
    assert "1. 0:03 Opened the cart [https://shop.example/cart]" in signal.body
    assert "2. 1:05 Pressed Pay; an error page came [https://shop.example/pay] (blocking exception)" in signal.body
    assert "3. 1:30 Left the page (abandonment)" in signal.body
    assert "Checkout (not reached): The payment never went through." in signal.body
    assert "019a-visitor" not in signal.model_dump_json()


def test_a_replay_finding_is_read_once(posthog: PostHog) -> None:
    posthog.summarise(a_session())
    reader = source(posthog, "replays")
    first = reader.pull("")
    posthog.summarise(a_session("second", written=ago(hours=1)))

    later = reader.pull(first.cursor)

    assert [signal.external_id for signal in later.signals] == ["replay-second"]
    assert reader.pull(later.cursor).signals == ()


def test_an_alert_that_fires_says_what_was_expected_and_what_was_seen(posthog: PostHog) -> None:
    posthog.watch(Alert("a1", "Exports dry up", "Exports per hour", "x7Kq", lower=120, upper=900))
    for hours, value, state in ((3, 300, AlertState.NOT_FIRING), (2, 14, AlertState.FIRING), (1, 9, AlertState.FIRING)):
        posthog.check("a1", Check(ago(hours=hours), value, state))

    (signal,) = source(posthog, "alerts").pull("").signals

    assert (signal.external_id, signal.occurrence) == ("alert-a1", f"firing {ago(hours=2).isoformat()}")
    assert signal.title == "Exports dry up: seen 14, expected at least 120 and at most 900"
    assert "Expected: at least 120 and at most 900" in signal.body
    assert f"Seen: 14, for {ago(hours=2).date()}" in signal.body
    assert signal.url.endswith("/project/42/insights/x7Kq?alert_id=a1")


def test_an_alert_is_told_once_each_time_it_begins_to_fire(posthog: PostHog) -> None:
    alert = Alert("a1", "Errors rise", "Errors", "x1", upper=0.2, kind="percentage", condition="relative_increase")
    posthog.watch(alert)
    posthog.check("a1", Check(ago(hours=5), 0.345, AlertState.FIRING))
    reader = source(posthog, "alerts")
    first = reader.pull("")
    posthog.check("a1", Check(ago(hours=4), 0.5, AlertState.FIRING))
    second = reader.pull(first.cursor)
    posthog.check("a1", Check(ago(hours=3), 0.1, AlertState.NOT_FIRING))
    third = reader.pull(second.cursor)
    posthog.check("a1", Check(ago(hours=2), 0.6, AlertState.FIRING))
    fourth = reader.pull(third.cursor)

    assert first.signals[0].title == "Errors rise: seen 34.5 %, expected an increase of at most 20 %"
    assert (second.signals, third.signals) == ((), ())
    assert fourth.signals[0].occurrence == f"firing {ago(hours=2).isoformat()}"


@pytest.mark.parametrize("checks", [(), (Check(ago(hours=1), None, AlertState.ERRORED),)])
def test_an_alert_that_fires_without_a_check_that_says_why_is_told_once(
    posthog: PostHog, checks: tuple[Check, ...]
) -> None:
    posthog.watch(Alert("a1", "Exports dry up", "Exports per hour", "x7Kq", lower=120, fires=True))
    for check in checks:
        posthog.check("a1", check)
    reader = source(posthog, "alerts")

    first = reader.pull("")

    assert [signal.title for signal in first.signals] == [
        "Exports dry up: seen an unusual value, expected at least 120"
    ]
    assert reader.pull(first.cursor).signals == ()


def test_what_is_deleted_while_it_is_read_stops_nothing(posthog: PostHog, faults: Faults) -> None:
    posthog.summarise(a_session())
    posthog.summarise(a_session("second", written=ago(hours=1)))
    posthog.watch(Alert("a1", "Dry", "Exports", "x", lower=1))
    posthog.check("a1", Check(ago(hours=3), 0, AlertState.FIRING))
    faults.plan(
        Fault("posthog:summaries.get", Moment.RECEIPT, Kind.REFUSE, status=404),
        Fault("posthog:alerts.get", Moment.RECEIPT, Kind.REFUSE, status=404),
    )

    assert [signal.external_id for signal in source(posthog).pull("").signals] == ["replay-second"]


def test_all_shapes_are_read_side_by_side_and_a_backfill_may_begin_anywhere(posthog: PostHog) -> None:
    posthog.happen("e1", crash(ago(days=5)), name="KeyError")
    posthog.summarise(a_session(written=ago(days=4)))
    posthog.watch(Alert("a1", "Dry", "Exports", "x", lower=1))
    posthog.check("a1", Check(ago(days=3), 0, AlertState.FIRING))
    reader = source(posthog)

    assert [signal.external_id for signal in reader.pull("").signals] == ["alert-a1"]
    back = reader.pull(Position(since=ago(days=9)).model_dump_json())
    assert {signal.external_id for signal in back.signals} == {"error-e1", "replay-0193b5e2", "alert-a1"}
    assert reader.pull(back.cursor).signals == ()


def test_a_posthog_that_limits_our_rate_is_left_alone_as_long_as_it_asks(faults: Faults) -> None:
    server = PostHog("phx_right", faults, project="42", rate=Rate(calls=2, seconds=30))
    with Loopback(server.app) as served:
        server.serve(served.url)
        with pytest.raises(SourceDown) as caught:
            source(server).pull("")

    assert caught.value.retry_after == pytest.approx(30, abs=2)


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.REFUSE])
def test_a_posthog_that_fails_says_so_and_may_be_asked_again(posthog: PostHog, faults: Faults, kind: Kind) -> None:
    faults.plan(Fault("posthog:alerts.list", Moment.PERFORMED, kind, status=502))

    with pytest.raises(SourceDown, match="PostHog"):
        source(posthog, "alerts").pull("")
    assert source(posthog).pull("").signals == ()


def test_a_wrong_key_a_missing_right_and_an_unknown_shape_name_what_to_change(posthog: PostHog, faults: Faults) -> None:
    with pytest.raises(SourceRejected, match="POSTHOG_API_KEY"):
        source(posthog, key="phx_wrong").pull("")
    with pytest.raises(SourceRejected, match=r"sources\.product\.options\.project"):
        source(posthog, project="43").pull("")
    with pytest.raises(SourceRejected, match=r"shapes: 'surveys'"):
        source(posthog, "errors, surveys")
    server = PostHog("phx_right", faults, project="42", scopes={"query:read"})
    with Loopback(server.app) as served:
        server.serve(served.url)
        with pytest.raises(SourceRejected, match="'alert:read'"):
            source(server, "alerts").pull("")


def test_a_deleted_issue_summary_or_alert_is_gone(posthog: PostHog) -> None:
    posthog.happen("e1", crash(ago(hours=1)))
    posthog.happen("e2", crash(ago(hours=1)))
    posthog.summarise(SessionSummary("s1", "Nothing worked", False, ago(hours=2), 60, (), ago(hours=1)))
    posthog.watch(Alert("a1", "Too few orders", "Orders", "x1"))
    names = ["error-e1", "error-e2", "replay-s1", "alert-a1"]
    asked = source(posthog)
    assert isinstance(asked, LooksUp)
    assert asked.gone(names) == ()

    for name in ("e1", "s1", "a1"):
        posthog.delete(name)
    assert asked.gone(names) == ("error-e1", "replay-s1", "alert-a1")


def test_a_project_that_is_closed_to_us_is_not_taken_for_deleted(posthog: PostHog) -> None:
    asked = source(posthog, project="43")
    assert isinstance(asked, LooksUp)
    with pytest.raises(SourceRejected, match="PostHog answered 404 for error_tracking"):
        asked.gone(["error-e1"])
