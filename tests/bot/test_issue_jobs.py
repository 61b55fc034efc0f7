"""Jobs that make issues in a tracker: none is lost because one ended without a word."""

from __future__ import annotations

from bot.chores import Chores
from tests.bot.works import Works, until
from tests.factories import a_report


def test_an_issue_whose_job_ends_without_a_word_is_tried_again_under_a_new_id(works: Works) -> None:
    report_id = a_report(works.store).id or 0
    first = works.store.tracked.want(report_id, "U1")
    works.jobs.sweep()  # Linear is not set up any more, or the job meets what nobody thought of
    until(lambda: works.engine.is_over(f"issue:{report_id}:{first.attempt}"), "the job ends")
    works.jobs.sweep()
    row = works.store.tracked.get(report_id)
    assert row is not None
    assert "`signalbox doctor` says whether Linear is set up" in row.trouble
    made: list[int] = []
    works.jobs.chores = Chores(issue=lambda subject, _: made.append(subject))
    works.later(minutes=20)
    works.jobs.sweep()
    until(lambda: made == [report_id], "the next try")
