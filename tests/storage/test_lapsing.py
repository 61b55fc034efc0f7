"""What was approved or said and does not count any more, on both databases."""

from __future__ import annotations

import datetime as dt

import pytest

from storage.columns import now
from storage.decisions.deciding import DecidedKind
from storage.decisions.retracting import GONE, RETRACTED
from storage.decisions.standing import Room
from storage.plumbing import CARD
from storage.records import Decision, Report, ShownPlan
from storage.status import Status
from storage.store import Store
from tests.factories import a_report

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ALL = ("U1", "U2", "U3")


def a_joined_plan(store: Store, lasts: dt.timedelta = DAY) -> tuple[Report, ShownPlan]:
    """A plan that a standing approval of U1, which was given an hour ago, is one yes to, of two."""
    at = now() - HOUR
    report = a_report(store, status=Status.AWAITING_APPROVAL, repository="acme/app")
    store.plans.shown(report.id or 0, 1, "100.000001", now() + DAY)
    plan = store.plans.latest(report.id or 0)
    given = store.standing.give("acme/app", by="U1", until=at + lasts, per_day=9, key=f"{report.id}", at=at)
    assert plan is not None
    assert given is not None
    room = Room(at - DAY, own=9, all=9)
    store.standing.allow(given.id or 0, plan, room, at=at, because="so", needed=2, named=ALL)
    return report, plan


def approved(store: Store, plan: ShownPlan, by: str) -> DecidedKind:
    return store.plans.decide(
        plan.report_id, Decision.APPROVE, by=by, via="button", plan_revision=1, plan_hash=plan.hash,
        to=Status.AWAITING_FIX, needed=2, named=ALL,
    ).kind  # fmt: skip


def test_what_lapsed_is_not_counted_and_is_looked_at_no_more(store: Store) -> None:
    report, plan = a_joined_plan(store)
    assert [each.id for each in store.standing.waiting_for_others()] == [plan.id]
    (said,) = store.plans.approvals(report.id or 0)
    version = store.reports.get(report.id or 0).version
    for because in ("it has run out", "it was stopped"):
        store.standing.lapse(said.id or 0, because)

    assert store.standing.waiting_for_others() == []
    assert [each.lapsed_because for each in store.plans.approvals(report.id or 0)] == ["it has run out"]
    assert store.reports.get(report.id or 0).version == version + 1
    assert [approved(store, plan, by) for by in ("U2", "U3")] == [DecidedKind.NOTED, DecidedKind.DONE]


def test_one_that_has_run_out_since_the_last_look_does_not_have_the_fix_begin(store: Store) -> None:
    report, plan = a_joined_plan(store, lasts=HOUR / 2)
    assert [approved(store, plan, by) for by in ("U2", "U3")] == [DecidedKind.NOTED, DecidedKind.DONE]
    said = store.plans.approvals(report.id or 0)
    assert [each.lapsed_because for each in said] == ["it has run out", "", ""]


def test_one_that_was_stopped_since_the_last_look_does_not_either_and_the_journal_says_so(store: Store) -> None:
    report, plan = a_joined_plan(store)
    store.standing.stop(["acme/app"], by="U3")
    assert approved(store, plan, "U2") is DecidedKind.NOTED
    told = [each.text for each in store.reports.journal(report.id or 0)]
    assert "the standing approval of U1 does not count any more: it was stopped" in told


def test_one_that_was_given_anew_since_the_last_look_counts_on(store: Store) -> None:
    _, plan = a_joined_plan(store, lasts=HOUR / 2)
    store.standing.give("acme/app", by="U1", until=now() + DAY, per_day=9, key="anew", at=now())
    assert approved(store, plan, "U2") is DecidedKind.DONE


def test_nothing_lapses_once_the_plan_was_decided_on(store: Store) -> None:
    report, plan = a_joined_plan(store)
    (said,) = store.plans.approvals(report.id or 0)
    assert approved(store, plan, "U2") is DecidedKind.DONE
    store.standing.lapse(said.id or 0, "it has run out")
    assert not any(each.lapsed_because for each in store.plans.approvals(report.id or 0))


@pytest.mark.parametrize("words", ["100 % of it_self", "a"])
def test_a_deleted_message_takes_its_words_along_and_no_others(store: Store, words: str) -> None:
    report = a_report(store, status=Status.AWAITING_APPROVAL)
    report_id = report.id or 0
    card = store.outbox.intend(report_id, CARD, "C1")
    store.outbox.posted(card.id or 0, "9.9", "drawn")
    for number, said in enumerate((words, "and keep the name")):
        to = Status.AWAITING_RESEARCH if number == 0 else None
        store.plans.decide(
            report_id, Decision.GUIDE, by="U1", via="reply", words=said, to=to, because=f"asked to change it: {said}",
            message=f"C1/1.{number}",
        )  # fmt: skip
    assert sorted(store.plans.said_in_threads(now() - DAY)) == [("C1/1.0", "C1/9.9"), ("C1/1.1", "C1/9.9")]

    told = store.plans.retract("C1/1.0")
    assert told is not None
    assert (told.by, told.was_read) == ("U1", False)
    assert store.plans.retract("C1/1.0") is None
    kept = [(each.words, each.lapsed_because) for each in store.plans.approvals(report_id)]
    assert kept == [("", RETRACTED), ("and keep the name", "")]
    journal = [each.text for each in store.reports.journal(report_id) if each.who == "U1"]
    assert f"asked to change it: {GONE}" in journal
    assert not any(text.endswith(words) for text in journal)
    assert "and keep the name" in journal
    assert store.plans.said_in_threads(now() - DAY) == [("C1/1.1", "C1/9.9")]
    plan = store.plans.latest(report_id)
    assert plan is not None
    for because, shown in ((words, GONE), ("and keep the name", "and keep the name")):
        body = plan.body.model_copy(update={"risk": because})
        assert store.plans.propose(report_id, body, because=because).because == shown
