"""Reports that are left alone: what wakes them, and what time does to them meanwhile."""

from __future__ import annotations

import datetime as dt

import pytest

from storage.columns import now
from storage.raw import Severity
from storage.records import Decision, Report
from storage.sleep import Waking
from storage.status import Dismissal, Mover, Status
from storage.store import Store
from tests.factories import a_report, a_signal

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def why(store: Store, report_id: int) -> Waking | None:
    return store.sleeps.of_report(report_id)[-1].woke_because


def is_asleep(store: Store, report_id: int) -> bool:
    return store.reports.get(report_id).asleep_since is not None


def asleep(store: Store, until: dt.datetime | None = None, **columns: object) -> int:
    report_id = a_report(store, **columns).id or 0  # type: ignore[arg-type]  # columns of any kind
    store.sleeps.lay(report_id, until, by="U1")
    return report_id


def test_a_report_sleeps_until_its_moment_and_wakes_once(store: Store) -> None:
    until = now() + HOUR
    report_id = asleep(store, until)
    assert store.sleeps.over(now()) == []
    assert store.sleeps.wake_in_time(report_id, now()) is None

    assert store.sleeps.over(until) == [report_id]
    assert store.sleeps.wake_in_time(report_id, until) is not None
    assert store.sleeps.wake_in_time(report_id, until) is None
    assert (why(store, report_id), is_asleep(store, report_id)) == (Waking.TIME, False)


def test_asking_again_moves_the_moment_and_makes_no_second_sleep(store: Store) -> None:
    report_id = asleep(store, now() + HOUR)
    store.sleeps.lay(report_id, None, by="U2")

    (sleep,) = store.sleeps.of_report(report_id)
    assert (sleep.until, sleep.by) == (None, "U2")
    assert store.sleeps.over(now() + DAY) == []


def test_what_weighs_as_much_again_as_all_before_wakes_it_and_less_does_not(store: Store) -> None:
    report_id = asleep(store, signals=3)
    for weight, woken in ((1.0, False), (1.5, False), (0.5, True)):
        a_signal(store, report_id=report_id, weight=weight)
        assert (store.sleeps.wake_by_news(report_id) is not None) is woken

    (sleep,) = store.sleeps.of_report(report_id)
    assert (sleep.woke_because, sleep.joined) == (Waking.GROWN, 3)


@pytest.mark.parametrize(("before", "woken"), [(Severity.ERROR, True), (Severity.FATAL, False)])
def test_what_is_fatal_wakes_only_what_was_not_fatal_before(store: Store, before: Severity, woken: bool) -> None:
    report_id = a_report(store, signals=4).id or 0
    a_signal(store, report_id=report_id, severity=before)
    store.sleeps.lay(report_id, None, by="U1")
    a_signal(store, report_id=report_id, severity=Severity.FATAL)

    assert (store.sleeps.wake_by_news(report_id) is not None) is woken


def test_a_plans_time_stands_still_while_its_report_sleeps(store: Store) -> None:
    report_id = asleep(store, status=Status.AWAITING_APPROVAL)
    left = now() + HOUR
    store.plans.shown(report_id, 1, "1.1", left)
    assert store.plans.expired(left + DAY) == []

    store.sleeps.wake(report_id, Waking.WOKEN, by="U1")

    plan, (sleep,) = store.plans.of(report_id, 1), store.sleeps.of_report(report_id)
    assert plan.expires_at is not None
    assert sleep.woke_at is not None
    assert plan.expires_at == left + (sleep.woke_at - sleep.since)
    assert [each.id for each in store.plans.expired(left + DAY)] == [report_id]


def test_a_plan_that_nobody_thinks_of_any_more_since_its_report_was_muted_runs_out(store: Store) -> None:
    muted, snoozed = (asleep(store, until, status=Status.AWAITING_APPROVAL) for until in (None, now() + 60 * DAY))
    later = now() + 40 * DAY
    assert store.plans.expired(later, later - 50 * DAY) == []
    assert [each.id for each in store.plans.expired(later, later - 30 * DAY)] == [muted]
    assert store.reports.get(snoozed).asleep_until is not None


