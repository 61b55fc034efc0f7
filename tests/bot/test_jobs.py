"""Jobs on the real engine: what is enqueued once, what a lost enqueue comes to, and what a fault does."""

from __future__ import annotations

import datetime as dt
import re
from functools import partial

import pytest

from agents.errors import CodeHostDown, CodeHostRejected, ModelDown
from bot.chores import Chores
from bot.durable.enqueuing import work_id
from bot.durable.putting_off import is_looked_at
from bot.durable.queues import Queue
from bot.forgetting import forget_ended
from bot.jobs import TRIES
from storage.columns import now
from storage.judgments import Outcome, Stage
from storage.status import SignalStatus, Status
from tests.bot.works import Works, has_tried, until
from tests.factories import a_held_signal, a_report, a_signal


def test_three_enqueues_of_one_id_are_one_job_even_after_it_ended(works: Works) -> None:
    for _ in range(2):
        works.engine.enqueue("pull:x:1", Queue.PULL, "pull", "x")
    until(lambda: works.engine.is_over("pull:x:1"), "the job ends")
    works.engine.enqueue("pull:x:1", Queue.PULL, "pull", "x")
    works.engine.enqueue("pull:x:2", Queue.PULL, "pull", "second")
    until(lambda: works.engine.is_over("pull:x:2"), "the other job ends")
    assert sorted(works.lines.all("pull")) == [["second", "here"], ["x", "here"]]


def test_the_sweep_finds_the_rows_whose_enqueue_was_lost(works: Works) -> None:
    report_id = a_report(works.store, status=Status.AWAITING_RESEARCH).id or 0
    undrawn = a_report(works.store).id or 0
    waiting = a_signal(works.store)
    assert waiting.status is SignalStatus.AWAITING_DIGEST
    assert works.engine.alive() == []
    works.jobs.sweep()
    until(lambda: works.status(report_id) is Status.GATHERING, "the research")
    until(lambda: works.lines.all("digest") == [[str(waiting.id), "here"]], "the digest")
    until(lambda: undrawn not in dict(works.store.due.now(now()).undrawn), "the drawing")
    assert works.turns() == ["1", "2", "3"]


def test_a_digest_and_the_sweep_tell_who_asked_for_what_is_held(works: Works) -> None:
    answered: list[int] = []
    works.jobs.chores = Chores(answer=answered.append)
    digested = a_signal(works.store).id or 0
    works.engine.enqueue("digest:1:1.1", Queue.DIGEST, "digest", str(digested))
    until(lambda: answered == [digested], "the answer after the digest")
    held = a_held_signal(works.store, asked_by="U1").id or 0
    a_held_signal(works.store)
    works.jobs.sweep()
    assert {*answered} == {digested, held}  # the sweep may have had the first digested once more by now


def test_the_clocks_check_looks_up_what_a_source_may_have_deleted(works: Works) -> None:
    checked: list[str] = []
    works.jobs.chores = Chores(check=checked.append)
    works.engine.enqueue("check:errors:1", Queue.PULL, "check", "errors")
    until(lambda: checked == ["errors"], "the check")


def test_the_clock_writes_off_calls_that_nobody_settled_within_an_hour(works: Works) -> None:
    works.store.spending.reserve("research", "C1/1", "model", 0.5)
    works.engine.enqueue("forget:1", Queue.UPKEEP, "forget", "1")
    until(lambda: works.engine.is_over("forget:1"), "the first tick")
    assert works.store.spending.total().usd == 0.5
    works.later(minutes=61)
    works.engine.enqueue("forget:2", Queue.UPKEEP, "forget", "2")
    until(lambda: works.engine.is_over("forget:2"), "the second tick")
    assert works.store.spending.total().usd == 0.0


def test_all_jobs_that_ended_are_forgotten_however_many_an_hour_brings(works: Works) -> None:
    """The ticks alone are some 1,300 an hour: what is left each hour would grow for ever."""
    for number in range(7):
        works.engine.enqueue(f"look:{number}", Queue.UPKEEP, "look", str(number))
    until(lambda: all(works.engine.is_over(f"look:{number}") for number in range(7)), "the ticks")
    later = now() + dt.timedelta(days=1)
    assert forget_ended(works.engine, later, at_once=3) == 7
    assert forget_ended(works.engine, later) == 0


