"""Slack's messages in pieces: newest words win, deletions stay, answers are bounded, orphans go."""

from __future__ import annotations

import datetime as dt

from storage.columns import now
from storage.plumbing import InboxRow
from storage.signals.messages import REPLIES, Mark, Piece
from storage.status import SignalStatus
from storage.store import Store
from tests.factories import a_held_signal, a_signal

ROOT = "C1/1700000000.000100"


def a_piece(ts: str = "1700000000.000100", text: str = "it fails", version: str = "", thread: str = ROOT) -> Piece:
    return Piece(id=f"C1/{ts}", thread=thread, author="U1", text=text, version=version or ts)


def test_newer_words_win_whatever_order_they_come_in(store: Store) -> None:
    store.messages.hear(a_piece(text="second", version="1700000009.000000"))
    store.messages.hear(a_piece(text="first"))
    said = store.messages.said(ROOT)
    assert said is not None
    assert said.message.text == "second"

    store.messages.hear(a_piece(text="third", version="1700000010.000000"))
    said = store.messages.said(ROOT)
    assert said is not None
    assert said.message.text == "third"


def test_what_was_deleted_never_comes_back_and_takes_its_answers_along(store: Store) -> None:
    own, other = "1700000001.000000", "1700000002.000000"
    store.messages.hear(a_piece())
    store.messages.hear(a_piece(own, "promoted"), promoted=True)
    store.messages.hear(a_piece(other, "an answer"))
    store.messages.forget(ROOT, ROOT)
    store.messages.hear(a_piece(text="again", version="1800000000.000000"))

    assert store.messages.said(ROOT) is None
    kept = [store.messages.get(f"C1/{ts}") for ts in ("1700000000.000100", own, other)]
    assert [row.text for row in kept if row is not None] == ["", "promoted", ""]
    promoted = store.messages.said(f"C1/{own}")
    assert promoted is not None
    assert promoted.answers is None
    assert store.messages.promoted_under(ROOT) == [f"C1/{own}"]


def test_a_deletion_takes_the_words_out_of_events_that_wait(store: Store) -> None:
    body: dict[str, object] = {"channel": "C1", "ts": "1700000000.000100", "text": "it fails", "files": "[file: a]"}
    store.inbox.receive("Ev1", "message", body)
    store.messages.forget(ROOT, ROOT)

    waiting = store.inbox.get("Ev1")
    assert isinstance(waiting, InboxRow)
    assert (waiting.body["text"], waiting.body["files"]) == ("", "")


def test_only_the_newest_answers_are_read_and_the_others_are_counted(store: Store) -> None:
    store.messages.hear(a_piece())
    for number in range(REPLIES + 3):
        store.messages.hear(a_piece(f"17000001{number:02}.000000", f"answer {number}"))
    said = store.messages.said(ROOT)

    assert said is not None
    assert (len(said.replies), said.left_out) == (REPLIES, 3)
    assert [said.replies[0].text, said.replies[-1].text] == ["answer 3", f"answer {REPLIES + 2}"]


def test_people_are_counted_once_whatever_they_react_with(store: Store) -> None:
    for user, name in (("U2", "+1"), ("U2", "sob"), ("U3", "mag"), ("U1", "+1"), ("U4", "eyes")):
        store.messages.mark(Mark(message=ROOT, user=user, name=name, on=True, version="2"))
    store.messages.mark(Mark(message=ROOT, user="U4", name="eyes", on=False, version="1"))
    assert store.messages.reacted(ROOT, but_for="U1", but_not="mag") == 2

    store.messages.mark(Mark(message=ROOT, user="U4", name="eyes", on=False, version="3"))
    assert store.messages.reacted(ROOT, but_for="U1", but_not="mag") == 1


def test_orphans_go_and_what_belongs_to_a_signal_stays(store: Store) -> None:
    a_signal(store, external_id=ROOT, channel="C1")
    store.messages.hear(a_piece())
    store.messages.hear(a_piece("1700000001.000000", "an answer"))
    store.messages.hear(a_piece("1700000002.000000", "of another thread", thread="C1/1600000000.000000"))
    store.messages.forget("C1/1700000003.000000", "")

    assert store.messages.prune(now()) == 0
    assert store.messages.prune(now() + dt.timedelta(hours=2)) == 1
    assert store.messages.prune(now() + dt.timedelta(days=8)) == 1
    assert store.messages.get("C1/1700000001.000000") is not None


def test_erasing_a_signal_empties_its_thread(store: Store) -> None:
    signal = a_signal(store, external_id=ROOT, channel="C1")
    store.messages.hear(a_piece())
    store.messages.hear(a_piece("1700000001.000000", "an answer"))
    store.signals.erase("slack", ROOT)

    assert store.signals.get(signal.id or 0).status is SignalStatus.ERASED
    rows = [store.messages.get(each) for each in (ROOT, "C1/1700000001.000000")]
    assert [row.text for row in rows if row is not None] == ["", ""]


def test_the_quarantine_counts_and_pages_what_may_be_seen(store: Store) -> None:
    ids = [a_held_signal(store, channel="C1").id for _ in range(4)]
    a_held_signal(store, channel="C2", visibility="private")
    page = store.quarantine.page("C1", limit=3)

    assert ([each.id for each in page.signals], page.total, page.next_before) == (ids[:0:-1], 4, ids[1])
    rest = store.quarantine.page("C1", before=page.next_before, limit=3)
    assert ([each.id for each in rest.signals], rest.next_before) == (ids[:1], 0)
    assert store.quarantine.page("C2").total == 5
