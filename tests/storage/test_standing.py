"""Standing approvals as they are kept, on both databases."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

from storage.columns import now
from storage.decisions.deciding import Decided, DecidedKind
from storage.decisions.standing import AGAIN, ENDED, SPENT, Room
from storage.records import Decision, Report, ShownPlan
from storage.standing_rows import StandingApproval
from storage.status import Status
from storage.store import Store
from tests.factories import a_plan, a_report

WEEK = dt.timedelta(days=7)


def given(store: Store, by: str = "U1", key: str = "1", **changes: object) -> StandingApproval:
    asked = {"until": now() + WEEK, "per_day": 3, "at": now(), **changes}
    row = store.standing.give("acme/app", by=by, key=key, **asked)  # type: ignore[arg-type]
    assert row is not None
    return row


def a_shown_plan(store: Store) -> tuple[Report, ShownPlan]:
    report = a_report(store, status=Status.AWAITING_APPROVAL, repository="acme/app")
    store.plans.shown(report.id or 0, 1, "100.000001", now() + WEEK)
    plan = store.plans.latest(report.id or 0)
    assert plan is not None
    return report, plan


def allow(store: Store, standing: StandingApproval, plan: ShownPlan, own: int = 3, most: int = 3) -> Decided | str:
    room = Room(now() - dt.timedelta(days=1), own=own, all=most)
    return store.standing.allow(
        standing.id or 0, plan, room, at=now(), because="so", needed=1, named=("U1", "U2")
    )  # fmt: skip


def kind(done: Decided | str) -> DecidedKind | str:
    return done if isinstance(done, str) else done.kind


def test_giving_it_again_ends_the_former_one_of_that_person_and_repository(store: Store) -> None:
    first, other = given(store), given(store, by="U2", key="2")
    second = given(store, key="3")
    assert [each.id for each in store.standing.living(now())] == [other.id, second.id]
    assert [each.standing.ended_because for each in store.standing.listed(now() - WEEK)] == [
        "it was given anew",
        "",
        "",
    ]
    assert store.standing.heir(first.id or 0).id == second.id
    store.standing.stop(["acme/app"], by="U1", of="U1")
    assert store.standing.heir(first.id or 0).ended_because == "it was stopped"


def test_the_same_command_heard_again_gives_nothing_also_after_a_stop(store: Store) -> None:
    given(store)
    store.standing.stop(["acme/app"], by="U1")
    again = store.standing.give("acme/app", by="U1", until=now() + WEEK, per_day=3, key="1", at=now())
    assert (again, store.standing.living(now())) == (None, [])


def test_what_waits_is_what_people_see_and_was_made_after_it_was_given(store: Store) -> None:
    _, before = a_shown_plan(store)
    row = given(store)
    report, plan = a_shown_plan(store)
    a_report(store, status=Status.AWAITING_APPROVAL, repository="acme/app")  # not posted yet

    (waiting,) = store.standing.waiting(now())
    assert (waiting.standing.id, waiting.plan.report_id) == (row.id, report.id)
    assert before.report_id != report.id

    store.standing.turned_down(row, plan, "so", now())
    store.standing.turned_down(row, plan, "otherwise", now())
    assert store.standing.waiting(now()) == []
    assert [each.because for each in store.reports.snapshot(report.id or 0).uses] == ["so"]


def test_of_plans_shown_together_no_more_are_allowed_than_there_is_room(store: Store) -> None:
    ada, bob = given(store, by="U1"), given(store, by="U2", key="2")
    plans = [a_shown_plan(store)[1] for _ in range(5)]
    with ThreadPoolExecutor(max_workers=5) as pool:
        done = [
            pool.submit(allow, store, row, plan, own=2, most=3)
            for row, plan in zip((ada, bob, ada, bob, ada), plans, strict=True)
        ]
        kinds = [kind(each.result()) for each in done]
    assert kinds.count(DecidedKind.DONE) == 3
    assert kinds.count(SPENT) == 2


def test_of_two_workers_at_the_same_plan_one_approves_it(store: Store) -> None:
    row = given(store)
    report, plan = a_shown_plan(store)
    with ThreadPoolExecutor(max_workers=4) as pool:
        kinds = [kind(each.result()) for each in [pool.submit(allow, store, row, plan) for _ in range(4)]]
    assert kinds.count(DecidedKind.DONE) == 1
    assert len(store.plans.approvals(report.id or 0)) == 1
    assert store.reports.get(report.id or 0).status is Status.AWAITING_FIX


def test_the_very_same_plan_is_not_allowed_again_under_another_revision(store: Store) -> None:
    row = given(store)
    report, plan = a_shown_plan(store)
    assert kind(allow(store, row, plan)) is DecidedKind.DONE
    again = plan.model_copy(update={"revision": 2})
    assert allow(store, row, again) == AGAIN
    assert report.id == plan.report_id


def test_one_that_ended_in_the_meantime_allows_nothing(store: Store) -> None:
    row = given(store)
    _, plan = a_shown_plan(store)
    store.standing.stop(["acme/app"], by="U2")
    assert allow(store, row, plan) == ENDED
    late = given(store, key="2", until=now())
    assert allow(store, late, plan) == ENDED


def test_what_fell_asleep_since_it_was_looked_at_is_left_for_when_it_wakes(store: Store) -> None:
    row = given(store)
    report, plan = a_shown_plan(store)
    store.sleeps.lay(report.id or 0, None, by="U2")
    assert kind(allow(store, row, plan)) is DecidedKind.ALREADY
    assert store.plans.approvals(report.id or 0) == []
    assert store.reports.snapshot(report.id or 0).uses == ()


def test_what_ran_out_long_ago_is_not_said_to_be_stopped(store: Store) -> None:
    given(store, until=now() - dt.timedelta(days=2))
    lately = given(store, by="U2", key="2", until=now() - dt.timedelta(hours=1))
    living = given(store, by="U3", key="3")
    ended = store.standing.stop(["acme/app"], by="U3", after=now() - dt.timedelta(days=1))
    assert [each.id for each in ended] == [lately.id, living.id]


def test_a_plan_that_was_replaced_or_decided_on_is_not_allowed_and_uses_nothing(store: Store) -> None:
    row = given(store)
    report, plan = a_shown_plan(store)
    newer = store.plans.propose(report.id or 0, a_plan(title="Another way"))
    assert kind(allow(store, row, plan)) is DecidedKind.STALE

    assert store.plans.decide(
        report.id or 0, Decision.APPROVE, by="U2", via="button", plan_revision=2, plan_hash=newer.hash,
        to=Status.AWAITING_FIX,
    ).kind is DecidedKind.DONE  # fmt: skip
    assert kind(allow(store, row, newer)) is DecidedKind.ALREADY
    assert [each.used for each in store.standing.listed(now() - WEEK)] == [0]


def test_a_persons_own_yes_is_kept_beside_what_they_allowed_ahead(store: Store) -> None:
    row = given(store)
    report, plan = a_shown_plan(store)
    room = Room(now() - dt.timedelta(days=1), own=3, all=3)
    store.standing.allow(row.id or 0, plan, room, at=now(), because="so", needed=2, named=("U1", "U2"))
    for _ in range(2):
        done = store.plans.decide(
            report.id or 0, Decision.APPROVE, by="U1", via="button", plan_revision=1, plan_hash=plan.hash,
            to=Status.AWAITING_FIX, needed=2, named=("U1", "U2"),
        )  # fmt: skip
        assert done.kind is DecidedKind.NOTED
    assert [each.standing_id for each in store.plans.approvals(report.id or 0)] == [row.id, None]


def test_two_workers_of_different_minds_wait_for_each_other_and_one_of_them_is_right(store: Store) -> None:
    row = given(store)
    plans = [a_shown_plan(store)[1] for _ in range(4)]
    with ThreadPoolExecutor(max_workers=8) as pool:
        begun = [pool.submit(allow, store, row, plan, own=9, most=9) for plan in plans]
        begun += [pool.submit(store.standing.turned_down, row, plan, "so", now()) for plan in plans]  # type: ignore[arg-type]
        for each in begun:
            each.result()
    assert [len(store.reports.snapshot(plan.report_id).uses) for plan in plans] == [1] * 4
