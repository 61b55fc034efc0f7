"""Cursors, leases, workers, switches, fixes, spending, and what is due."""

from __future__ import annotations

import datetime as dt

import pytest

from storage.columns import now
from storage.database import open_store
from storage.errors import NotFound
from storage.judgments import Screening
from storage.records import CheckState
from storage.signals.keeping import News
from storage.status import SignalStatus, Status
from storage.store import Store
from tests.factories import a_held_signal, a_moment, a_raw_signal, a_report, a_signal, a_summary
from tests.storage.together import together

LATER = dt.timedelta(minutes=5)


def test_a_cursor_moves_with_the_signals_it_covers(store: Store) -> None:
    assert (store.cursors.get("sentry").value, store.cursors.get("sentry").failures) == ("", 0)
    raws = [a_raw_signal(source="sentry", external_id=f"APP-{n}") for n in (1, 2, 1)]
    known = store.cursors.advance("sentry", "page 2", raws)
    assert [each.news for each in known] == [News.NEW, News.NEW, News.EDITED]
    assert store.cursors.get("sentry").value == "page 2"
    assert store.cursors.advance("sentry", "page 3", []) == []
    assert store.signals.counts().total == 2


def test_a_moment_is_the_same_one_whatever_zone_the_database_speaks_in(postgres_url: str) -> None:
    """Two moments of one zone are compared and subtracted as its clocks show them: in autumn an hour is lost so."""
    store = open_store(f"{postgres_url}&options=-ctimezone%3DAmerica/New_York")
    first = dt.datetime(2027, 11, 7, 5, 30, tzinfo=dt.UTC)  # half past one in New York, as it is an hour later
    for source, until in (("sentry", first), ("linear", first + dt.timedelta(hours=1))):
        store.cursors.failed(source, "it is down", until)
    kept = [store.cursors.get(source).not_before or first for source in ("sentry", "linear")]
    store.close()

    assert kept[0] == first
    assert kept[1] - kept[0] == dt.timedelta(hours=1)


def test_a_source_that_fails_is_put_off_and_forgiven_once_it_is_read(store: Store) -> None:
    until = now() + LATER
    for failures in (1, 2):
        store.cursors.failed("sentry", "it is down", until)
        cursor = store.cursors.get("sentry")
        assert (cursor.failures, cursor.trouble, cursor.not_before, cursor.value) == (failures, "it is down", until, "")
    store.cursors.advance("sentry", "1", [])
    cursor = store.cursors.get("sentry")
    assert (cursor.failures, cursor.trouble, cursor.not_before, cursor.value) == (0, "", None, "1")


def test_pulls_filings_and_edits_at_once_wait_for_each_other_without_a_deadlock(store: Store) -> None:
    signals = [a_signal(store, filed=True, source="sentry", external_id=f"APP-{n}", body="old") for n in range(6)]

    def pull(order: int, word: str) -> None:
        raws = [a_raw_signal(source="sentry", external_id=f"APP-{n}", body=word) for n in range(6)][::order]
        store.cursors.advance("sentry", word, raws)

    results = together(
        lambda: pull(1, "up"),
        lambda: pull(-1, "down"),
        lambda: store.signals.erase("sentry", "APP-3"),
        lambda: store.signals.hold(signals[2].id or 0, Screening(judged=False), "h"),
        lambda: a_signal(store, report_id=signals[1].report_id),
        lambda: store.signals.remember(a_raw_signal(source="sentry", external_id="APP-1", body="between")),
    )
    assert [result for result in results if isinstance(result, Exception)] == []
    assert store.signals.get(signals[3].id or 0).status is SignalStatus.ERASED


def test_a_lease_has_one_holder_until_it_ends_or_is_let_go(store: Store) -> None:
    assert store.leases.take("reaper", "a", 60) is True
    assert store.leases.take("reaper", "b", 60) is False
    assert store.leases.take("reaper", "a", 0) is True  # its own, and now it ends
    assert store.leases.take("reaper", "b", 60) is True
    store.leases.release("reaper", "a")
    assert store.leases.take("reaper", "a", 60) is False
    store.leases.release("reaper", "b")
    assert store.leases.take("reaper", "a", 60) is True
    store.leases.release("nobody", "a")


def test_of_many_who_take_a_lease_at_once_one_does(store: Store) -> None:
    take = [lambda who=who: store.leases.take("reaper", who, 60) for who in "abcdef"]
    assert sorted(map(str, together(*take))) == ["False"] * 5 + ["True"]


