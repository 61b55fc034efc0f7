"""Reports: moves through the state chart, each told once."""

from __future__ import annotations

import datetime as dt
from typing import Unpack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.changes import ReportChanges
from storage.columns import now
from storage.errors import IllegalMove, NotFound
from storage.judgments import Bucket, Outcome, Priority, Question, Verdict
from storage.records import Decision, Entry, EntryKind, Report
from storage.status import CLOSED, WITH_A_FIX, WORKED_ON, Mover, Status, may_move
from storage.store import Store
from tests.factories import a_plan, a_report, a_research, a_signal
from tests.storage.together import together

VERDICT = Verdict(bucket=Bucket.ACTIONABLE, priority=Priority.P1, reason="It can be fixed.")
STEPS = st.lists(st.tuples(st.sampled_from(list(Status)), st.sampled_from(list(Mover))), max_size=40)


def to_research(
    store: Store,
    report: Report,
    *,
    step: str | None = None,
    expect: Status | None = None,
    **changes: Unpack[ReportChanges],
) -> Report:
    return store.reports.move(
        report.id or 0,
        Status.AWAITING_RESEARCH,
        mover=Mover.WORLD,
        who="world",
        because="there is enough",
        step=step,
        expect=expect,
        **changes,
    )


def moves(store: Store, report: Report) -> list[Entry]:
    return [entry for entry in store.reports.journal(report.id or 0) if entry.kind is EntryKind.MOVE]


def test_a_move_and_its_line_are_written_together(store: Store) -> None:
    report = a_report(store, tries=3, not_before=now())
    moved = to_research(store, report, repository="acme/web", step="digest:1/ripe")
    assert moved == store.reports.get(report.id or 0)
    assert (moved.status, moved.repository) == (Status.AWAITING_RESEARCH, "acme/web")
    assert (moved.attempt, moved.version, moved.tries, moved.not_before) == (2, report.version + 1, 0, None)
    assert moved.since > report.since
    (entry,) = moves(store, report)
    assert (entry.before, entry.after, entry.who) == (Status.GATHERING, Status.AWAITING_RESEARCH, "world")
    assert (entry.text, entry.step) == ("there is enough", "digest:1/ripe")


def test_a_move_keeps_the_judgments_that_led_to_it(store: Store) -> None:
    report = a_report(store, status=Status.AWAITING_RESEARCH)
    found = a_research()
    moved = store.reports.move(
        report.id or 0,
        Status.AWAITING_APPROVAL,
        mover=Mover.MACHINE,
        who="machine",
        because="a plan",
        judgment=found,
        research=found,
        verdict=VERDICT,
        priority=VERDICT.priority,
    )
    assert (moved.research, moved.verdict, moved.priority) == (found, VERDICT, Priority.P1)
    assert store.reports.get(report.id or 0).research == found
    assert moves(store, report)[0].judgment == found.model_dump(mode="json")


def test_an_illegal_move_is_refused_and_leaves_nothing(store: Store) -> None:
    report = a_report(store)
    with pytest.raises(IllegalMove, match=r"SB-\d+ is gathering; the machine may not move it to awaiting_fix"):
        store.reports.move(report.id or 0, Status.AWAITING_FIX, mover=Mover.MACHINE, who="machine", because="x")
    assert store.reports.get(report.id or 0) == report
    assert moves(store, report) == []


def test_a_move_from_where_the_report_no_longer_is_is_refused(store: Store) -> None:
    report = a_report(store)
    with pytest.raises(IllegalMove, match="somebody was quicker"):
        to_research(store, report, expect=Status.AWAITING_APPROVAL)


def test_repeating_one_s_own_move_is_no_move_wherever_the_report_is_by_then(store: Store) -> None:
    report = a_report(store)
    to_research(store, report, step="s1")
    gathering = store.reports.move(
        report.id or 0, Status.GATHERING, mover=Mover.MACHINE, who="machine", because="nothing found", step="s2"
    )
    assert to_research(store, report, step="s1", expect=Status.GATHERING) == gathering
    assert len(moves(store, report)) == 2


def test_another_report_s_step_is_refused(store: Store) -> None:
    one, other = a_report(store), a_report(store)
    to_research(store, one, step="s1")
    with pytest.raises(IllegalMove, match="belongs to"):
        to_research(store, other, step="s1")


def test_of_many_movers_at_once_one_wins(store: Store) -> None:
    report = a_report(store)
    results = together(*[lambda: to_research(store, report)] * 6)
    assert sum(isinstance(result, Report) for result in results) == 1
    assert sum(isinstance(result, IllegalMove) for result in results) == 5
    assert len(moves(store, report)) == 1


