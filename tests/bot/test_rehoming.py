"""Somebody says which repository a report is about, through a real Bolt app, while the report waits or is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.exchange import Message, TurnRequest
from agents.terms import Repository
from storage.judgments import Outcome, Stage
from storage.records import Report
from storage.status import Status
from storage.store import Store
from tests.bot.site import Site
from tests.bot.workplace import ADA, BOB, POLICY, SOLAR, Workplace, a_workplace
from tests.factories import a_report
from tests.fake_workspaces import make_repository
from tests.fakes import RecordingCheckpoint, ScriptedModel, calls

TWO = POLICY.model_copy(update={"repositories": (Repository(name="acme/app"), Repository(name="acme/till"))})
SAID = "repository: acme/till"


@pytest.fixture
def shop(site: Site, sqlite_store: Store, tmp_path: Path) -> Iterator[Workplace]:
    """A workplace whose policy knows two repositories."""
    make_repository(tmp_path, {"a.py": "1\n"})
    with a_workplace(site, sqlite_store, tmp_path, TWO) as built:
        yield built


def says(place: Workplace, report: Report, words: str, user: str = ADA) -> str:
    """Reply in the report's thread; what the person hears."""
    heard = len(place.whispers(user))
    root = place.draw(report.id or 0)[0].ts
    place.says(user, words, thread_ts=root)
    return "\n".join(place.whispers(user)[heard:])


def test_a_report_that_is_stuck_in_research_is_researched_in_the_repository_that_is_named(shop: Workplace) -> None:
    report = a_report(shop.store, status=Status.STUCK, channel=SOLAR, repository="acme/app")
    refused = says(shop, report, SAID, BOB)
    told = says(shop, report, SAID)

    after = shop.store.reports.get(report.id or 0)
    assert "You may not do this" in refused
    assert "is about `acme/till`: I look into it there" in told
    assert (after.status, after.repository, after.repository_by) == (Status.AWAITING_RESEARCH, "acme/till", ADA)


def test_what_is_stuck_after_its_approval_keeps_its_repository(shop: Workplace) -> None:
    fixing = Status.AWAITING_FIX
    report = a_report(shop.store, status=Status.STUCK, channel=SOLAR, repository="acme/app", stuck_from=fixing)

    assert "stuck after its plan was approved" in says(shop, report, SAID)
    after = shop.store.reports.get(report.id or 0)
    assert (after.status, after.repository) == (Status.STUCK, "acme/app")


def test_the_pass_that_runs_stops_and_nothing_comes_of_it(shop: Workplace) -> None:
    report = a_report(shop.store, status=Status.AWAITING_RESEARCH, channel=SOLAR, repository="acme/app")
    report_id, first = report.id or 0, f"research:{report.id}:{report.attempt}"

    def meanwhile(_: TurnRequest) -> Message:
        says(shop, report, SAID)
        return calls(("read_file", {"path": "a.py"}))

    model = shop.deps.pipeline.means.model
    assert isinstance(model, ScriptedModel)
    model.turns = {Stage.RESEARCH: [meanwhile]}
    shop.deps.pipeline.research(report_id, RecordingCheckpoint(), first)

    after = shop.store.reports.get(report_id)
    (run,) = shop.store.runs.of_report(report_id)
    assert (after.status, after.repository, after.attempt) == (
        Status.AWAITING_RESEARCH,
        "acme/till",
        report.attempt + 1,
    )
    assert (run.outcome, run.why) == (Outcome.STOPPED, "SB-1 was taken up anew meanwhile, so I stopped this pass.")
    assert shop.told.reports == [report_id]
    assert shop.store.plans.latest(report_id) is None


def test_a_job_that_waited_while_the_repository_was_corrected_does_nothing(shop: Workplace) -> None:
    report = a_report(shop.store, status=Status.AWAITING_RESEARCH, channel=SOLAR, repository="acme/app")
    waiting = f"research:{report.id}:{report.attempt}"
    says(shop, report, SAID)
    shop.deps.pipeline.research(report.id or 0, RecordingCheckpoint(), waiting)

    assert shop.store.reports.get(report.id or 0).status is Status.AWAITING_RESEARCH
    assert shop.store.runs.of_report(report.id or 0) == []


def test_saying_what_it_is_about_already_leaves_the_plan_and_is_remembered(shop: Workplace) -> None:
    report = a_report(shop.store, status=Status.AWAITING_APPROVAL, channel=SOLAR, repository="acme/app")
    shop.draw(report.id or 0)
    told = shop.types(ADA, "/signalbox", "repository SB-1 acme/app").body
    shop.types(ADA, "/signalbox", "repository SB-1 acme/app")

    after = shop.store.reports.get(report.id or 0)
    assert "SB-1 is about `acme/app` already." in told
    assert (after.status, after.attempt) == (Status.AWAITING_APPROVAL, report.attempt)
    assert after.repository_by == ADA
    said = [(each.who, each.text) for each in shop.store.reports.journal(report.id or 0) if each.who == ADA]
    assert said == [(ADA, "said that it is about acme/app")]
    assert shop.store.plans.approvals(report.id or 0) == []
