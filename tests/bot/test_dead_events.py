"""Events of Slack that were given up: they are listed, and can be retried."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.actions import Action, DeadEvent
from bot.slack.event import SlackEvent
from tests.bot.workplace import ADA, BOB, ELSEWHERE, SECRET, SOLAR, Workplace

SAYS = "The export fails with an error 500"


def a_dead_event(place: Workplace, event_id: str, channel: str = SOLAR, kind: str = "channel") -> None:
    """An event that is in order, and failed five times for another reason."""
    ts = place.workspace.say(ADA, channel, SAYS)
    event = {"type": "message", "channel": channel, "channel_type": kind, "user": ADA, "ts": ts, "text": SAYS}
    body = SlackEvent.of({"event": event}).model_dump(mode="json")
    place.store.inbox.receive(event_id, "message", body)
    for _ in range(5):
        place.store.inbox.failed(event_id, f"KeyError: {SAYS}")


def status(place: Workplace, channel: str = SOLAR) -> str:
    return str(place.types(BOB, "/signalbox", "status", channel).body)


def shown_buttons(told: str) -> list[dict[str, Any]]:
    rows = [block["elements"] for block in json.loads(told)["blocks"] if block["type"] == "actions"]
    return [button for row in rows for button in row]


def press(place: Workplace, user: str, value: str) -> str:
    """Press Retry as the status shows it; what the person hears."""
    message = place.workspace.thread(SOLAR, place.workspace.say(ADA, SOLAR, "x"))[0]
    place.press(user, message, f"{Action.RETRY_EVENT}:1", value)
    return place.whispers(user)[-1]


def test_a_dead_event_is_retried_and_dealt_with_once(place: Workplace) -> None:
    a_dead_event(place, "EvDead")
    (retry,) = shown_buttons(status(place))

    refused = press(place, BOB, retry["value"])
    told, again = press(place, ADA, retry["value"]), press(place, ADA, retry["value"])

    assert (retry["text"]["text"], retry["value"]) == ("Retry", DeadEvent(event_id="EvDead").json_text)
    assert "You may not do this" in refused
    assert told == "That event has been dealt with now."
    assert again == "That event is not waiting for a retry any more; nothing was changed."
    assert place.store.signals.get(1).body == SAYS
    assert place.store.signals.counts().total == 1
    assert "could not be dealt with" not in status(place)


def test_all_dead_events_are_retried_at_once_and_what_fails_again_is_told(place: Workplace) -> None:
    a_dead_event(place, "EvOne")
    a_dead_event(place, "EvTwo")
    place.store.inbox.receive("EvBad", "message", {"type": "no such kind"})
    for _ in range(5):
        place.store.inbox.failed("EvBad", "KeyError: 'no such kind'")
    every = shown_buttons(status(place))

    told = press(place, ADA, every[-1]["value"])

    assert [each["text"]["text"] for each in every] == ["Retry", "Retry", "Retry", "Retry all 3"]
    assert told == "2 Slack events dealt with. 1 event failed again and will be tried a few times more."
    row = place.store.inbox.get("EvBad")
    assert row is not None
    assert (row.failures, row.done_at) == (1, None)


def test_of_more_than_one_press_retries_the_rest_is_told_and_comes_with_the_next(place: Workplace) -> None:
    for number in range(51):
        place.store.inbox.receive(f"Ev{number}", "message", {"type": "no such kind"})
        for _ in range(5):
            place.store.inbox.failed(f"Ev{number}", "KeyError: 'no such kind'")
    every = shown_buttons(status(place))[-1]

    first, second = press(place, ADA, every["value"]), press(place, ADA, every["value"])

    assert every["text"]["text"] == "Retry all 51"
    assert first.endswith("50 events failed again and will be tried a few times more. Left for another press: 1.")
    assert second.endswith("1 event failed again and will be tried a few times more.")


@pytest.mark.parametrize(("channel", "is_told"), [(SECRET, True), (ELSEWHERE, False)])
def test_what_was_said_in_private_is_not_told_elsewhere(place: Workplace, channel: str, is_told: bool) -> None:
    a_dead_event(place, "EvSecret", SECRET, "group")

    told = status(place, channel)

    assert "KeyError" in told
    assert (SAYS in told, SECRET in told) == (is_told, is_told)
