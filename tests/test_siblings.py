"""One fault in two reports of ours: the plan tells of it, and before a second pull request people are asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from sqlmodel import Session

from agents.people.assent import Answer, Via
from agents.people.correcting import Correcting
from storage.assessment import Doing, Sibling
from storage.columns import now
from storage.judgments import Outcome, Stage
from storage.records import Decision, Report
from storage.status import Status, Visibility
from storage.store import Store
from tests.factories import a_raw_signal
from tests.fakes import PlainCheckpoint, calls
from tests.world import CITED, PRIYA, RESEARCH, World

ELSEWHERE = (
    "def share(total, people):\n    return total / people\n" + "\n" * 40 + "def tell(name):\n    return name.title()\n"
)

T = TypeVar("T")


@pytest.fixture
def world(sqlite_store: Store, tmp_path: Path) -> World:
    return World(sqlite_store, tmp_path)


@dataclass
class Before(PlainCheckpoint):
    """Has something happen right before a checkpoint."""

    at: str = ""
    happens: Callable[[], object] = int

    def __call__(self, name: str, work: Callable[[], T], returns: type[T]) -> T:
        if name == self.at:
            self.happens()
        return super().__call__(name, work, returns)


def hears_another(world: World, channel: str = "C11", visibility: Visibility = Visibility.PUBLIC) -> None:
    """Something else entirely, as its words say."""
    words = {"title": "Billing page broken", "body": "Something else entirely"}
    raw = a_raw_signal(source="tracker", external_id="T-9", channel=channel, visibility=visibility, **words)
    world.pipeline.digest(world.pipeline.ingest(raw).signal_id, PlainCheckpoint())


def advances(world: World, report_id: int) -> Report:
    world.pipeline.advance(report_id, PlainCheckpoint())
    return world.store.reports.get(report_id)


def approves(world: World, report_id: int) -> Answer:
    plan = world.store.plans.latest(report_id)
    assert plan is not None
    return world.assent.press(
        report_id, Decision.APPROVE, plan_revision=plan.revision, plan_hash=plan.hash, person=PRIYA, via=Via.BUTTON
    )


def says(world: World, report_id: int, words: str) -> Answer | None:
    return world.assent.reply(report_id, words, f"{now().timestamp() + 1:.6f}", PRIYA)


def both_are_planned(world: World, **room: object) -> None:
    world.reaches(Status.AWAITING_APPROVAL)
    hears_another(world, **room)  # type: ignore[arg-type]
    assert advances(world, 2).status is Status.AWAITING_APPROVAL


def told_of(world: World, report_id: int) -> Sequence[Sibling]:
    found = world.store.reports.get(report_id).research
    assert found is not None
    assert found.assessment is not None
    return found.assessment.siblings


def test_both_plans_tell_of_the_report_that_plans_to_change_the_same_lines(world: World) -> None:
    both_are_planned(world)

    assert told_of(world, 1) == (Sibling(report_id=2, doing=Doing.PLANS, files=("shop.py",)),)
    assert told_of(world, 2) == (Sibling(report_id=1, doing=Doing.PLANS, files=("shop.py",)),)


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 1)])
def test_of_two_plans_the_one_that_is_approved_later_is_asked_about(world: World, first: int, second: int) -> None:
    both_are_planned(world)
    assert approves(world, first).ok
    assert advances(world, first).status is Status.AWAITING_CHECKS
    assert approves(world, second).ok
    paid = len(world.model.asked)

    report = advances(world, second)

    assert (report.status, report.stuck_because) == (Status.STUCK, Outcome.IN_FLIGHT)
    assert f"SB-{first} has a pull request open on the same lines of shop.py. I have not begun." in report.note
    assert (len(world.model.asked), len(world.code_host.pull_requests)) == (paid, 1)
    answer = says(world, second, "Go on.")
    assert answer is not None
    assert answer.ok
    assert advances(world, second).status is Status.AWAITING_CHECKS
    assert len(world.code_host.pull_requests) == 2


def test_of_two_that_are_approved_at_the_same_moment_one_goes_on_and_the_other_one_asks(world: World) -> None:
    both_are_planned(world)
    assert approves(world, 2).ok
    assert approves(world, 1).ok

    later = advances(world, 1)
    assert later.stuck_because is Outcome.IN_FLIGHT
    assert "SB-2 is being fixed, and changes the same lines of shop.py" in later.note
    assert advances(world, 2).status is Status.AWAITING_CHECKS


def test_one_whose_approval_was_earlier_and_is_seen_late_goes_on_and_the_written_one_asks(world: World) -> None:
    """Each saw nothing of the other when it began, as where an approval is committed late."""
    both_are_planned(world)
    assert approves(world, 2).ok
    earlier: list[Report] = []

    def meanwhile() -> None:
        assert approves(world, 1).ok
        with Session(world.store.engine.execution_options(signalbox_writing=True)) as session, session.begin():
            session.get_one(Report, 1).since -= dt.timedelta(hours=1)
        earlier.append(world.advances())

    world.pipeline.fix(2, Before(at="push", happens=meanwhile))

    assert [report.status for report in earlier] == [Status.AWAITING_CHECKS]
    report = world.store.reports.get(2)
    assert report.stuck_because is Outcome.IN_FLIGHT
    assert "The fix is written and proven, and I have not pushed it." in report.note


def test_what_people_let_pass_in_one_thread_is_not_asked_about_in_the_other(world: World) -> None:
    both_are_planned(world)
    for each in (1, 2):
        assert approves(world, each).ok
    assert advances(world, 2).stuck_because is Outcome.IN_FLIGHT
    assert says(world, 2, "go on") is not None
    assert advances(world, 2).status is Status.AWAITING_CHECKS

    assert advances(world, 1).status is Status.AWAITING_CHECKS


def test_the_report_that_asks_may_be_merged_into_the_one_that_is_at_it(world: World) -> None:
    both_are_planned(world)
    assert approves(world, 1).ok
    advances(world, 1)
    assert approves(world, 2).ok
    assert advances(world, 2).status is Status.STUCK

    answer = Correcting(world.pipeline.means, "T1").merge(2, 1, PRIYA, lambda _: True)

    assert answer.ok, answer.sentence
    assert world.store.reports.get(2).merged_into == 1
    assert world.store.reports.get(1).status is Status.AWAITING_CHECKS


def test_what_people_said_is_another_problem_is_not_asked_about(world: World) -> None:
    both_are_planned(world)
    assert Correcting(world.pipeline.means, "T1").different(1, 2, PRIYA, lambda _: True).ok
    for each in (1, 2):
        assert approves(world, each).ok
        assert advances(world, each).status is Status.AWAITING_CHECKS


def test_another_fault_in_the_same_file_is_not_asked_about(world: World) -> None:
    world.moves_on(ELSEWHERE)
    world.reaches(Status.AWAITING_APPROVAL)
    cited = {**CITED, "line": 44, "quote": "return name.title()"}
    other = {**RESEARCH, "findings": [{"claim": "A name may be missing.", "evidence": [cited]}], "hypotheses": [
        {"statement": "No name.", "standing": "supported", "evidence_for": [cited], "why": "It is there."},
        {"statement": "Another name.", "standing": "rejected", "evidence_against": [cited], "why": "None is."},
    ]}  # fmt: skip
    handed_in = [calls(("read_file", {"path": "shop.py"})), *[calls(("submit_research", other))] * 2]
    world.model.turns = {**world.model.turns, Stage.RESEARCH: handed_in}
    hears_another(world)
    assert advances(world, 2).status is Status.AWAITING_APPROVAL
    assert told_of(world, 2) == ()
    assert approves(world, 2).ok
    assert approves(world, 1).ok
    assert world.advances().status is Status.AWAITING_CHECKS


def test_a_private_report_stands_back_for_one_that_may_not_hear_of_it(world: World) -> None:
    both_are_planned(world, channel="G9", visibility=Visibility.PRIVATE)
    assert told_of(world, 1) == ()
    assert told_of(world, 2) != (), "who sees the private one may hear of the public one"
    assert approves(world, 2).ok
    assert approves(world, 1).ok

    assert world.advances().status is Status.AWAITING_CHECKS, "nobody there hears that there is another one"
    report = advances(world, 2)
    assert report.stuck_because is Outcome.IN_FLIGHT
    assert "SB-1 has a pull request open" in report.note


def test_of_a_private_report_that_has_a_pull_request_that_alone_is_told(world: World) -> None:
    both_are_planned(world, channel="G9", visibility=Visibility.PRIVATE)
    assert approves(world, 2).ok
    assert advances(world, 2).status is Status.AWAITING_CHECKS
    assert approves(world, 1).ok

    report = world.advances()

    assert report.stuck_because is Outcome.IN_FLIGHT
    assert "a pull request was opened on shop.py (#1: " in report.note
    assert "SB-2" not in report.note
