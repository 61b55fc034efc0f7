"""PostHog's alerts, over HTTP against the loopback PostHog: what one says, and that it says it once."""

from __future__ import annotations

import pytest

from playground.posthog import PostHog
from playground.posthog_records import Alert, AlertState, Check
from tests.bot.posthog_read import ago, source


def test_an_alert_that_fires_says_what_was_expected_and_what_was_seen(posthog: PostHog) -> None:
    posthog.watch(Alert("a1", "Exports dry up", "Exports per hour", "x7Kq", lower=120, upper=900))
    for hours, value, state in ((3, 300, AlertState.NOT_FIRING), (2, 14, AlertState.FIRING), (1, 9, AlertState.FIRING)):
        posthog.check("a1", Check(ago(hours=hours), value, state))

    (signal,) = source(posthog, "alerts").pull("").signals

    assert (signal.external_id, signal.occurrence) == ("alert-a1", f"firing {ago(hours=2).isoformat()}")
    assert signal.title == "Exports dry up: seen 14, expected at least 120 and at most 900"
    assert "Expected: at least 120 and at most 900" in signal.body
    assert f"Seen: 14, for {ago(hours=2).date()}" in signal.body
    assert signal.url.endswith("/project/42/insights/x7Kq/alerts?alert_id=a1")


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
