"""Plans and decisions: an approval is bound to what was shown, and is given once."""

from __future__ import annotations

import datetime as dt
from typing import Unpack

import pytest

from storage.changes import ReportChanges
from storage.columns import now
from storage.decisions.plans import Decided, DecidedKind
from storage.errors import NotFound
from storage.judgments import Question
from storage.records import Approval, Decision, EntryKind, Report
from storage.status import Status
from storage.store import Store
from tests.factories import a_plan, a_report
from tests.storage.together import together

HOUR = dt.timedelta(hours=1)


def asked(store: Store, *, expires_in: dt.timedelta = HOUR) -> Report:
    """A report whose first plan is shown and waits for an approval."""
    report = a_report(store, status=Status.AWAITING_APPROVAL)
    store.plans.shown(report.id or 0, 1, "100.5", now() + expires_in)
    return report


def decide(
    store: Store,
    report: Report,
    decision: Decision = Decision.APPROVE,
    *,
    by: str = "U1",
    words: str = "",
    plan_revision: int | None = None,
    plan_hash: str | None = None,
    to: Status | None = Status.AWAITING_FIX,
    **changes: Unpack[ReportChanges],
) -> Decided:
    """A decision about the latest plan, unless another is named."""
    plan = store.plans.latest(report.id or 0)
    revision, its_hash = (plan.revision, plan.hash) if plan else (0, "")
    return store.plans.decide(
        report.id or 0,
        decision,
        by=by,
        via="button",
        plan_revision=revision if plan_revision is None else plan_revision,
        plan_hash=its_hash if plan_hash is None else plan_hash,
        words=words,
        to=to,
        because="approved the plan",
        **changes,
    )


def state(store: Store, report: Report) -> tuple[Status, list[Decision]]:
    approvals = store.plans.approvals(report.id or 0)
    return store.reports.get(report.id or 0).status, [approval.decision for approval in approvals]


def test_an_approval_moves_the_report_and_keeps_who_said_it_to_which_plan(store: Store) -> None:
    report = asked(store)
    assert decide(store, report, words="ship it") == Decided(kind=DecidedKind.DONE, by="U1")
    assert state(store, report) == (Status.AWAITING_FIX, [Decision.APPROVE])
    (approval,) = store.plans.approvals(report.id or 0)
    plan = store.plans.of(report.id or 0, 1)
    assert (approval.by, approval.via, approval.plan_revision, approval.plan_hash) == ("U1", "button", 1, plan.hash)
    word, move = store.reports.journal(report.id or 0)[-2:]
    assert (word.kind, word.who, word.text) == (EntryKind.WORD, "U1", "ship it")
    assert (move.kind, move.who, move.text) == (EntryKind.MOVE, "U1", "approved the plan")


def test_three_clicks_at_once_are_one_approval(store: Store) -> None:
    report = asked(store)
    results = together(*[lambda who=who: decide(store, report, by=who) for who in ("U1", "U2", "U3")])
    kinds = sorted(result.kind for result in results if isinstance(result, Decided))
    assert kinds == ["already", "already", "done"]
    (approval,) = store.plans.approvals(report.id or 0)
    assert {result.by for result in results if isinstance(result, Decided)} == {approval.by}
    assert store.reports.get(report.id or 0).attempt == report.attempt + 1


def test_an_approval_and_a_refusal_at_once_are_one_decision(store: Store) -> None:
    report = asked(store)
    results = together(
        lambda: decide(store, report, by="U1"),
        lambda: decide(store, report, Decision.NOT_NOW, by="U2", to=Status.DISMISSED),
    )
    assert sorted(result.kind for result in results if isinstance(result, Decided)) == ["already", "done"]
    assert len(store.plans.approvals(report.id or 0)) == 1


@pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.NOT_NOW])
@pytest.mark.parametrize(("revision", "right_hash"), [(1, True), (2, False), (3, True), (0, True)])
def test_a_decision_on_any_plan_but_the_latest_as_shown_is_stale(
    store: Store, decision: Decision, revision: int, right_hash: bool
) -> None:
    if decision is Decision.NOT_NOW and revision == 0:
        return  # it names no plan, and dismisses the report as it is
    report = asked(store)
    better = store.plans.propose(report.id or 0, a_plan(title="better"), because="a wish", step="p2")
    hashed = better.hash if right_hash else store.plans.of(report.id or 0, 1).hash
    to = Status.AWAITING_FIX if decision is Decision.APPROVE else Status.DISMISSED
    result = decide(store, report, decision, plan_revision=revision, plan_hash=hashed, to=to)
    assert result.kind is DecidedKind.STALE
    assert state(store, report) == (Status.AWAITING_APPROVAL, [])


