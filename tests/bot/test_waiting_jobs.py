"""Jobs that stop at a checkpoint, in a pause or because something is down, and go on there."""

from __future__ import annotations

from functools import partial
from typing import Any

from agents.errors import ModelDown, SpentForToday
from bot.durable.enqueuing import digest_id, work_id
from bot.jobs import PARKS, TRIES
from storage.columns import now
from storage.judgments import Grouping
from storage.status import Mover, Status
from storage.switches import PAUSED
from tests.bot.works import Works, has_tried, until
from tests.factories import a_raw_signal, a_report, a_signal


def test_a_pause_stops_a_job_at_its_next_checkpoint_and_it_goes_on_there(works: Works) -> None:
    works.lines.hold(2)
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    job_id = work_id(report) or ""
    works.jobs.enqueuer.work(report)
    until(lambda: works.turns() == ["1", "2"], "the second turn begins")
    works.store.switches.put(PAUSED, True, by="U1")
    works.lines.let_go(2)
    until(lambda: job_id not in works.engine.alive(), "the job stops")
    works.jobs.sweep()
    assert works.status(report.id or 0) is Status.AWAITING_RESEARCH
    assert works.engine.is_over(job_id) is False
    assert works.turns() == ["1", "2"]
    works.store.switches.put(PAUSED, False, by="U1")
    works.jobs.sweep()
    until(lambda: works.status(report.id or 0) is Status.GATHERING, "it goes on")
    assert works.turns() == ["1", "2", "3"]


def test_a_job_whose_model_is_down_waits_at_its_turn_and_pays_no_earlier_turn_again(works: Works) -> None:
    works.jobs.waits = ()
    works.pipeline.down[2] = [ModelDown("The model is overloaded.", retry_after=90.0), ModelDown("It still is.")]
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    report_id, job_id = report.id or 0, work_id(report) or ""
    works.jobs.enqueuer.work(report)
    for tries, note in ((1, "The model is overloaded."), (2, "It still is.")):
        until(partial(has_tried, works, report_id, tries), "it waits")
        until(lambda: job_id not in works.engine.alive(), "the job stops")
        waiting = works.store.reports.get(report_id)
        assert (waiting.status, waiting.note, work_id(waiting)) == (Status.AWAITING_RESEARCH, note, job_id)
        works.jobs.clock = now
        works.jobs.sweep()
        assert job_id not in works.engine.alive()
        assert not works.engine.is_over(job_id)
        works.later(seconds=1_000 * tries)
        works.jobs.sweep()
    until(lambda: works.status(report_id) is Status.GATHERING, "it goes on")
    assert works.turns() == ["1", "2", "2", "2", "3"]


def test_work_beyond_the_days_budget_waits_for_the_next_day_and_goes_on_by_itself(works: Works) -> None:
    """With the usual waits: a thread is not kept for what is hours away. Nobody has to press Retry."""
    works.pipeline.down[2] = [SpentForToday("Today's budget is spent.", retry_after=3_600.0)] * 2
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    report_id, job_id = report.id or 0, work_id(report) or ""
    works.jobs.enqueuer.work(report)
    for tries in (1, 2):
        until(partial(has_tried, works, report_id, tries), "it waits")
        until(lambda: job_id not in works.engine.alive(), "the job stops")
        waiting = works.store.reports.get(report_id)
        assert (waiting.status, waiting.note) == (Status.AWAITING_RESEARCH, "Today's budget is spent.")
        works.later(seconds=3_700 * tries)
        works.jobs.sweep()
    until(lambda: works.status(report_id) is Status.GATHERING, "it goes on")
    assert works.turns() == ["1", "2", "2", "2", "3"]


def test_a_pause_holds_a_job_that_waits_and_a_move_lets_it_end(works: Works) -> None:
    works.jobs.waits = ()
    works.pipeline.down[3] = [ModelDown("The model is overloaded.")]
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    report_id, job_id = report.id or 0, work_id(report) or ""
    works.jobs.enqueuer.work(report)
    until(lambda: works.store.reports.get(report_id).tries == 1, "it waits")
    until(lambda: job_id not in works.engine.alive(), "the job stops")
    works.store.switches.put(PAUSED, True, by="U1")
    works.later(seconds=400)
    works.jobs.sweep()
    assert job_id not in works.engine.alive()
    works.store.switches.put(PAUSED, False, by="U1")
    works.store.reports.move(report_id, Status.DISMISSED, mover=Mover.HUMAN, who="U1", because="not now")
    works.jobs.clock = now
    works.jobs.sweep()
    until(lambda: works.engine.is_over(job_id), "it ends")
    assert works.status(report_id) is Status.DISMISSED


def test_a_job_that_waited_too_often_at_one_turn_is_stuck_and_says_why(works: Works) -> None:
    works.jobs.waits, works.jobs.parks = (), TRIES
    works.pipeline.down[1] = [ModelDown("The model is overloaded.")] * (TRIES + 1)
    report = a_report(works.store, status=Status.AWAITING_RESEARCH)
    works.jobs.enqueuer.work(report)
    assert PARKS > TRIES
    works.later(days=1)
    for tries in range(1, TRIES + 1):
        until(partial(has_tried, works, report.id or 0, tries), "it waits")
        until(lambda: not [job for job in works.engine.alive() if job.startswith("research:")], "the job stops")
        works.later(days=1 + tries)
        works.jobs.sweep()
    until(lambda: works.status(report.id or 0) is Status.STUCK, "it is stuck")
    assert works.store.reports.get(report.id or 0).note == "The model is overloaded."
    assert len(works.turns()) == TRIES + 1


def test_what_grew_while_its_digest_filed_it_is_weighed_by_a_job_of_another_id(works: Works) -> None:
    said: dict[str, Any] = {"source": "errors", "external_id": "SHOP-1", "body": "It broke"}
    waiting = a_signal(works.store, **said)
    works.jobs.enqueuer.digest(waiting)
    until(lambda: works.engine.is_over(digest_id(waiting)), "the digest")
    works.store.signals.remember(a_raw_signal(**said, reach=10))
    works.store.filing.file(
        waiting.id or 0,
        report_id=a_report(works.store).id,
        grouping=Grouping(reason="They are the same problem."),
        candidates=(),
        epoch=works.store.filing.epoch(),
        weight=1.0,
        keys=(),
        new_report=None,
        step="digest:1.1/file",
    )

    works.jobs.sweep()

    until(lambda: works.lines.all("digest") == [[str(waiting.id), "here"]] * 2, "the weighing")