def test_the_same_step_many_times_at_once_is_one_move(store: Store) -> None:
    report = a_report(store)
    results = together(*[lambda: to_research(store, report, step="s1")] * 6)
    assert all(result == results[0] for result in results)
    assert len(moves(store, report)) == 1


def test_a_stuck_report_says_why_and_goes_back_only_to_where_it_was(store: Store) -> None:
    report = a_report(store, status=Status.AWAITING_CHECKS)

    def move(to: Status, mover: Mover, **more: Unpack[ReportChanges]) -> Report:
        return store.reports.move(report.id or 0, to, mover=mover, who="x", because="no checks came", **more)

    stuck = move(Status.STUCK, Mover.MACHINE, stuck_because=Outcome.NO_CHECKS)
    assert (stuck.stuck_from, stuck.stuck_because) == (Status.AWAITING_CHECKS, Outcome.NO_CHECKS)
    assert stuck.note == "no checks came"
    for elsewhere in WORKED_ON - {Status.AWAITING_CHECKS, Status.AWAITING_PROOF}:
        with pytest.raises(IllegalMove):
            move(elsewhere, Mover.HUMAN)
    back = move(Status.AWAITING_CHECKS, Mover.HUMAN)
    assert (back.status, back.stuck_from, back.stuck_because, back.note) == (Status.AWAITING_CHECKS, None, None, "")


@pytest.mark.parametrize("status", sorted(WORKED_ON - {Status.AWAITING_PROOF}))
def test_only_what_got_stuck_with_a_fix_may_have_been_merged_by_people(sqlite_store: Store, status: Status) -> None:
    report = a_report(sqlite_store, status=status)
    move = sqlite_store.reports.move
    move(report.id or 0, Status.STUCK, mover=Mover.MACHINE, who="x", because="y", stuck_because=Outcome.FAILED)

    def merged() -> Report:
        return move(report.id or 0, Status.AWAITING_PROOF, mover=Mover.HUMAN, who="ada", because="merged by ada")

    if status is Status.AWAITING_RESEARCH:
        with pytest.raises(IllegalMove):
            merged()
    else:
        assert merged().status is Status.AWAITING_PROOF


@pytest.mark.parametrize("status", sorted(WORKED_ON))
def test_every_status_that_is_worked_on_may_get_stuck_and_come_back(sqlite_store: Store, status: Status) -> None:
    report = a_report(sqlite_store, status=status)
    for to, mover in ((Status.STUCK, Mover.MACHINE), (status, Mover.HUMAN)):
        report = sqlite_store.reports.move(report.id or 0, to, mover=mover, who="x", because="x")
    assert report.status is status


def _leads_out_of_stuck(stuck_from: Status | None, to: Status, mover: Mover) -> bool:
    """Back to where it was; else only what others did to its pull request."""
    if to is Status.AWAITING_REVIEW and stuck_from is Status.AWAITING_CHECKS:
        return mover is Mover.WORLD
    return to in (stuck_from, Status.DISMISSED) or (to is Status.AWAITING_PROOF and stuck_from in WITH_A_FIX)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_walk_leads_to_an_illegal_state_and_the_journal_tells_it_all(
    sqlite_store: Store, steps: list[tuple[Status, Mover]]
) -> None:
    report_id = a_signal(sqlite_store, filed=True).report_id or 0
    at, stuck_from, moved = Status.GATHERING, None, 0
    for to, mover in steps:
        legal = may_move(at, to, mover) and (at is not Status.STUCK or _leads_out_of_stuck(stuck_from, to, mover))
        legal = legal and at is not Status.DISMISSED  # nothing was merged away here
        try:
            report = sqlite_store.reports.move(report_id, to, mover=mover, who=mover, because="x")
        except IllegalMove:
            assert not legal
            continue
        assert legal
        assert report.status is to
        stuck_from = at if to is Status.STUCK else None
        assert report.stuck_from is stuck_from
        at, moved = to, moved + 1

    entries = [entry for entry in sqlite_store.reports.journal(report_id) if entry.kind is EntryKind.MOVE]
    replayed = Status.GATHERING
    for entry in entries:
        assert entry.before is replayed
        assert entry.after is not None
        replayed = entry.after
    report = sqlite_store.reports.get(report_id)
    assert (replayed, len(entries)) == (report.status, moved)
    assert report.attempt == 1 + moved


def test_columns_change_without_a_move_and_once_a_step(store: Store) -> None:
    report = a_report(store)
    for note in ("first", "second"):
        store.reports.change(report.id or 0, step="s1", note=note, priority=Priority.P0)
    after = store.reports.get(report.id or 0)
    assert (after.note, after.priority, after.version, after.attempt) == ("first", Priority.P0, report.version + 1, 1)
    assert store.reports.change(report.id or 0, note="third").note == "third"


