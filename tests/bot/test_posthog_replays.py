"""PostHog's findings in session replays, over HTTP against the loopback PostHog."""

from __future__ import annotations

from playground.posthog import PostHog
from storage.raw import Severity
from tests.bot.posthog_read import a_session, ago, source


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
