"""Inbox and outbox: each event once, each message once, one publisher at a time."""

from __future__ import annotations

from storage.status import Mover, Status
from storage.store import Store
from tests.factories import a_report
from tests.storage.together import together


def test_an_event_is_received_once_and_later_deliveries_are_counted(store: Store) -> None:
    said = [store.inbox.receive("Ev1", "message", {"text": "é \ud83d \x00"}) for _ in range(3)]
    row = store.inbox.get("Ev1")
    assert said == [True, False, False]
    assert row is not None
    assert (row.kind, row.deliveries) == ("message", 3)
    assert row.body["text"] == "é \ud83d \x00"


def test_of_many_deliveries_at_once_one_is_received(store: Store) -> None:
    said = together(*[lambda: store.inbox.receive("Ev1", "message", {})] * 8)
    assert sorted(map(str, said)) == ["False"] * 7 + ["True"]


def test_event_ids_longer_than_the_column_are_told_apart(store: Store) -> None:
    ids = ["E" * 150 + end for end in "12"]
    assert [store.inbox.receive(each, "message", {}) for each in (*ids, *ids)] == [True, True, False, False]
    store.inbox.done(ids[0])
    assert len(store.inbox.waiting(0)) == 1


def test_an_event_waits_until_it_is_done_and_then_loses_its_body(store: Store) -> None:
    for name in ("Ev1", "Ev2"):
        store.inbox.receive(name, "message", {"text": "words"})
    assert [row.event_id for row in store.inbox.waiting(older_than=0)] == ["Ev1", "Ev2"]
    assert store.inbox.waiting(older_than=60) == []
    store.inbox.done("Ev1")
    assert [row.event_id for row in store.inbox.waiting(older_than=0)] == ["Ev2"]
    done = store.inbox.get("Ev1")
    assert done is not None
    assert (done.body, done.done_at is None) == ({}, False)
    assert store.inbox.receive("Ev1", "message", {"text": "words"}) is False


def test_an_event_that_fails_five_times_is_a_dead_letter_that_can_be_seen(store: Store) -> None:
    store.inbox.receive("Ev1", "message", {"text": "words"})
    for failures in range(1, 6):
        assert len(store.inbox.waiting(0)) == 1
        assert store.inbox.dead() == []
        store.inbox.failed("Ev1", f"failure {failures}")
    assert store.inbox.waiting(0) == []
    (dead,) = store.inbox.dead()
    assert (dead.trouble, dead.failures, dead.body) == ("failure 5", 5, {"text": "words"})


def test_a_message_is_intended_once_a_purpose(store: Store) -> None:
    report = a_report(store)
    first = store.outbox.intend(report.id or 0, "card", "C1", "")
    again = store.outbox.intend(report.id or 0, "card", "C9", "")
    assert (again.id, again.channel, again.ts) == (first.id, "C1", "")
    assert again.tried_at is not None
    assert first.tried_at is not None
    assert again.tried_at >= first.tried_at
    assert store.outbox.intend(report.id or 0, "plan:1", "C1", "1.0").id != first.id


def test_of_many_who_intend_a_message_at_once_all_mean_the_same_row(store: Store) -> None:
    report = a_report(store)
    rows = together(*[lambda: store.outbox.intend(report.id or 0, "card", "C1", "").id] * 6)
    assert len(set(rows)) == 1


def test_what_was_posted_is_found_by_purpose_and_by_place(store: Store) -> None:
    report = a_report(store)
    row = store.outbox.intend(report.id or 0, "card", "C1", "")
    store.outbox.failed(row.id or 0, "Slack is down")
    store.outbox.posted(row.id or 0, "1.0", "hash1", "https://slack/p1")
    posted = store.outbox.of_report(report.id or 0)["card"]
    assert (posted.ts, posted.drawn, posted.trouble, posted.thread_ts) == ("1.0", "hash1", "", "")
    assert store.outbox.at("C1", "1.0") == posted
    assert store.outbox.at("C2", "1.0") is None
    assert store.outbox.permalink(report.id or 0) == "https://slack/p1"

    store.outbox.redrawn(row.id or 0, "hash2")
    store.outbox.linked(row.id or 0, "https://slack/p2")
    after = store.outbox.of_report(report.id or 0)["card"]
    assert (after.drawn, after.posted_at, after.permalink) == ("hash2", posted.posted_at, "https://slack/p2")