def test_workers_beat_until_they_are_buried(store: Store) -> None:
    assert store.leases.beat("w1", "host", 7, 1.5) is True
    first = store.leases.workers()[0]
    assert store.leases.beat("w1", "host", 7, 1.5) is True
    store.leases.beat("w2", "host", 8, 2.5)
    workers = store.leases.workers()
    assert [(each.id, each.pid, each.born) for each in workers] == [("w1", 7, 1.5), ("w2", 8, 2.5)]
    assert workers[0].beat_at >= first.beat_at
    store.leases.bury("w1")
    assert [each.id for each in store.leases.workers()] == ["w2"]
    assert store.leases.beat("w1", "host", 7, 1.5) is False
    assert [each.id for each in store.leases.workers()] == ["w1", "w2"]  # given up for dead by mistake: alive again
    with pytest.raises(NotFound, match="no worker w9"):
        store.leases.bury("w9")


def test_a_switch_is_off_until_somebody_turns_it_on(store: Store) -> None:
    assert store.switches.on("paused") is False
    assert store.switches.put("paused", True, by="U1") is True
    assert store.switches.put("paused", True, by="U2") is False
    assert store.switches.on("paused") is True
    assert store.switches.get("paused").by == "U1"
    assert store.switches.put("paused", False, by="U2") is True
    assert store.switches.on("paused") is False


def test_a_fix_is_started_once_a_plan_revision(store: Store) -> None:
    report_id = a_report(store, status=Status.AWAITING_FIX).id or 0
    version = store.reports.get(report_id).version
    first = store.fixes.start(report_id, 1, "acme/app", "sb-1", "abc")
    assert store.fixes.start(report_id, 1, "acme/app", "sb-other", "def") == first
    assert store.reports.get(report_id).version == version + 1
    second = store.fixes.start(report_id, 2, "acme/app", "sb-2", "def")
    latest = store.fixes.latest(report_id)
    assert latest is not None
    assert (latest.id, latest.branch) == (second.id, "sb-2")
    assert store.fixes.latest(a_report(store).id or 0) is None


def test_a_fix_changes_and_slack_shows_it(store: Store) -> None:
    report_id = a_report(store, status=Status.AWAITING_FIX).id or 0
    fix = store.fixes.start(report_id, 1, "acme/app", "sb-1", "abc")
    version = store.reports.get(report_id).version
    changed = store.fixes.change(fix.id or 0, number=7, checks=CheckState.RED, heard=("1", "2"), rounds=1)
    assert changed == store.fixes.get(fix.id or 0)
    assert (changed.number, changed.checks, changed.heard, changed.rounds) == (7, CheckState.RED, ("1", "2"), 1)
    assert store.reports.get(report_id).version == version + 1
    with pytest.raises(NotFound, match="no fix 99"):
        store.fixes.get(99)


def test_pull_requests_are_counted_by_when_they_were_opened(store: Store) -> None:
    report_id = a_report(store, status=Status.AWAITING_FIX).id or 0
    for revision in (1, 2, 3):
        fix = store.fixes.start(report_id, revision, "acme/app", f"sb-{revision}", "abc")
        if revision < 3:
            store.fixes.change(fix.id or 0, number=revision)
    opened_at = store.fixes.get(1).opened_at
    store.fixes.change(1, pushed_at=now(), number=1)
    assert store.fixes.get(1).opened_at == opened_at
    assert store.fixes.opened_since("acme/app", a_moment(hours=1)) == 2
    assert store.fixes.opened_since("acme/app", now() + LATER) == 0
    assert store.fixes.opened_since("acme/other", a_moment(hours=1)) == 0


def test_a_call_costs_its_estimate_until_it_is_settled(store: Store) -> None:
    report_id = a_report(store).id or 0
    call = store.spending.reserve("research", "C1/1", "model", 0.5, report_id=report_id)
    assert store.spending.of_report(report_id).usd == 0.5
    store.spending.settle(
        call, input_tokens=100, output_tokens=20, cached_tokens=5, seconds=2.5, stop_reason="end", usd=0.125
    )
    spent = store.spending.of_report(report_id)
    assert spent.model_dump() == {
        "usd": 0.125, "calls": 1, "seconds": 2.5, "input_tokens": 100, "output_tokens": 20, "cached_tokens": 5
    }  # fmt: skip
    with pytest.raises(NotFound, match="no model_call 99"):
        store.spending.settle(99, usd=1.0)


