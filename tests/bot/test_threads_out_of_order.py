"""A thread's events in any order come to the same signal."""

from __future__ import annotations

import datetime as dt

from storage.columns import now
from tests.bot.thread_events import after, changed, everything, message, removed
from tests.bot.workplace import ADA, BOB, SOLAR, Workplace


def test_an_edit_that_comes_before_its_message_wins(place: Workplace) -> None:
    ts = f"{now().timestamp():.6f}"
    for event in (
        changed(ts, "the import fails", after(ts, 9)),
        message(ts, "the export fails"),
        changed(ts, "an older edit", after(ts, 5)),
    ):
        place.event(event)
        place.settles()

    signal = place.store.signals.get(1)
    assert signal.body == "the import fails"
    assert place.store.signals.counts().total == 1


def test_an_edit_of_an_old_message_that_we_never_heard_of_makes_no_signal(place: Workplace) -> None:
    ts = f"{now().timestamp() - 86_400:.6f}"
    place.event(changed(ts, "an old story, told better", after(ts, 80_000)))
    place.settles()

    assert place.store.signals.counts().total == 0


def test_a_deletion_that_comes_before_its_message_keeps_it_out(place: Workplace) -> None:
    ts = f"{now().timestamp():.6f}"
    for event in (
        removed(ts, after(ts, 9)),
        message(ts, "the export of Jane fails"),
        changed(ts, "the import of Jane fails", after(ts, 10)),
        message(after(ts, 2), "poor Jane", ADA, thread_ts=ts),
    ):
        place.event(event)
        place.settles()

    assert place.store.signals.counts().total == 0
    assert "Jane" not in everything(place)


def test_told_all_at_once_a_deleted_message_leaves_no_words(place: Workplace) -> None:
    for number in range(5):
        ts = f"{now().timestamp() + number:.6f}"
        place.event(message(ts, "the export of Jane fails"))
        place.event(message(after(ts, 2), "poor Jane", ADA, thread_ts=ts))
        place.event(removed(ts, after(ts, 9)))
        place.event(changed(ts, "the import of Jane fails", after(ts, 8)))
    place.settles()

    assert "Jane" not in everything(place)


def test_an_answer_that_comes_before_the_first_message_is_in_the_signal(place: Workplace) -> None:
    ts = f"{now().timestamp():.6f}"
    place.event(message(after(ts, 2), "for me too", ADA, thread_ts=ts))
    place.settles()
    assert place.store.signals.counts().total == 0

    place.event(message(ts, "the export fails"))
    place.settles()
    assert place.store.signals.get(1).body.endswith("<@U01ADA>: for me too")


def test_what_belongs_to_no_signal_is_forgotten_after_an_hour(place: Workplace) -> None:
    ts = place.says(BOB, "the export fails")
    place.says(ADA, "for me too", thread_ts=ts)
    place.event(message(after(ts, 2), "talk under a bot's post", ADA, thread_ts=after(ts, -60)))
    place.event({"type": "reaction_added", "user": ADA, "reaction": "eyes", "item_user": "U9", "event_ts": after(ts, 3),
                 "item": {"type": "message", "channel": SOLAR, "ts": after(ts, -60)}})  # fmt: skip
    place.settles()

    assert place.store.messages.prune(now()) == 0
    assert place.store.messages.prune(now() + dt.timedelta(hours=2)) == 2
    assert "under a bot" not in everything(place)
    assert place.store.signals.get(1).body.endswith("for me too")