def test_a_job_that_met_a_closed_door_is_put_off_and_tried_again_under_a_new_id(works: Works) -> None:
    works.pipeline.fails.append(ModelDown("The model did not answer.", retry_after=90.0))
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    report_id, first = report.id or 0, work_id(report) or ""
    before = now()
    works.jobs.enqueuer.work(report)
    until(lambda: works.engine.is_over(first), "the first try")
    put_off = works.store.reports.get(report_id)
    assert (put_off.status, put_off.tries, put_off.note) == (Status.AWAITING_RESEARCH, 1, "The model did not answer.")
    assert put_off.not_before is not None
    assert put_off.not_before >= before + dt.timedelta(seconds=90)
    assert work_id(put_off) != first
    works.jobs.sweep()
    assert works.engine.is_over(work_id(put_off) or "") is False
    assert not [job for job in works.engine.alive() if job.startswith("research:")]
    works.later(seconds=400)
    works.jobs.sweep()
    until(lambda: works.status(report_id) is Status.GATHERING, "the second try")
    assert works.engine.is_over(first)
    assert works.turns() == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (CodeHostRejected("GitHub refused: the token lacks contents:write."), r"^GitHub refused: the token lacks"),
        (KeyError("surprise"), r"inside Signalbox \(reference [0-9a-f]{6} in its log\)\. Press Retry"),
    ],
)
def test_any_other_fault_ends_stuck_with_a_sentence(works: Works, fault: Exception, says: str) -> None:
    works.pipeline.fails.append(fault)
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    works.store.runs.begin(work_id(report) or "", Stage.RESEARCH, report.id or 0)
    works.jobs.enqueuer.work(report)
    until(lambda: works.status(report.id or 0) is Status.STUCK, "it is stuck")
    (run,) = works.store.runs.all()
    assert run.outcome is Outcome.FAILED
    assert re.search(says, run.why), run.why
    assert works.store.reports.get(report.id or 0).stuck_from is Status.AWAITING_RESEARCH
    last = works.store.reports.journal(report.id or 0)[-1]
    assert re.search(says, last.text), last.text
    assert "surprise" not in last.text


def test_the_fault_of_a_superseded_job_is_not_laid_at_the_reports_door(works: Works) -> None:
    works.pipeline.fails.append(CodeHostRejected("403"))
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    report_id, old = report.id or 0, work_id(report) or ""
    works.store.runs.begin(old, Stage.RESEARCH, report_id)
    works.store.plans.anew(report_id, Status.AWAITING_RESEARCH, by="U1", via="reply", words="repository: a/b")
    works.engine.enqueue(old, Queue.RESEARCH, "research", str(report_id))
    until(lambda: works.engine.is_over(old), "the job ends")

    (run,) = works.store.runs.all()
    assert run.outcome is Outcome.FAILED
    assert works.status(report_id) is Status.AWAITING_RESEARCH
    assert works.store.reports.get(report_id).not_before is None


def test_the_clock_has_vectors_of_another_encoder_made_anew(works: Works) -> None:
    made: list[int] = []

    def reencode() -> int:
        made.append(1)
        return len(made)

    works.jobs.chores = Chores(reencode=reencode)
    works.engine.enqueue("reencode:1", Queue.UPKEEP, "reencode", "1")
    until(lambda: made == [1], "the new vectors")


def test_what_got_stuck_with_a_pull_request_is_still_looked_at_and_nothing_else_that_did(works: Works) -> None:
    taken_over, hopeless = (
        a_report(works.store, status=Status.STUCK, stuck_from=Status.AWAITING_REVIEW, plan_revision=1).id or 0
        for _ in range(2)
    )
    fix = works.store.fixes.start(taken_over, 1, "acme/shop", "signalbox/sb-1", "0" * 40)
    works.store.fixes.change(fix.id or 0, number=7)

    works.jobs.look("12:00")

    until(lambda: works.engine.is_over(f"follow:{taken_over}:12:00"), "the look")
    assert not works.engine.is_over(f"follow:{hopeless}:12:00")