def test_a_note_is_written_once_a_step_and_returned_again(store: Store) -> None:
    report = a_report(store)
    first, second = (
        store.reports.note(report.id or 0, EntryKind.EFFECT, "machine", "opened #7", step="pr") for _ in range(2)
    )
    assert first == second
    assert [entry.text for entry in store.reports.journal(report.id or 0)][1:] == ["opened #7"]
    assert store.reports.get(report.id or 0).version == report.version + 1


def test_a_failed_try_is_told_and_put_off_under_a_new_attempt(store: Store) -> None:
    report = a_report(store, status=Status.AWAITING_FIX)
    until = now() + dt.timedelta(minutes=1)
    for tries in (1, 2):
        after = store.reports.postpone(report.id or 0, "the model is down", until)
        assert (after.tries, after.attempt, after.not_before, after.note) == (
            tries,
            1 + tries,
            until,
            "the model is down",
        )
    assert [entry.kind for entry in store.reports.journal(report.id or 0)][1:] == [EntryKind.TROUBLE] * 2
    dismissed = store.reports.move(report.id or 0, Status.DISMISSED, mover=Mover.HUMAN, who="U1", because="not now")
    assert dismissed.note == ""  # it is in nobody's way any more


def test_open_reports_come_newest_first_without_the_closed_ones(store: Store) -> None:
    reports = [a_report(store, status=status) for status in Status]
    still_open = [report.id for report in reports if report.status not in CLOSED]
    assert [report.id for report in store.reports.open()] == still_open[::-1]
    assert [report.id for report in store.reports.open(limit=2)] == still_open[::-1][:2]
    assert [report.id for report in store.reports.all()] == [report.id for report in reports]


def test_reports_that_wait_come_by_status_the_longest_wait_first(store: Store) -> None:
    later = a_report(store, status=Status.AWAITING_CHECKS)
    sooner = a_report(store, status=Status.AWAITING_REVIEW, since=now() - dt.timedelta(hours=1))
    a_report(store)
    found = store.reports.waiting(Status.AWAITING_CHECKS, Status.AWAITING_REVIEW)
    assert [report.id for report in found] == [sooner.id, later.id]


def test_a_report_is_found_by_its_root_message_and_by_no_other(store: Store) -> None:
    report = a_report(store)
    card = store.outbox.intend(report.id or 0, "card", "C1", "")
    plan = store.outbox.intend(report.id or 0, "plan:1", "C1", "1.0")
    store.outbox.posted(card.id or 0, "1.0", "h")
    store.outbox.posted(plan.id or 0, "2.0", "h")
    found = [store.reports.at_thread(channel, ts) for channel, ts in (("C1", "1.0"), ("C1", "2.0"), ("C2", "1.0"))]
    assert [each.id if each else None for each in found] == [report.id, None, None]


def test_a_snapshot_holds_all_that_belongs_to_a_report(store: Store) -> None:
    old = a_report(store, status=Status.RESOLVED)
    report = a_report(store, status=Status.AWAITING_APPROVAL, signals=2, regression_of=old.id)
    report_id = report.id or 0
    store.plans.propose(report_id, a_plan(title="better"), because="a wish", step="p2")
    question = store.plans.ask(report_id, Question(text="Which one?"), "q1")
    store.plans.decide(report_id, Decision.GUIDE, by="U1", via="reply", words="do it otherwise")
    fix = store.fixes.start(report_id, 1, "acme/app", "sb-1", "abc")
    signals = store.signals.of_report(report_id)
    store.spending.reserve("research", "x", "m", 0.5, report_id=report_id)
    store.spending.reserve("screen", "x", "m", 0.25, signal_id=signals[0].id)
    a_report(store)

    seen = store.reports.snapshot(report_id)
    assert seen.report == store.reports.get(report_id)
    assert [signal.id for signal in seen.signals] == [signal.id for signal in signals]
    assert [plan.revision for plan in seen.plans] == [1, 2]
    assert seen.question == question
    assert [approval.words for approval in seen.approvals] == ["do it otherwise"]
    assert [each.id for each in seen.fixes] == [fix.id]
    moves = [entry for entry in store.reports.journal(report_id) if entry.kind is EntryKind.MOVE]
    assert list(seen.moves) == moves
    assert (seen.gathered.total, seen.gathered.shown, seen.gathered.sources) == (2, 2, ("slack",))
    assert seen.regression_of is not None
    assert seen.regression_of.id == old.id
    assert (seen.spending.usd, seen.spending.calls) == (0.75, 2)
    assert {stage: spent.usd for stage, spent in seen.by_stage.items()} == {"research": 0.5, "screen": 0.25}


def test_a_snapshot_of_nothing_is_a_sentence(store: Store) -> None:
    with pytest.raises(NotFound, match="no report 5"):
        store.reports.snapshot(5)
