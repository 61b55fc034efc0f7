"""What the sweep does for questions that wait."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import cast

from bot.chores import Chores
from bot.durable.enqueuing import Enqueuer
from bot.inquiry_jobs import enqueue_inquiries
from storage.columns import now
from storage.judgments import Outcome, Stage
from storage.store import Store
from tests.bot.inquiries import ANSWER
from tests.bot.workplace import BOB
from tests.bot.works import Works, until
from tests.factories import a_report


def test_the_sweep_finds_a_question_and_one_whose_job_ended_without_a_word_is_tried_again(works: Works) -> None:
    report_id = a_report(works.store).id or 0
    row = works.store.inquiries.ask(
        report_id, by=BOB, words="why?", message="C1/1.0", most=9, since=now() - dt.timedelta(days=1)
    )
    assert row is not None
    works.store.runs.begin(f"inquire:{row.id}:1", Stage.INQUIRE, report_id)
    works.jobs.sweep()  # the job meets what nobody thought of
    until(lambda: works.engine.is_over(f"inquire:{row.id}:1"), "the job ends")
    works.jobs.sweep()
    assert (row.attempt, works.store.inquiries.get(row.id or 0).trouble) == (1, ""), "once is nobody's business"
    works.jobs.sweep()
    until(lambda: works.engine.is_over(f"inquire:{row.id}:2"), "the next job ends")
    works.jobs.sweep()
    assert "by a fault of mine" in works.store.inquiries.get(row.id or 0).trouble
    assert [run.outcome for run in works.store.runs.of_report(report_id)] == [Outcome.FAILED]
    answered: list[int] = []

    def answer(subject: int, *_: object) -> None:
        works.store.inquiries.answer(subject, ANSWER)
        answered.append(subject)

    works.jobs.chores = replace(Chores(), inquire=answer)
    works.later(minutes=1)
    works.jobs.sweep()
    until(lambda: answered == [row.id], "the next try")
    assert works.store.inquiries.due(now() + dt.timedelta(days=1)) == []


class Late:
    """An engine whose job ends well while the sweep looks at it."""

    def __init__(self, store: Store) -> None:
        self.store, self.published = store, list[int]()
        self.engine = self

    def is_over(self, job_id: str) -> bool:
        self.store.runs.begin(job_id, Stage.INQUIRE, 1)
        self.store.runs.end(job_id, Outcome.FINISHED, "It is done.", 1.0)
        self.store.inquiries.answer(1, ANSWER)
        return True

    def publish(self, report_id: int) -> None:
        self.published.append(report_id)


def test_a_question_that_is_answered_while_the_sweep_looks_stays_answered(sqlite_store: Store) -> None:
    report_id = a_report(sqlite_store).id or 0
    sqlite_store.inquiries.ask(
        report_id, by=BOB, words="why?", message="C1/1.0", most=9, since=now() - dt.timedelta(days=1)
    )
    late = Late(sqlite_store)
    enqueue_inquiries(sqlite_store, cast("Enqueuer", late), now())
    assert late.published == []
    assert [run.outcome for run in sqlite_store.runs.of_report(report_id)] == [Outcome.FINISHED]


def test_a_job_of_the_report_that_breaks_off_ends_no_answer(sqlite_store: Store) -> None:
    report_id = a_report(sqlite_store).id or 0
    sqlite_store.runs.begin("inquire:1:1", Stage.INQUIRE, report_id)
    sqlite_store.runs.begin("research:1:1", Stage.RESEARCH, report_id)
    sqlite_store.runs.broke_off(report_id, "It broke off.")
    outcomes = {run.stage: run.outcome for run in sqlite_store.runs.of_report(report_id)}
    assert outcomes == {Stage.INQUIRE: None, Stage.RESEARCH: Outcome.FAILED}
