"""The PostHog source with all its shapes side by side: deletions, limits, refusals and wrong settings."""

from __future__ import annotations

import pytest

from agents.errors import SourceDown, SourceRejected
from bot.sources.source import LooksUp, Position
from playground.faults import Fault, Faults, Kind, Moment
from playground.loopback import Loopback
from playground.posthog import PostHog
from playground.posthog_records import Alert, AlertState, Check, SessionSummary
from playground.rate import Rate
from tests.bot.posthog_read import a_session, ago, crash, source


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