def test_an_approval_after_the_plan_expired_is_told_so(store: Store) -> None:
    report = asked(store, expires_in=-HOUR)
    assert decide(store, report).kind is DecidedKind.EXPIRED
    assert state(store, report) == (Status.AWAITING_APPROVAL, [])
    assert decide(store, report, Decision.NOT_NOW, to=Status.DISMISSED).kind is DecidedKind.DONE


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.AWAITING_APPROVAL}))
def test_nothing_but_a_plan_that_waits_can_be_approved(sqlite_store: Store, status: Status) -> None:
    stuck_from = Status.AWAITING_FIX if status is Status.STUCK else None
    report = a_report(sqlite_store, status=status, stuck_from=stuck_from)
    result = decide(sqlite_store, report)
    assert result == Decided(kind=DecidedKind.ALREADY, by="")
    assert state(sqlite_store, report) == (status, [])


def test_a_late_click_on_not_now_does_not_stop_a_fix(store: Store) -> None:
    report = asked(store)
    decide(store, report, by="U1")
    late = decide(store, report, Decision.NOT_NOW, by="U2", to=Status.DISMISSED)
    assert late == Decided(kind=DecidedKind.ALREADY, by="U1")
    on_purpose = decide(store, report, Decision.DISMISS, plan_revision=0, to=Status.DISMISSED, dismissed_because="dup")
    assert on_purpose.kind is DecidedKind.DONE
    assert store.reports.get(report.id or 0).dismissed_because == "dup"


def test_who_decided_is_not_told_when_nobody_did(store: Store) -> None:
    report = a_report(store, status=Status.AWAITING_CHECKS)
    assert decide(store, report) == Decided(kind=DecidedKind.ALREADY, by="")


def test_guidance_sends_the_report_back_and_its_words_are_kept(store: Store) -> None:
    report = asked(store)
    decide(store, report, Decision.GUIDE, to=Status.AWAITING_RESEARCH, words="close it earlier", plan_revision=0)
    assert state(store, report) == (Status.AWAITING_RESEARCH, [Decision.GUIDE])
    assert store.plans.approvals(report.id or 0)[0].words == "close it earlier"


def test_a_decision_without_a_move_is_kept_and_shown(store: Store) -> None:
    report = asked(store)
    assert decide(store, report, Decision.GUIDE, to=None, words="mind the tests").kind is DecidedKind.DONE
    after = store.reports.get(report.id or 0)
    assert (after.status, after.version) == (Status.AWAITING_APPROVAL, report.version + 1)


def test_an_answer_moves_the_report_and_answers_the_question_in_one(store: Store) -> None:
    report = a_report(store, status=Status.AWAITING_ANSWER)
    question = store.plans.ask(report.id or 0, Question(text="Which one?", options=("a", "b")), "q1")
    assert store.plans.question(report.id or 0) == question
    decide(store, report, Decision.ANSWER, to=Status.AWAITING_RESEARCH, words="b", by="U3")
    assert store.plans.question(report.id or 0) is None
    assert store.plans.answer(question.id or 0, "too late", "U4").answer == "b"
    assert store.reports.snapshot(report.id or 0).question is None


def test_an_answer_by_itself_counts_once(store: Store) -> None:
    report = a_report(store, status=Status.AWAITING_ANSWER)
    question = store.plans.ask(report.id or 0, Question(text="Which one?"))
    kept = store.plans.answer(question.id or 0, "a", "U1")
    assert (kept.answer, kept.answered_by, kept.answered_at is None) == ("a", "U1", False)
    with pytest.raises(NotFound):
        store.plans.answer(99, "a", "U1")


def test_asking_again_in_the_same_step_is_the_same_question(store: Store) -> None:
    report = a_report(store, status=Status.AWAITING_RESEARCH)
    first = store.plans.ask(report.id or 0, Question(text="Which one?"), "q1")
    assert store.plans.ask(report.id or 0, Question(text="Which one?"), "q1") == first
    assert store.plans.ask(report.id or 0, Question(text="And now?"), "q2").id != first.id
    assert store.reports.get(report.id or 0).version == report.version + 2