def test_a_call_that_died_with_its_process_costs_nothing_once_its_turn_is_asked_for_anew(store: Store) -> None:
    report_id = a_report(store).id or 0

    def reserve(turn: int, run: str = "research:1:1", stage: str = "research", subject: str = "C1/1") -> int:
        return store.spending.reserve(stage, subject, "model", 0.5, report_id=report_id, run=run, turn=turn)

    store.spending.settle(reserve(1), usd=0.125, stop_reason="end")
    others = [reserve(3), reserve(2, run="research:1:2"), reserve(2, stage="decide"), reserve(2, subject="C1/1~1.1"),
              reserve(0, run=""), reserve(0, run="")]  # fmt: skip
    died = reserve(2)
    anew = reserve(2)
    reserve(1)

    assert store.spending.of_report(report_id).usd == 0.125 + 0.5 * (len(others) + 2)
    (run,) = [each for each in store.runs.all() if (each.key, each.stage) == ("research:1:1", "research")]
    assert (run.turns, run.reserved_usd) == (3, 2.0)  # of turns 1 and 3, the strand and the call made anew
    store.spending.settle(anew, usd=0.25)
    store.spending.settle(died, usd=0.25)  # its process was only slow

    assert store.spending.of_report(report_id).usd == 0.125 + 0.25 * 2 + 0.5 * (len(others) + 1)


def test_what_was_put_aside_and_never_settled_is_written_off_in_time(store: Store) -> None:
    report_id = a_report(store).id or 0
    store.spending.settle(store.spending.reserve("research", "C1/1", "model", 0.5, report_id=report_id), usd=0.125)
    late = store.spending.reserve("research", "C1/1", "model", 0.5, report_id=report_id, run="research:1:1", turn=1)

    assert store.spending.write_off(now() - LATER) == 0
    assert store.spending.of_report(report_id).usd == 0.625
    assert [store.spending.write_off(now() + LATER) for _ in range(2)] == [1, 0]
    assert store.spending.of_report(report_id).usd == 0.125
    assert [run.why for run in store.runs.all() if run.key == "research:1:1"] == ["never_answered"]
    store.spending.settle(late, usd=0.25)
    assert store.spending.of_report(report_id).usd == 0.375


def test_a_report_costs_what_its_signals_digests_cost_too_and_no_call_counts_twice(store: Store) -> None:
    signal, other = a_signal(store, filed=True), a_signal(store, filed=True)
    store.spending.reserve("screen", "x", "m", 0.25, signal_id=signal.id)
    store.spending.reserve("group", "x", "m", 0.5, signal_id=signal.id, report_id=signal.report_id)
    store.spending.reserve("screen", "x", "m", 4.0, signal_id=other.id)
    assert store.spending.of_report(signal.report_id or 0).usd == 0.75
    assert store.spending.total().usd == 4.75
    assert store.spending.since(a_moment(hours=1)).calls == 3
    assert store.spending.since(now() + LATER).usd == 0.0


def test_what_waits_for_the_machine_is_due(store: Store) -> None:
    waiting, put_off = a_signal(store), a_signal(store)
    store.signals.postpone(put_off.id or 0, "x", now() + LATER)
    a_held_signal(store)
    dropped = a_signal(store)
    store.signals.drop(dropped.id or 0, Screening(), a_summary())
    reports = {status: a_report(store, status=status) for status in Status}
    later = a_report(store, status=Status.AWAITING_FIX, not_before=now() + LATER)
    store.inbox.receive("Ev1", "message", {})

    due = store.due.now(now())
    assert [tuple(each) for each in due.signals] == [(waiting.id, 1, 1)]
    machine = [reports[Status.AWAITING_RESEARCH].id, reports[Status.AWAITING_FIX].id]
    assert [report.id for report in due.reports] == machine
    assert len(due.undrawn) == len(Status) + 1
    assert due.inbox == []

    due = store.due.now(now() + 2 * LATER)
    assert [tuple(each) for each in due.signals] == [(waiting.id, 1, 1), (put_off.id, 1, 2)]
    assert {report.id for report in due.reports} == {*machine, later.id}
    assert due.inbox == ["Ev1"]


def test_what_slack_shows_already_is_not_due(store: Store) -> None:
    report_id = a_report(store).id or 0
    version = store.outbox.take_pen(report_id, "p", 60) or 0
    assert store.due.now(now()).undrawn == [(report_id, version)]
    store.outbox.put_pen_down(report_id, "p", version)
    assert not store.due.now(now())
