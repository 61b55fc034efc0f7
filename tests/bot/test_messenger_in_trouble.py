"""Drawing when Slack fails, when others draw too, and when the rows change meanwhile."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from agents.errors import SlackDown, SlackRejected
from bot.messenger import SlackMessenger
from playground.faults import Fault, Kind, Moment
from storage.columns import now
from storage.store import Store
from tests.bot.life import Life
from tests.bot.workplace import (
    ADA,
    SOLAR,
    text_of,
)
from tests.factories import a_signal

POSTS = ("chat.postMessage", "chat.update", "reactions.add", "files.completeUploadExternal")


@pytest.mark.parametrize("method", POSTS)
@pytest.mark.parametrize("kind", [Kind.DROP, Kind.REFUSE])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_what_was_done_but_not_answered_is_found_again_and_not_doubled(
    life: Life, method: str, kind: Kind, nth: int
) -> None:
    def all_drawn() -> None:
        for step in (life.researched, life.approved, lambda: life.fixed(length=9_000)):
            step()
            until_drawn(life)

    life.place.faults.plan(Fault(f"slack:{method}", Moment.PERFORMED, kind, nth=nth, status=502))
    until_drawn(life)
    all_drawn()

    purposes = [
        json.dumps(each.metadata or each.files, sort_keys=True)
        for channel in (life.place.workspace.messages(SOLAR),)
        for root in channel
        for each in life.place.workspace.thread(SOLAR, root.ts)
        if each.user == life.place.bot
    ]
    assert len(purposes) == len(set(purposes))
    rows = life.store.outbox.of_report(life.id)
    assert all(row.ts for row in rows.values())
    assert life.place.workspace.posts_by_bot() == len([name for name in rows if not name.startswith("reaction")])


def until_drawn(life: Life) -> None:
    """Draw as the sweep does, with one job's name, until Slack shows the newest."""
    for _ in range(6):
        try:
            life.place.messenger().draw(life.id, "publish:1")
        except SlackDown:
            continue
        return
    raise AssertionError("it could not be drawn")


def test_a_limited_rate_is_waited_out(life: Life) -> None:
    life.place.faults.plan(
        Fault("slack:chat.postMessage", Moment.RECEIPT, Kind.REFUSE, nth=1, times=2, status=429, retry_after=2)
    )
    life.draw()

    assert [each for each in life.place.slept if each == 2.0] == [2.0, 2.0]
    assert len([each for each in life.place.workspace.messages(SOLAR) if each.user == life.place.bot]) == 1


def test_a_long_limit_is_handed_on_and_nobody_else_asks_meanwhile(life: Life) -> None:
    life.place.faults.plan(
        Fault("slack:chat.postMessage", Moment.RECEIPT, Kind.REFUSE, status=429, retry_after=30, times=9)
    )
    with pytest.raises(SlackDown) as caught:
        life.place.messenger().draw(life.id, "first")
    assert caught.value.retry_after == 30.0
    asked = len(life.place.workspace.calls())
    life.place.messenger().draw(life.id, "second")
    assert len(life.place.workspace.calls()) == asked