def test_the_address_of_a_card_that_was_not_posted_is_empty(store: Store) -> None:
    assert store.outbox.permalink(a_report(store).id or 0) == ""


def test_one_publisher_at_a_time_holds_the_pen(store: Store) -> None:
    report = a_report(store)
    takers = [lambda who=who: store.outbox.take_pen(report.id or 0, who, 60) for who in ("a", "b", "c", "d")]
    taken = together(*takers)
    assert sorted(taken, key=str, reverse=True) == [None, None, None, report.version]


def test_the_pen_can_be_taken_again_by_its_holder_and_by_others_once_it_is_let_go(store: Store) -> None:
    report_id = a_report(store).id or 0
    version = store.reports.get(report_id).version
    assert store.outbox.take_pen(report_id, "a", 60) == version
    assert store.outbox.take_pen(report_id, "a", 60) == version
    assert store.outbox.take_pen(report_id, "b", 60) is None
    assert store.outbox.put_pen_down(report_id, "a", version) is True
    assert store.outbox.take_pen(report_id, "b", 60) == version


def test_a_change_while_it_was_drawn_has_it_drawn_again(store: Store) -> None:
    report_id = a_report(store).id or 0
    version = store.outbox.take_pen(report_id, "a", 60) or 0
    store.reports.touch(report_id)
    assert store.outbox.put_pen_down(report_id, "a", version) is False
    assert store.outbox.take_pen(report_id, "a", 60) == version + 1
    assert store.outbox.put_pen_down(report_id, "a", version + 1) is True
    assert store.reports.get(report_id).drawn_version == version + 1


def test_who_lost_the_pen_can_neither_put_it_down_nor_say_what_was_drawn(store: Store) -> None:
    report_id = a_report(store).id or 0
    version = store.outbox.take_pen(report_id, "slow", 0) or 0
    assert store.outbox.take_pen(report_id, "quick", 60) == version
    assert store.outbox.put_pen_down(report_id, "slow", version) is False
    report = store.reports.get(report_id)
    assert (report.publisher, report.drawn_version) == ("quick", 0)


def test_an_older_drawing_does_not_hide_a_newer_one(store: Store) -> None:
    report_id = a_report(store).id or 0
    version = store.outbox.take_pen(report_id, "a", 60) or 0
    store.outbox.put_pen_down(report_id, "a", version)
    store.outbox.take_pen(report_id, "b", 60)
    assert store.outbox.put_pen_down(report_id, "b", version - 1) is True
    assert store.reports.get(report_id).drawn_version == version


def test_what_each_report_waited_for_before_is_known_at_once(store: Store) -> None:
    moved, twice, never = (a_report(store).id or 0 for _ in range(3))
    for report_id in (moved, twice):
        store.reports.move(report_id, Status.AWAITING_RESEARCH, mover=Mover.WORLD, who="world", because="so")
    store.reports.move(twice, Status.GATHERING, mover=Mover.MACHINE, who="machine", because="so")
    row = store.outbox.intend(moved, "card", "C1")
    store.outbox.posted(row.id or 0, "1.1", "", "https://slack.example/1")

    assert store.reports.came_from([moved, twice, never]) == {
        moved: Status.GATHERING,
        twice: Status.AWAITING_RESEARCH,
    }
    assert store.outbox.permalinks([moved, twice]) == {moved: "https://slack.example/1"}
    assert store.reports.came_from([]) == store.outbox.permalinks([]) == {}
