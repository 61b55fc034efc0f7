"""Plans that wait: each is reminded of once, whoever asks at the same moment, and the latest approver is known."""

from __future__ import annotations

import datetime as dt

from storage.columns import now
from storage.records import Decision, Report, ShownPlan
from storage.status import Status
from storage.store import Store
from tests.factories import a_plan, a_report

DAY = dt.timedelta(days=1)


def waiting(store: Store, days: int = 1) -> tuple[Report, ShownPlan]:
    report = a_report(store, status=Status.AWAITING_APPROVAL, channel="C11", repository="acme/app")
    plan = store.plans.latest(report.id or 0)
    assert plan is not None
    store.plans.shown(report.id or 0, plan.revision, f"10{report.id}.000001", now() + days * DAY)
    return report, plan


def of(store: Store) -> list[int]:
    return [plan.report_id for _, plan in store.plans.waiting(now())]


def test_a_plan_is_reminded_of_once_and_what_expires_first_comes_first(store: Store) -> None:
    late, soon, over = (waiting(store, days) for days in (3, 1, -1))
    assert of(store) == [soon[0].id, late[0].id]
    at = now().replace(microsecond=0)

    assert [store.plans.remind(soon[1], at) for _ in range(2)] == [True, False]
    assert of(store) == [late[0].id]
    assert store.reports.snapshot(soon[0].id or 0).reminded_at == at
    assert store.reports.snapshot(over[0].id or 0).reminded_at is None


def test_a_plan_that_was_replaced_or_taken_meanwhile_is_not_reminded_of_and_the_next_one_is(store: Store) -> None:
    report, plan = waiting(store)
    assert store.plans.remind(plan, now())
    new = store.plans.propose(report.id or 0, a_plan(), step="again")
    store.plans.shown(report.id or 0, new.revision, "200.000001", now() + DAY)

    assert not store.plans.remind(plan, now())
    assert store.reports.snapshot(report.id or 0).reminded_at is None
    assert of(store) == [report.id]
    store.takings.take(report.id or 0, "U2")
    assert of(store) == []
    assert not store.plans.remind(new, now())


def test_who_approved_in_the_repository_last_is_known_where_approvers_were_reminded(store: Store) -> None:
    (report, plan), (other, approved) = waiting(store), waiting(store)
    store.plans.decide(
        other.id or 0, Decision.APPROVE, by="U9", via="button", plan_revision=approved.revision,
        plan_hash=approved.hash, to=Status.AWAITING_FIX, because="approved the plan",
    )  # fmt: skip
    assert store.reports.snapshot(report.id or 0).last_approver == ""
    store.plans.remind(plan, now())
    assert store.reports.snapshot(report.id or 0).last_approver == "U9"