def test_two_publishers_at_once_draw_once(life: Life) -> None:
    life.researched()
    started = threading.Barrier(4)
    faults: list[Exception] = []

    def publish(name: str) -> None:
        started.wait()
        try:
            life.place.messenger().draw(life.id, name)
        except Exception as error:  # noqa: BLE001 it is looked at below
            faults.append(error)

    threads = [threading.Thread(target=publish, args=(f"publisher {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert faults == []
    assert life.report.drawn_version == life.report.version
    posted = [
        call.args["metadata"]["event_payload"]["purpose"] for call in life.place.workspace.calls("chat.postMessage")
    ]
    assert sorted(posted) == sorted(set(posted))


def test_a_publisher_that_lost_its_pen_touches_nothing_more(life: Life) -> None:
    class Stolen:
        def __init__(self, store: Store) -> None:
            self.outbox, self.calls = store.outbox, 0

        def take_pen(self, report_id: int, holder: str, seconds: float) -> int | None:
            self.calls += 1
            return self.outbox.take_pen(report_id, holder, seconds) if self.calls <= 2 else None

        def __getattr__(self, name: str) -> Any:
            return getattr(self.outbox, name)

    store = replace_outbox(life.store, Stolen(life.store))
    SlackMessenger(store, life.place.writer, life.place.policy).draw(life.id, "slow")

    assert len(life.place.workspace.calls("chat.postMessage")) == 1


def replace_outbox(store: Store, outbox: Any) -> Store:
    other = Store(store.engine)
    other.outbox = outbox
    return other


def test_a_change_while_it_is_drawn_is_drawn_too(life: Life) -> None:
    class Changing:
        def __init__(self, store: Store) -> None:
            self.outbox, self.changed = store.outbox, False

        def posted(self, *arguments: Any) -> None:
            self.outbox.posted(*arguments)
            if not self.changed:
                self.changed = True
                life.store.reports.change(life.id, note="Something new was learnt.")

        def __getattr__(self, name: str) -> Any:
            return getattr(self.outbox, name)

    SlackMessenger(replace_outbox(life.store, Changing(life.store)), life.place.writer, life.place.policy).draw(
        life.id, "a"
    )

    assert "Something new was learnt." in text_of(life.place.thread(life.id)[0])
    assert life.report.drawn_version == life.report.version


def test_what_people_deleted_stays_deleted(life: Life) -> None:
    thread = life.draw()
    life.place.writer.client.chat_delete(channel=SOLAR, ts=thread[1].ts)
    a_signal(
        life.store, report_id=life.id, source="sentry", external_id="X-1", title="Error", channel=SOLAR, thread_ts=""
    )
    posts = life.place.workspace.posts_by_bot()
    life.draw()

    assert life.place.workspace.posts_by_bot() == posts
    assert life.report.drawn_version == life.report.version


def test_what_another_app_of_ours_posted_before_stays_as_it_is_and_the_thread_goes_on(life: Life) -> None:
    life.draw()
    life.place.workspace.disown(SOLAR)
    life.researched()
    life.draw()

    assert any("Close the file" in text_of(each) for each in life.place.thread(life.id))
    assert life.report.drawn_version == life.report.version
    asked = life.place.faults.seen("slack:chat.update")
    life.store.reports.touch(life.id)
    life.draw()
    assert life.place.faults.seen("slack:chat.update") == asked


@pytest.mark.parametrize("error", ["cannot_reply_to_message", "thread_not_found"])
def test_a_note_that_slack_takes_nowhere_keeps_nothing_else_back(life: Life, error: str) -> None:
    life.draw()
    life.researched()
    life.place.faults.plan(Fault("slack:chat.postMessage", Moment.RECEIPT, Kind.REFUSE, error=error))
    life.draw()

    assert life.report.drawn_version == life.report.version


def test_who_was_removed_from_a_channel_asks_less_and_less_often_and_shows_all_when_invited_again(life: Life) -> None:
    life.draw()
    life.researched()
    life.place.workspace.remove(life.place.bot, SOLAR)
    messenger, waits = life.place.messenger(), []
    for number in range(6):
        with pytest.raises(SlackRejected, match="not_in_channel"):
            messenger.draw(life.id, "publish:1")
        until = life.report.publisher_until
        assert until is not None
        waits.append(round((until - now()).total_seconds(), -1))
        messenger.draw(life.id, f"another:{number}")  # while the pen is kept nobody asks
    assert waits == [60, 120, 240, 480, 900, 900]

    life.place.workspace.invite(ADA, SOLAR, life.place.bot)
    messenger.draw(life.id, "publish:1")
    assert life.report.drawn_version == life.report.version