def test_plans_are_numbered_and_the_same_step_is_the_same_plan(store: Store) -> None:
    report = a_report(store, status=Status.AWAITING_RESEARCH)
    first = store.plans.propose(report.id or 0, a_plan(), because="", step="p1")
    assert store.plans.propose(report.id or 0, a_plan(title="never"), because="", step="p1") == first
    second = store.plans.propose(report.id or 0, a_plan(title="better"), because="a wish", step="p2")
    assert (first.revision, second.revision, second.because) == (1, 2, "a wish")
    assert store.reports.get(report.id or 0).plan_revision == 2
    assert store.plans.latest(report.id or 0) == second
    assert store.plans.of(report.id or 0, 1) == first
    assert second.hash == a_plan(title="better").hash != first.hash


def test_many_plans_at_once_get_numbers_of_their_own(store: Store) -> None:
    report = a_report(store, status=Status.AWAITING_RESEARCH)
    propose = [
        lambda n=n: store.plans.propose(report.id or 0, a_plan(title=f"{n}"), because="", step=f"p{n}").revision
        for n in range(5)
    ]
    assert sorted(result for result in together(*propose) if isinstance(result, int)) == [1, 2, 3, 4, 5]


def test_a_plan_that_is_not_there_is_a_sentence(store: Store) -> None:
    report = a_report(store)
    assert store.plans.latest(report.id or 0) is None
    with pytest.raises(NotFound, match="has no plan 3"):
        store.plans.of(report.id or 0, 3)
    with pytest.raises(NotFound, match="has no plan 3"):
        store.plans.shown(report.id or 0, 3, "1.0", None)


def test_a_reply_is_about_the_latest_plan_that_was_posted_before_it(store: Store) -> None:
    report = asked(store)  # plan 1 at 100.5
    store.plans.propose(report.id or 0, a_plan(title="2"), because="", step="p2")
    store.plans.shown(report.id or 0, 2, "1000.000100", None)
    store.plans.propose(report.id or 0, a_plan(title="3"), because="", step="p3")  # not posted yet
    found = [store.plans.before(report.id or 0, ts) for ts in ("99.9", "100.5", "100.6", "1000.0001", "1000.000101")]
    assert [plan.revision if plan else None for plan in found] == [None, None, 1, 1, 2]


def test_where_a_plan_was_first_shown_is_kept(store: Store) -> None:
    report = asked(store)
    before = store.plans.of(report.id or 0, 1)
    store.plans.shown(report.id or 0, 1, "200.0", None)
    assert store.plans.of(report.id or 0, 1) == before


def test_only_the_latest_plan_of_a_report_that_waits_expires(store: Store) -> None:
    expired, fresh = asked(store, expires_in=-HOUR), asked(store)
    revised, decided = asked(store, expires_in=-HOUR), asked(store, expires_in=HOUR)
    store.plans.propose(revised.id or 0, a_plan(title="2"), because="", step="p2")
    decide(store, decided)
    assert [report.id for report in store.plans.expired(now())] == [expired.id]
    assert [report.id for report in store.plans.expired(now() + 2 * HOUR)] == [expired.id, fresh.id]


def test_a_refused_try_is_kept_and_moves_nothing(store: Store) -> None:
    report = asked(store)
    store.plans.refuse(report.id or 0, by="U9", via="button", words="approve", because="U9 is a guest")
    (approval,) = store.plans.approvals(report.id or 0)
    assert isinstance(approval, Approval)
    assert (approval.decision, approval.by, approval.words) == (Decision.REFUSED, "U9", "approve")
    assert store.reports.get(report.id or 0) == report
    assert "U9 is a guest" in store.reports.journal(report.id or 0)[-1].text


def test_who_presses_retry_has_granted_rounds_by_the_time_the_report_has_moved(store: Store) -> None:
    report = a_report(store, status=Status.STUCK, stuck_from=Status.AWAITING_CHECKS)
    for revision, rounds in ((1, 2), (2, 3)):
        fix = store.fixes.start(report.id or 0, revision, "acme/app", f"fix/{revision}", "c0ffee")
        store.fixes.change(fix.id or 0, rounds=rounds)

    first = decide(store, report, Decision.RETRY, to=Status.AWAITING_CHECKS)
    latest = store.fixes.latest(report.id or 0)

    assert first.kind is DecidedKind.DONE
    assert latest is not None
    assert (latest.plan_revision, latest.granted) == (2, 3)
    assert store.fixes.get(1).granted == 0