def test_a_plan_that_ran_out_in_its_reports_sleep_can_be_approved_and_that_wakes_it(store: Store) -> None:
    report_id = a_report(store, status=Status.AWAITING_APPROVAL).id or 0
    store.sleeps.lay(report_id, None, by="U1")
    since = store.reports.get(report_id).asleep_since
    assert since is not None
    store.plans.shown(report_id, 1, "1.1", since + dt.timedelta(microseconds=1))

    assert approve(store, report_id) == "done"
    assert (why(store, report_id), is_asleep(store, report_id)) == (Waking.ACTED, False)


def test_a_plan_that_had_run_out_before_cannot(store: Store) -> None:
    report_id = a_report(store, status=Status.AWAITING_APPROVAL).id or 0
    store.plans.shown(report_id, 1, "1.1", now() - HOUR)
    store.sleeps.lay(report_id, None, by="U1")

    assert approve(store, report_id) == "expired"
    assert is_asleep(store, report_id)


def approve(store: Store, report_id: int) -> str:
    plan = store.plans.of(report_id, 1)
    return store.plans.decide(
        report_id, Decision.APPROVE, by="U2", via="button", plan_revision=1, plan_hash=plan.hash, to=Status.AWAITING_FIX
    ).kind


def test_one_of_two_approvals_wakes_it_too(store: Store) -> None:
    report_id = asleep(store, status=Status.AWAITING_APPROVAL)
    plan = store.plans.of(report_id, 1)
    store.plans.decide(
        report_id, Decision.APPROVE, by="U2", via="reply", plan_revision=1, plan_hash=plan.hash,
        to=Status.AWAITING_FIX, needed=2,
    )  # fmt: skip
    assert why(store, report_id) is Waking.ACTED


def test_work_that_was_under_way_ends_beneath_its_sleep(store: Store) -> None:
    report_id = asleep(store, status=Status.AWAITING_FIX)
    store.reports.move(report_id, Status.AWAITING_CHECKS, mover=Mover.MACHINE, who="machine", because="pushed")
    store.reports.move(report_id, Status.AWAITING_REVIEW, mover=Mover.WORLD, who="world", because="green")
    assert is_asleep(store, report_id)

    store.reports.move(report_id, Status.AWAITING_PROOF, mover=Mover.HUMAN, who="ada", because="merged")
    assert why(store, report_id) is Waking.ACTED


@pytest.mark.parametrize(
    ("status", "to", "mover", "because"),
    [
        (Status.AWAITING_PROOF, Status.GATHERING, Mover.WORLD, Waking.BACK),
        (Status.AWAITING_PROOF, Status.RESOLVED, Mover.WORLD, Waking.CLOSED),
        (Status.STUCK, Status.DISMISSED, Mover.HUMAN, Waking.CLOSED),
    ],
)
def test_what_comes_back_wakes_it_and_what_is_over_sleeps_no_more(
    store: Store, status: Status, to: Status, mover: Mover, because: Waking
) -> None:
    report_id = asleep(store, status=status)
    store.reports.move(report_id, to, mover=mover, who="U2", because="so")
    assert (why(store, report_id), is_asleep(store, report_id)) == (because, False)


def test_a_merge_into_it_wakes_it_and_one_that_is_closed_cannot_be_put_to_sleep(store: Store) -> None:
    other, report_id = a_report(store), asleep(store)
    store.corrections.merge(other.id or 0, report_id, by="U3")
    assert (why(store, report_id), store.sleeps.of_report(report_id)[-1].woke_by) == (Waking.ACTED, "U3")

    assert store.sleeps.lay(other.id or 0, None, by="U1") is None
    assert store.sleeps.of_report(other.id or 0) == []


def test_silence_ends_what_is_muted_and_not_what_sleeps_until_a_moment(store: Store) -> None:
    muted, snoozed = asleep(store), asleep(store, now() + 60 * DAY)
    later = now() + HOUR
    assert store.fading.silent(later) == [muted]
    assert not store.fading.dismiss(snoozed, later, "nothing more was heard of it")
    assert store.fading.dismiss(muted, later, "nothing more was heard of it")

    report: Report = store.reports.get(muted)
    assert (report.dismissal, report.asleep_since, why(store, muted)) == (Dismissal.QUIET, None, Waking.CLOSED)