def test_what_comes_again_by_the_clock_is_not_saved_up_while_all_is_paused(works: Works) -> None:
    report_id = a_report(works.store, status=Status.AWAITING_REVIEW).id or 0
    works.store.switches.pause(True, "U1")
    works.engine.enqueue("pull:x:1", Queue.PULL, "pull", "x")
    works.jobs.look("1")

    slots = ("pull:x:1", f"follow:{report_id}:1")
    until(lambda: not set(slots) & set(works.engine.alive()), "the two slots")
    assert all(works.engine.is_over(each) for each in slots)  # and not interrupted, to be resumed with all the others
    assert works.lines.all("pull") == works.lines.all("look") == []


def test_looks_that_fail_for_hours_leave_a_report_where_it_is_and_the_next_good_one_forgets_them(works: Works) -> None:
    report_id = a_report(works.store, status=Status.AWAITING_REVIEW).id or 0
    down = "GitHub answered 502."
    works.pipeline.fails += [CodeHostDown(down) for _ in range(TRIES + 2)]
    for tries in range(1, TRIES + 3):
        works.later(hours=tries)
        works.jobs.look(f"slot {tries}")
        until(partial(has_tried, works, report_id, tries), "the look fails")
    waiting = works.store.reports.get(report_id)
    assert (waiting.status, waiting.note, waiting.attempt) == (Status.AWAITING_REVIEW, down, 1)
    assert [entry.text for entry in works.store.reports.journal(report_id)].count(down) == 1

    works.later(hours=TRIES + 3)
    works.jobs.look("the last slot")
    until(partial(has_tried, works, report_id, 0), "the good look")
    seen = works.store.reports.get(report_id)
    assert (seen.status, seen.note, seen.not_before) == (Status.AWAITING_REVIEW, "", None)


def test_looks_that_wait_in_line_while_one_fails_put_a_report_off_only_once(works: Works) -> None:
    report_id = a_report(works.store, status=Status.AWAITING_REVIEW).id or 0
    works.pipeline.fails += [CodeHostDown("GitHub answered 502.", 100.0) for _ in range(9)]
    works.jobs.look("slot 1")
    until(partial(has_tried, works, report_id, 1), "the look fails")
    for slot in ("slot 2", "slot 3"):  # as they were enqueued before that
        works.engine.enqueue(f"follow:{report_id}:{slot}", Queue.FOLLOW, "follow", str(report_id))
        until(partial(works.engine.is_over, f"follow:{report_id}:{slot}"), "it is done")
    assert works.store.reports.get(report_id).tries == 1


@pytest.mark.parametrize(
    ("age", "every", "looks"),
    [
        (dt.timedelta(minutes=50), 30, 120),
        (dt.timedelta(hours=3), 30, 30),
        (dt.timedelta(days=3), 30, 6),
        (dt.timedelta(days=3), 900, 4),
        (dt.timedelta(seconds=-5), 30, 120),
    ],
)
def test_an_hour_of_looks_leaves_githubs_rate_to_others_the_longer_a_review_takes(
    age: dt.timedelta, every: float, looks: int
) -> None:
    slots = [str(number) for number in range(1_000, 1_000 + int(3_600 / every))]

    for report_id in (1, 2, 3):
        assert sum(is_looked_at(report_id, slot, age, every) for slot in slots) == looks


def test_a_report_in_review_for_days_is_looked_at_in_some_slots_and_its_soak_in_all(works: Works) -> None:
    review = a_report(works.store, status=Status.AWAITING_REVIEW).id or 0
    works.later(days=2)
    for slot in range(17):
        works.jobs.look(str(slot))
    soak = a_report(works.store, status=Status.AWAITING_PROOF).id or 0
    for slot in range(17, 20):
        works.jobs.look(str(slot))

    until(lambda: all(works.engine.is_over(f"prove:{soak}:{slot}") for slot in range(17, 20)), "the soaks")
    until(lambda: len(works.lines.all("look")) == 1, "the look")
    assert [line[0] for line in works.lines.all("look")] == [str(review)]


def test_a_sweep_enqueues_what_waits_for_the_machine_before_it_talks_to_a_slack_that_may_be_silent(
    works: Works,
) -> None:
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    works.lines.hold(1)
    job_id = work_id(report) or ""
    works.store.inbox.receive("Ev1", "message", {})
    seen: list[bool] = []
    works.jobs.inbox = lambda _: seen.append(job_id in works.engine.alive())
    works.later(days=1)
    works.jobs.sweep()
    assert seen == [True]
    works.lines.let_go(1)
